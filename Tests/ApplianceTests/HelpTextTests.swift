import Testing

@testable import Appliance

@Suite("The help text")
struct HelpTextTests {
  let help = HelpText(commands: Program.commands)

  @Test func listsEveryCommand() throws {
    let page = try #require(help.page(for: []))
    for command in Program.commands { #expect(page.contains("  \(command.name) ")) }
  }

  @Test func hasAPageForEveryCommandAndGroup() throws {
    for command in Program.commands {
      let page = try #require(help.page(for: command.words))
      #expect(page.hasPrefix(command.summary))
      for option in command.allOptions { #expect(page.contains(option.name)) }
      #expect(help.page(for: [command.words[0]]) != nil)
    }
    #expect(help.page(for: ["nonsense"]) == nil)
  }

  @Test func keepsToEightyColumns() throws {
    for command in Program.commands where command.words != ["serve"] {
      let page = try #require(help.page(for: command.words))
      for line in page.split(separator: "\n") where !line.hasPrefix("  appliance") {
        #expect(line.count <= 100, "\(line)")
      }
    }
  }
}
