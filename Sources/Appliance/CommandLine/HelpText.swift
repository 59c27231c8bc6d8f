/// The pages that `--help` prints, made from the commands.
struct HelpText {
  let commands: [Command]

  /// The page for the words: a command's, a group's, or the first page; nil for unknown words.
  func page(for words: [String]) -> String? {
    guard let first = words.first else { return overview }
    let group = commands.filter { $0.words.first == first }
    guard !group.isEmpty else { return nil }
    if let command = group.first(where: { $0.words == Array(words.prefix($0.words.count)) }) {
      return Self.page(of: command)
    }
    return "Commands of 'appliance \(first)':\n\n" + list(group)
      + "\n'appliance \(first) COMMAND --help' explains one.\n"
  }

  static func usageLine(of command: Command) -> String {
    var words = ["appliance"] + command.words
    words += command.operands.map { $0.isOptional ? "[\($0.name)]" : $0.name }
    if !command.options.isEmpty { words.append("[OPTIONS]") }
    return words.joined(separator: " ")
  }

  private var overview: String {
    """
    An AI gateway: clients of OpenAI, Anthropic and Google speak to it, it speaks to providers.

    Usage: appliance COMMAND [OPTIONS]

    \(list(commands))
    'appliance COMMAND --help' explains one. Commands other than serve and simulate speak to the
    appliance that runs on the data folder (--data DIR, ./data by default), or do their work alone
    when none runs.

    Exit codes: 0 done, 1 failed, 2 wrong command line, 3 in use or out of reach.

    """
  }

  private func list(_ commands: [Command]) -> String {
    let width = commands.map(\.name.count).max() ?? 0
    return commands.map { command in
      let gap = String(repeating: " ", count: width - command.name.count)
      return "  \(command.name)\(gap)  \(command.summary)\n"
    }.joined()
  }

  private static func page(of command: Command) -> String {
    var out = "\(command.summary).\n\nUsage: \(usageLine(of: command))\n"
    for paragraph in command.details {
      out += "\n" + wrapped(paragraph, columns: 80).map { $0 + "\n" }.joined()
    }
    out += "\nOptions:\n"
    for option in command.allOptions {
      let head = "  \(option.name)" + (option.value.map { " \($0)" } ?? "")
      let help = option.help + (option.isRepeated ? " May be repeated." : "")
      let lines = wrapped(help, columns: 54)
      let first = lines.first ?? ""
      let gap = head.count < 25 ? String(repeating: " ", count: 26 - head.count) : "\n" + indent
      out += head + gap + first + "\n"
      for line in lines.dropFirst() { out += indent + line + "\n" }
    }
    if !command.examples.isEmpty {
      out += "\nExamples:\n"
      for example in command.examples { out += "  \(example)\n" }
    }
    return out
  }

  private static let indent = String(repeating: " ", count: 26)
}
