import Glibc

/// Standard input, output and error, so that commands can be tested without them.
struct Console: Sendable {
  /// Writes text as it is, without adding a line end; to standard output.
  let write: @Sendable (String) -> Void
  /// The same to standard error: messages for a person, never data.
  let writeError: @Sendable (String) -> Void
  /// All of standard input, or nil if it holds more than the limit.
  let readInput: @Sendable (_ bytesMax: Int) throws(SystemFailure) -> [UInt8]?
  /// Asks a person for a secret without showing what is typed; nil when there is no terminal.
  let askSecret: @Sendable (_ prompt: String) -> String?
  /// Whether headings may be set in bold: a terminal, and NO_COLOR is not set.
  let isStyled: Bool

  func writeLine(_ text: String) { write(text + "\n") }
}

/// A system call that failed, in the words of the system.
struct SystemFailure: Error, Equatable {
  let message: String

  /// Reads `errno`: make it right after the call.
  init(_ subject: String, code: CInt = errno) {
    message = "\(subject): \(String(cString: strerror(code)))"
  }
}

extension Console {
  /// The process's own streams.
  static let standard = Console(
    write: { writeAll($0, to: STDOUT_FILENO) },
    writeError: { writeAll($0, to: STDERR_FILENO) },
    readInput: { bytesMax throws(SystemFailure) in
      try readAll(STDIN_FILENO, name: "standard input", bytesMax: bytesMax)
    },
    askSecret: { askOnTerminal($0) },
    // https://no-color.org: present and not empty, whatever its value.
    isStyled: isatty(STDOUT_FILENO) == 1 && environmentValue("NO_COLOR").isEmpty
      && environmentValue("TERM") != "dumb")
}

/// The value of an environment variable; empty when it is not set.
func environmentValue(_ name: String) -> String {
  guard let value = getenv(name) else { return "" }
  return String(cString: value)
}

/// All of a file, or nil if it holds more than `bytesMax`.
func readFile(_ path: String, bytesMax: Int) throws(SystemFailure) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemFailure(path) }
  defer { _ = close(descriptor) }
  return try readAll(descriptor, name: path, bytesMax: bytesMax)
}

private func readAll(
  _ descriptor: CInt, name: String, bytesMax: Int
) throws(SystemFailure) -> [UInt8]? {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw SystemFailure(name) }
    guard count > 0 else { return bytes }
    guard bytes.count + count <= bytesMax else { return nil }
    bytes.append(contentsOf: chunk[..<count])
  }
}

/// Writes everything; a reader that went away ends the process as SIGPIPE would.
private func writeAll(_ text: String, to descriptor: CInt) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { break }
    rest = rest.dropFirst(count)
  }
}

private func askOnTerminal(_ prompt: String) -> String? {
  guard isatty(STDIN_FILENO) == 1 else { return nil }
  var settings = termios()
  guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
  var silent = settings
  silent.c_lflag &= ~tcflag_t(ECHO)
  writeAll(prompt, to: STDERR_FILENO)
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
  defer {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    writeAll("\n", to: STDERR_FILENO)
  }
  return readLine(strippingNewline: true)
}
