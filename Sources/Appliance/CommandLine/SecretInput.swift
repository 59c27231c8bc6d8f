/// Reads a secret from standard input, from a file, or from a person; never from an argument.
enum SecretInput {
  /// More than any provider's key or service account takes.
  static let bytesMax = 65_536

  static let options: [Command.Option] = [
    Command.Option("--secret-stdin", help: "Read the secret from standard input."),
    Command.Option("--secret-file", "FILE", help: "Read the secret from a file."),
  ]

  /// The secret, or nil when it is optional and no option asks for one.
  ///
  /// `prompt` is asked on a terminal when no option is given; nil for an optional secret.
  static func read(_ invocation: Invocation, prompt: String?) throws(CommandError) -> String? {
    let file = invocation.value("--secret-file")
    guard !(invocation.has("--secret-stdin") && file != nil) else {
      throw .usage("--secret-stdin and --secret-file exclude each other.")
    }
    if let file {
      let path = file
      return try read(from: path) { () throws(SystemFailure) in
        try readFile(path, bytesMax: bytesMax)
      }
    }
    if invocation.has("--secret-stdin") {
      return try read(from: "standard input") { () throws(SystemFailure) in
        try invocation.console.readInput(bytesMax)
      }
    }
    guard let prompt else { return nil }
    if let typed = invocation.console.askSecret(prompt) {
      return try checked(Array(typed.utf8), from: "the terminal")
    }
    throw .usage("The secret is missing: use --secret-stdin or --secret-file FILE.")
  }

  private static func read(
    from source: String, bytes: () throws(SystemFailure) -> [UInt8]?
  ) throws(CommandError) -> String {
    let found: [UInt8]?
    do {
      found = try bytes()
    } catch {
      throw .failed(error.message + ".")
    }
    guard let found else { throw .failed("The secret from \(source) is too long.") }
    return try checked(found, from: source)
  }

  /// Drops the white space around it, which `echo` and editors leave.
  ///
  /// The rest must be one line of visible characters, because it becomes a header field.
  private static func checked(_ bytes: [UInt8], from source: String) throws(CommandError) -> String
  {
    let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let inner = bytes.drop(while: isSpace)
    let end = inner.lastIndex(where: { !isSpace($0) }).map { $0 + 1 } ?? inner.startIndex
    let secret = inner[..<end]
    guard !secret.isEmpty else { throw .failed("The secret from \(source) is empty.") }
    guard secret.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .failed(
        "The secret from \(source) must be one line of visible ASCII characters without spaces.")
    }
    return String(decoding: secret, as: UTF8.self)
  }
}
