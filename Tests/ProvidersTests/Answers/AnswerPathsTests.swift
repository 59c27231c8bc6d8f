import Testing

@testable import Providers

@Suite("Answer paths")
struct AnswerPathsTests {
  private func node(_ names: StaticString...) -> AnswerPaths.NodeID {
    names.reduce(AnswerPaths.root) { AnswerPaths.all.child(of: $0, NameHash($1).value) }
  }

  @Test func findsMembersByTheirNames() {
    let figure = AnswerPaths.all.nodes[
      Int(node("usage", "prompt_tokens_details", "cached_tokens"))]
    #expect(figure.slot == .figure)
    #expect(figure.figure == UsageFigure.inputCached.rawValue)
    #expect(node("usage", "prompt_tokens") == node("usage", "prompt_tokens"))
    #expect(node("usage", "nothing") == 0)
    #expect(node("nothing") == 0)
  }

  @Test func anyNameMatchesAWildcard() {
    let tool = node("usage", "server_tool_use", "web_search_requests")
    #expect(tool != 0)
    #expect(tool == node("usage", "server_tool_use", "something_new"))
  }

  /// A name's hash does not depend on whether it is taken by bytes or by words.
  @Test func hashesInAnyWay() {
    let name: StaticString = "toolUsePromptTokensDetails"
    let bytes = Array(name.description.utf8) + Array("\": 0000000".utf8)
    #expect(wholeName(bytes.span, from: 0)?.hash == NameHash(name).value)
    #expect(NameHash(Array(name.description.utf8).span).value == NameHash(name).value)
    #expect(NameHash("a").value != NameHash("a\0").value)
    #expect(NameHash("").value != NameHash("\0").value)
  }
}
