import Testing

@testable import Appliance

@Suite("The commands")
struct CommandTests {
  @Test func areNamedOnce() {
    let names = Program.commands.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func namesTheirOptionsOnceAndWithDashes() {
    for command in Program.commands {
      let names = command.allOptions.map(\.name)
      #expect(Set(names).count == names.count, "\(command.name)")
      #expect(names.allSatisfy { $0.hasPrefix("--") }, "\(command.name)")
      #expect(!names.contains("--secret"), "\(command.name)")
    }
  }

  /// Examples are run by people as they stand: their options must exist.
  @Test func haveExamplesThatParse() throws {
    let parser = CommandLineParser(commands: Program.commands)
    for command in Program.commands {
      for example in command.examples {
        let line = example.split(separator: "appliance ").last ?? ""
        let words = line.prefix { !"<>|)".contains($0) }.split(separator: " ")
          .map { String($0.replacing("'", with: "")) }
        guard case .command = try parser.parse(words) else {
          Issue.record("\(example) is no command")
          continue
        }
      }
    }
  }

  @Test func readsNumbersAndLists() throws {
    let call = Invocation(
      command: Program.commands[0], operands: [],
      options: ["--n": ["7"], "--bad": ["x"], "--l": ["a,b", "c"]], console: TestConsole().console,
      parts: .live)
    #expect(try call.integer("--n", in: 1...7) == 7)
    #expect(try call.integer("--absent", in: 1...7) == nil)
    #expect(call.list("--l") == ["a", "b", "c"])
    #expect(throws: CommandError.usage("--n takes a whole number from 8 to 9, not '7'.")) {
      try call.integer("--n", in: 8...9)
    }
    #expect(throws: CommandError.self) { try call.integer("--bad", in: 8...9) }
  }
}
