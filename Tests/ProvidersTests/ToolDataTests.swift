import Testing

@testable import Providers

@Suite("What belongs to a client's tool")
struct ToolDataTests {
  @Test(
    arguments: [
      (.messages, ["input"]), (.messagesCountTokens, ["input"]),
      (.generateContent, ["args", "response"]), (.streamGenerateContent, ["args", "response"]),
      (.countTokens, ["args", "response"]), (.chatCompletions, []), (.responses, []),
      (.passthrough, []),
    ] as [(Endpoint, [String])])
  func isKnownByItsNameInADialect(_ endpoint: Endpoint, _ names: [String]) {
    for name in ["input", "args", "response", "arguments", "inputs", "Input", "content", ""] {
      let isTools = ToolData.isName(name.utf8.span, of: endpoint)
      #expect(isTools == names.contains(name), "\(name)")
      #expect(!isTools || name.utf8.count <= ToolData.nameBytesMax)
    }
  }
}
