/// The program without its process: arguments in, an exit code out.
struct Program {
  let console: Console
  let parts: ProgramParts

  /// In the order of the help text.
  static let commands: [Command] =
    ProgramCommands.all.filter { $0.words == ["serve"] } + [SimulateCommand.command]
    + ProviderCommands.all
    + KeyCommands.all + UserCommands.all + TokenCommands.all + BudgetCommands.all
    + ModelCommands.all
    + PriceCommands.all + SettingCommands.all + LedgerCommands.all + PolicyCommands.all
    + DocumentCommands.all
    + ProgramCommands.all.filter { $0.words != ["serve"] }

  /// Runs a command line without the program's own name.
  func run(_ arguments: [String]) -> ExitCode {
    do throws(CommandError) {
      switch try CommandLineParser(commands: Self.commands).parse(arguments) {
      case .help(let words):
        guard let page = HelpText(commands: Self.commands).page(for: words) else {
          throw CommandError.usage(
            "There is no command '\(words.joined(separator: " "))'. "
              + "'appliance --help' lists them.")
        }
        console.write(page)
      case .command(let command, let operands, let options):
        try command.run(
          Invocation(
            command: command, operands: operands, options: options, console: console, parts: parts))
      }
      return .success
    } catch {
      switch error {
      case .usage(let message):
        console.writeError("appliance: \(printable(message))\n")
        return .usage
      case .failed(let message, let code):
        console.writeError("appliance: \(printable(message))\n")
        return code
      }
    }
  }
}
