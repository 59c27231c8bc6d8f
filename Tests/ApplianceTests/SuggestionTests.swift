import Testing

@testable import Appliance

@Suite("A suggestion")
struct SuggestionTests {
  @Test(arguments: [
    ("wokers", "workers"), ("workesr", "workers"), ("workers", "workers"), ("lsiten", "listen"),
    ("zzz", nil), ("", nil), ("completely_else", nil),
  ])
  func isTheNearestName(word: String, name: String?) {
    #expect(nearestName(to: word, among: ["listen", "workers", "data"]) == name)
  }
}
