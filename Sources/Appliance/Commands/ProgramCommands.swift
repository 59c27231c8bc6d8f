import JSON
import Server

/// `appliance serve`, `status`, `config` and `version`.
enum ProgramCommands {
  static let all: [Command] = [serve, status, configSample, configExplain, configCheck, version]

  static let versionNumber = productVersion

  private static let serve = Command(
    words: ["serve"], summary: "Run the appliance",
    options: Settings.all.map { setting in
      Command.Option(
        setting.optionName, setting.kind.symbol, help: setting.help,
        isRepeated: { if case .texts = setting.kind { true } else { false } }())
    } + [Command.Option("--config", "FILE", help: "Configuration file; options go before it.")],
    details: [
      "An empty data folder is enough to start. A line on standard output says where it listens, "
        + "once it does; the log goes to standard error. SIGTERM drains, SIGHUP reads the TLS files "
        + "anew; a changed configuration needs a restart."
    ],
    examples: [
      "appliance serve --data ./data --listen 127.0.0.1:8080",
      "appliance serve --config /etc/appliance/appliance.conf",
    ]
  ) { call throws(CommandError) in
    try call.parts.serve(try call.configuration(overriding: Settings.all), call.console)
  }

  private static let status = Command.operation(
    "status", "Show the appliance and what it holds"
  ) { call throws(CommandError) in
    let result = try call.perform(.status)
    guard !call.wantsJSON else { return call.printJSON(result) }
    let members = result.object ?? []
    let width = members.map(\.name.count).max() ?? 0
    for member in members {
      let gap = String(repeating: " ", count: width - member.name.count)
      call.console.writeLine(
        "\(member.name.replacing("_", with: " "))\(gap)  \(printable(cellText(member.value)))")
    }
  }

  private static let configSample = Command(
    words: ["config", "sample"], summary: "Print a configuration file with all settings"
  ) { call in call.console.write(ConfigurationSample.text) }

  private static let configExplain = Command(
    words: ["config", "explain"], summary: "Explain the settings, or one of them",
    operands: [Command.Operand(name: "NAME", isOptional: true)],
    options: [Command.Option("--config", "FILE", help: "Show also what this file sets.")],
    examples: ["appliance config explain workers"]
  ) { call throws(CommandError) in
    let configuration = try call.configuration(overriding: [])
    guard let name = call.operands.first else {
      for (place, setting) in Settings.all.enumerated() {
        if place > 0 { call.console.writeLine("") }
        call.console.write(ConfigurationSample.explanation(of: setting, in: configuration))
      }
      return
    }
    guard let setting = Settings.all.first(where: { $0.name == name }) else {
      let near = nearestName(to: name, among: Settings.all.map(\.name))
      throw .usage(
        "There is no setting '\(name)'." + (near.map { " Did you mean '\($0)'?" } ?? ""))
    }
    call.console.write(ConfigurationSample.explanation(of: setting, in: configuration))
  }

  private static let configCheck = Command(
    words: ["config", "check"], summary: "Check a configuration file",
    operands: [Command.Operand(name: "FILE")],
    examples: ["appliance config check /etc/appliance/appliance.conf"]
  ) { call throws(CommandError) in
    let path = call.operand(0)
    let configuration: Configuration
    do throws(ConfigurationError) {
      configuration = try Configuration(readingFile: path)
    } catch {
      throw .failed(error.description)
    }
    _ = try Serve.tlsFiles(in: configuration)
    call.console.writeLine("\(path) is right.")
  }

  private static let version = Command(
    words: ["version"], summary: "Print the version", options: [Command.jsonOption]
  ) { call in
    if call.wantsJSON {
      call.printJSON(["version": .string(versionNumber)])
    } else {
      call.console.writeLine("appliance \(versionNumber)")
    }
  }
}
