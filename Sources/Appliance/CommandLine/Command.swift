/// One subcommand: what it is called, what it takes, and what it does.
///
/// Help, the parser and the suggestions are made from this.
struct Command: Sendable {
  /// `["key", "add"]`.
  let words: [String]
  /// One line, in the imperative, without a full stop.
  let summary: String
  var operands: [Operand] = []
  var options: [Option] = []
  /// Paragraphs of the help text.
  var details: [String] = []
  /// Command lines without the leading `appliance`.
  var examples: [String] = []
  let run: @Sendable (Invocation) throws(CommandError) -> Void

  /// A word without dashes.
  struct Operand: Sendable {
    let name: String
    var isOptional = false
  }

  struct Option: Sendable {
    /// With its dashes.
    let name: String
    /// Stands for its value in the help text; nil for a switch.
    let value: String?
    let help: String
    var isRepeated = false

    init(_ name: String, _ value: String? = nil, help: String, isRepeated: Bool = false) {
      self.name = name
      self.value = value
      self.help = help
      self.isRepeated = isRepeated
    }
  }

  var name: String { words.joined(separator: " ") }

  /// The command's own options and those that every command has.
  var allOptions: [Option] { options + [Self.helpOption] }

  static let helpOption = Option("--help", help: "Show this text.")
  static let jsonOption = Option("--json", help: "Print JSON instead of a table.")
}

/// What a process ends with: scripts are written against these.
enum ExitCode: Int32, Sendable {
  case success = 0
  /// The operation was understood and failed.
  case failed = 1
  /// The command line is wrong.
  case usage = 2
  /// The data folder, a port or the control socket cannot be had: in use, or out of reach.
  case unavailable = 3
}

/// Why a command ends without success.
enum CommandError: Error, Equatable {
  /// The command line is wrong; the message says what would be right.
  case usage(String)
  case failed(String, ExitCode = .failed)
}

/// A parsed command line.
struct Invocation: Sendable {
  let command: Command
  let operands: [String]
  /// By name, values in order; a switch has an empty text for each time it stands there.
  let options: [String: [String]]
  let console: Console
  let parts: ProgramParts

  func has(_ option: String) -> Bool { options[option] != nil }

  /// The last value: what stands further right wins.
  func value(_ option: String) -> String? { options[option]?.last }

  func values(_ option: String) -> [String] { options[option] ?? [] }

  func integer(_ option: String, in range: ClosedRange<Int>) throws(CommandError) -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .usage(
        "\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "not '\(text)'.")
    }
    return number
  }

  /// A list as `a,b` or as the option repeated; nil when the option is not there.
  func list(_ option: String) -> [String]? {
    guard let texts = options[option] else { return nil }
    return texts.flatMap { $0.split(separator: ",") }.map(String.init)
  }
}
