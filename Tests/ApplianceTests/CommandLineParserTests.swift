import Testing

@testable import Appliance

@Suite("The command line")
struct CommandLineParserTests {
  static let commands = [
    Command(
      words: ["key", "add"], summary: "Add a key",
      operands: [.init(name: "PROVIDER"), .init(name: "LABEL", isOptional: true)],
      options: [
        .init("--level", "N", help: "L."), .init("--force", help: "F."),
        .init("--target", "T", help: "T.", isRepeated: true), .init("--data", "DIR", help: "D."),
      ]
    ) { _ in },
    Command(words: ["version"], summary: "Print the version") { _ in },
  ]
  let parser = CommandLineParser(commands: commands)

  private func parse(_ line: String) throws -> (operands: [String], options: [String: [String]]) {
    let words = line.split(separator: " ").map(String.init)
    guard case .command(_, let operands, let options) = try parser.parse(words) else {
      return (["help"], [:])
    }
    return (operands, options)
  }

  @Test func readsOptionsInBothForms() throws {
    let (operands, options) = try parse("key add p --level=2 l --target a --target b=c --force")
    #expect(operands == ["p", "l"])
    #expect(options == ["--level": ["2"], "--target": ["a", "b=c"], "--force": [""]])
  }

  @Test func takesEverythingBehindTwoDashesAsOperands() throws {
    #expect(try parse("key add -- --level -x").operands == ["--level", "-x"])
  }

  @Test func takesTheFolderInFront() throws {
    #expect(try parse("--data d key add p").options == ["--data": ["d"]])
  }

  @Test(arguments: [
    ("", "Say what to do. 'appliance --help' lists the commands."),
    ("kye", "There is no command 'kye'. Did you mean 'key'? 'appliance --help' lists them."),
    ("key", "'appliance key' needs one of: add. 'appliance key --help' explains them."),
    (
      "key aad",
      "There is no command 'key aad'. Did you mean 'key add'? 'appliance key --help' lists them."
    ),
    ("key add", "PROVIDER is missing. Usage: appliance key add PROVIDER [LABEL] [OPTIONS]"),
    (
      "key add a b c",
      "'c' is one word too many. Usage: appliance key add PROVIDER [LABEL] [OPTIONS]"
    ),
    ("key add a --level", "--level needs a value: --level N."),
    ("key add a --level 1 --level 2", "--level is given twice; give it once."),
    ("key add a --force=1", "--force is a switch and takes no value."),
    (
      "key add a --lvel 1",
      "There is no option '--lvel'. Did you mean '--level'? 'appliance key add --help' lists them."
    ),
    (
      "key add a --secret=abc",
      "A secret on the command line can be read by every user of this machine: "
        + "use --secret-stdin or --secret-file FILE."
    ),
  ])
  func saysWhatWouldBeRight(line: String, message: String) {
    #expect(throws: CommandError.usage(message)) { try parse(line) }
  }

  @Test(arguments: [
    ("--help", []), ("help key", ["key"]), ("key --help", ["key"]),
    ("key add --help", ["key", "add"]),
    ("key add x -h", ["key", "add"]),
  ])
  func knowsWhatHelpIsAskedFor(line: String, words: [String]) throws {
    guard case .help(let found) = try parser.parse(line.split(separator: " ").map(String.init))
    else {
      Issue.record("no help")
      return
    }
    #expect(found == words)
  }
}
