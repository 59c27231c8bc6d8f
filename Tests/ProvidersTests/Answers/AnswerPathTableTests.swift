import Testing

@testable import Providers

@Suite("The table of paths")
struct AnswerPathTableTests {
  /// Each path and what stands there: the rows that the meter relies on most.
  static let rows: [(path: [String], slot: AnswerSlot)] = [
    (["usage"], .usageOfEvent),
    (["response", "usage"], .usage),
    (["x_groq", "usage"], .usage),
    (["message", "usage"], .usageAtStart),
    (["delta", "usage"], .usage),
    (["interaction", "usage"], .usage),
    (["usageMetadata"], .usage),
    (["meta"], .usage),
    (["choices"], .choices),
    (["error"], .error),
    (["response", "error"], .error),
    (["id"], .id),
    (["response", "id"], .id),
    (["message", "id"], .id),
    (["responseId"], .id),
    (["service_tier"], .tier),
    (["status"], .status),
    (["response", "status"], .status),
    (["background"], .background),
    (["response", "background"], .background),
    (["delta"], .deltaOfEvent),
    (["text"], .textOfEvent),
    (["container", "id"], .handle),
    (["usage", "iterations"], .none),
  ]

  @Test(arguments: rows)
  func names(_ path: [String], _ slot: AnswerSlot) {
    let node = path.reduce(AnswerPaths.root) {
      AnswerPaths.all.child(of: $0, NameHash($1.utf8.span).value)
    }
    #expect(node != 0)
    #expect(AnswerPaths.all.nodes[Int(node)].slot == slot)
  }
}
