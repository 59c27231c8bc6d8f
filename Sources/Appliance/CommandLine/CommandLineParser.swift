/// Finds the command that a line names and reads its options and operands.
///
/// Options may stand anywhere behind the command's words, as `--name value` or `--name=value`;
/// behind `--` everything is an operand. A secret is never taken from the command line, where
/// every user of the machine could read it.
struct CommandLineParser {
  let commands: [Command]

  enum Outcome {
    case command(Command, operands: [String], options: [String: [String]])
    /// Help was asked for; the words before it, to choose the page.
    case help([String])
  }

  func parse(_ arguments: [String]) throws(CommandError) -> Outcome {
    if let first = arguments.first, ["help", "--help", "-h"].contains(first) {
      return .help(Array(arguments.dropFirst().filter { !$0.hasPrefix("-") }))
    }
    // The folder may be named first: `appliance --data DIR user list`.
    var line = arguments[...]
    var leading: [String] = []
    while let word = line.first, ["--data", "--config"].contains(word), line.count > 1 {
      leading += line.prefix(2)
      line = line.dropFirst(2)
    }
    let (command, found) = try find(Array(line))
    let rest = leading + found
    guard let command else { return .help(line.filter { !$0.hasPrefix("-") }) }
    if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .help(command.words)
    }
    let (operands, options) = try read(rest[...], for: command)
    return .command(command, operands: operands, options: options)
  }

  /// The command whose words the line begins with; nil when help is asked for a group.
  private func find(
    _ arguments: [String]
  ) throws(CommandError) -> (Command?, ArraySlice<String>) {
    guard let first = arguments.first else {
      throw .usage("Say what to do. 'appliance --help' lists the commands.")
    }
    if first == "--version", let version = commands.first(where: { $0.words == ["version"] }) {
      return (version, arguments.dropFirst())
    }
    let group = commands.filter { $0.words.first == first }
    if let command = group.first(where: { $0.words.count == 1 }) {
      return (command, arguments.dropFirst())
    }
    guard !group.isEmpty else {
      let names = Set(commands.compactMap(\.words.first)).sorted()
      throw .usage(unknown("command", first, among: names, page: "appliance --help"))
    }
    let verbs = group.compactMap(\.words.last)
    guard arguments.count > 1 else {
      throw .usage(
        "'appliance \(first)' needs one of: \(verbs.joined(separator: ", ")). "
          + "'appliance \(first) --help' explains them.")
    }
    let second = arguments[1]
    if second == "--help" || second == "-h" { return (nil, []) }
    guard let command = group.first(where: { $0.words.last == second }) else {
      throw .usage(
        unknown(
          "command", "\(first) \(second)", among: verbs.map { "\(first) \($0)" },
          page: "appliance \(first) --help"))
    }
    return (command, arguments.dropFirst(2))
  }

  private func read(
    _ arguments: ArraySlice<String>, for command: Command
  ) throws(CommandError) -> (operands: [String], options: [String: [String]]) {
    var operands: [String] = []
    var options: [String: [String]] = [:]
    var rest = arguments
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = command.allOptions.first(where: { $0.name == name }) else {
        throw .usage(unknownOption(name, of: command))
      }
      var value = parts.count > 1 ? String(parts[1]) : nil
      if option.value == nil {
        guard value == nil else { throw .usage("\(name) is a switch and takes no value.") }
        value = ""
      } else if value == nil {
        value = rest.popFirst()
      }
      guard let value else {
        throw .usage("\(name) needs a value: \(name) \(option.value ?? "").")
      }
      if options[name] != nil && !option.isRepeated && option.value != nil {
        throw .usage("\(name) is given twice; give it once.")
      }
      options[name, default: []].append(value)
    }
    try checkCount(of: operands, for: command)
    return (operands, options)
  }

  private func checkCount(of operands: [String], for command: Command) throws(CommandError) {
    let required = command.operands.filter { !$0.isOptional }
    if operands.count < required.count {
      throw .usage(
        "\(required[operands.count].name) is missing. "
          + "Usage: \(HelpText.usageLine(of: command))")
    }
    if operands.count > command.operands.count {
      throw .usage(
        "'\(operands[command.operands.count])' is one word too many. "
          + "Usage: \(HelpText.usageLine(of: command))")
    }
  }

  private func unknownOption(_ name: String, of command: Command) -> String {
    if ["--secret", "--token", "--password", "--key"].contains(name) {
      return "A secret on the command line can be read by every user of this machine: "
        + "use --secret-stdin or --secret-file FILE."
    }
    return unknown(
      "option", name, among: command.allOptions.map(\.name),
      page: "appliance \(command.name) --help")
  }

  private func unknown(
    _ what: String, _ word: String, among names: [String], page: String
  ) -> String {
    let near = nearestName(to: word, among: names).map { " Did you mean '\($0)'?" } ?? ""
    return "There is no \(what) '\(word)'.\(near) '\(page)' lists them."
  }
}
