import Testing

@testable import Gateway

@Suite("Name patterns")
struct NamePatternTests {
  static let cases: [(pattern: String, name: String, capture: String?)] = [
    ("gpt-4o", "gpt-4o", ""),
    ("gpt-4o", "gpt-4o-mini", nil),
    ("gpt-4o", "gpt-4", nil),
    ("*", "anything", "anything"),
    ("*", "", ""),
    ("gpt-*", "gpt-4o", "4o"),
    ("gpt-*", "gpt-", ""),
    ("gpt-*", "gpt", nil),
    ("*-mini", "gpt-4o-mini", "gpt-4o"),
    ("*-mini", "mini", nil),
    ("a*b", "ab", ""),
    ("a*b", "axxb", "xx"),
    ("aba*aba", "aba", nil),
    ("aba*aba", "ababa", nil),
    ("aba*aba", "abaaba", ""),
    ("modèle-*", "modèle-é", "é"),
    ("", "", ""),
    ("", "x", nil),
  ]

  @Test(arguments: cases)
  func matches(pattern: String, name: String, capture: String?) throws {
    let pattern = try #require(NamePattern(pattern))
    #expect(pattern.matches(name) == (capture != nil))
    #expect(pattern.capture(in: name).map(String.init) == capture)
  }

  @Test func refusesTwoStars() {
    #expect(NamePattern("a*b*") == nil)
    #expect(NamePattern("**") == nil)
  }

  static func list(_ texts: [String]) -> NameList {
    let patterns = texts.compactMap { NamePattern($0) }
    return NameList(
      literals: patterns.filter(\.isLiteral).map(\.text),
      patterns: patterns.filter { !$0.isLiteral })
  }

  @Test func anEmptyListHoldsNothing() {
    let list = Self.list([])
    #expect(list.isEmpty)
    #expect(!list.contains("x"))
    #expect(!list.contains(""))
    let some = Self.list(["a", "b*"])
    #expect(some.contains("a") && some.contains("bcd") && !some.contains("ab"))
    #expect(some == Self.list(["a", "b*"]) && some != list)
  }
}
