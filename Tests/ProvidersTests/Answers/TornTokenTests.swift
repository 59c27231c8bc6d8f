import Testing

@testable import Providers

/// Every kind of token, in pieces of every size.
@Suite("Torn tokens")
struct TornTokenTests {
  private static let place = AnswerPaths.Node(slot: .text, take: .text)

  /// Feeds a token piece by piece; returns how much of the text it took.
  private func feed(
    _ text: String, _ chunkBytes: Int, _ token: inout TornToken,
    _ read: (inout TornToken, Span<UInt8>) -> Int
  ) -> Int {
    let bytes = Array(text.utf8)
    var taken = 0
    while taken < bytes.count, !token.isWhole {
      let chunk = Array(bytes[taken..<min(taken + chunkBytes, bytes.count)])
      let count = read(&token, chunk.span)
      taken += count
      if count < chunk.count { break }
    }
    return taken
  }

  /// What follows the opening quote, and what it says; nil where it does not end.
  static let quoted: [(text: String, value: String?)] = [
    (#"","#, ""),
    (#"abc"x"#, "abc"),
    (#"a\n\"\\\u00e9\uD83D\uDE00"x"#, "a\n\"\\é😀"),
    (#"\uDE00\uD83Dx"x"#, "\u{FFFD}x"),
    ("tab\there\"", "tabhere"),
    ("cut", nil),
    ("line\nend\"", nil),
    ("esc\\\n\"", nil),
  ]

  @Test(arguments: quoted, [1, 2, 3, 8, 100])
  func strings(_ example: (text: String, value: String?), chunkBytes: Int) {
    var token = TornToken()
    var meter = AnswerMeter(kind: .chat)
    token.beginString(.token)
    let taken = feed(example.text, chunkBytes, &token) { token, bytes in
      token.readString(bytes, 0, Self.place, into: &meter)
    }
    #expect(token.isWhole == (example.value != nil))
    if let value = example.value {
      #expect(readText(token.token.span) == value)
      #expect(Array(example.text.utf8)[taken - 1] == UInt8(ascii: "\""))
    }
    #expect(token.isToken && !token.isCut)
  }

  @Test(arguments: quoted, [1, 2, 3, 8, 100])
  func names(_ example: (text: String, value: String?), chunkBytes: Int) {
    var token = TornToken()
    var name: [UInt8] = []
    token.beginName(isKept: true)
    _ = feed(example.text, chunkBytes, &token) { token, bytes in
      token.readName(bytes, 0, into: &name)
    }
    #expect(token.isWhole == (example.value != nil))
    // A control character is passed over in a kept name, and counts in its hash.
    if let value = example.value, !example.text.contains("\t") {
      #expect(readText(name.span) == value)
      #expect(token.nameHash.value == NameHash(value.utf8.span).value)
    }
  }

  @Test(arguments: [1, 7, 100, 10_000])
  func textIsCountedAsItComes(chunkBytes: Int) {
    var token = TornToken()
    var meter = AnswerMeter(kind: .chat)
    token.beginString(.text)
    let text = String(repeating: "word ", count: 1_000) + #"\u00e9""#
    _ = feed(text, chunkBytes, &token) { token, bytes in
      token.readString(bytes, 0, Self.place, into: &meter)
    }
    #expect(token.isWhole && !token.isToken && token.token.isEmpty)
    let tally = meter.finish().outputText
    #expect(tally.bytes == 5_002 && tally.words == 1_000 && tally.accentedLetters == 1)
  }

  @Test(
    arguments: [
      ("12,", "12"), ("-1.5e+3}", "-1.5e+3"), ("NaN ", "NaN"), ("7\n", "7"), ("123", nil),
    ] as [(String, String?)], [1, 2, 100])
  func numbers(_ example: (text: String, value: String?), chunkBytes: Int) {
    var token = TornToken()
    token.beginNumber(isKept: true)
    let taken = feed(example.text, chunkBytes, &token) { token, bytes in
      token.readNumber(bytes, 0)
    }
    #expect(token.isWhole == (example.value != nil))
    if let value = example.value {
      #expect(readText(token.token.span) == value)
      #expect(taken == value.utf8.count)
    }
  }

  /// What is kept has a bound, and says so.
  @Test(arguments: [1, 1_000, 10_000])
  func longTokensAreCut(chunkBytes: Int) {
    var meter = AnswerMeter(kind: .chat)
    var string = TornToken()
    string.beginString(.token)
    _ = feed(String(repeating: "x", count: 5_000) + "\"", chunkBytes, &string) { token, bytes in
      token.readString(bytes, 0, Self.place, into: &meter)
    }
    #expect(string.isWhole && string.isCut && string.token.count == TornToken.tokenBytesMax)
    var number = TornToken()
    number.beginNumber(isKept: true)
    _ = feed(String(repeating: "1", count: 500) + ",", chunkBytes, &number) { token, bytes in
      token.readNumber(bytes, 0)
    }
    #expect(number.isWhole && number.isCut && number.token.count == TornToken.numberBytesMax)
    // The next one begins anew.
    string.beginString(.skip)
    #expect(string.token.isEmpty && !string.isCut && !string.isWhole && !string.isToken)
  }

  @Test(
    arguments: [
      ("true,", 4, true), ("false]", 5, true), ("null", 4, true), ("nul1", 3, false),
      ("fal\nse", 3, false), ("tr", 2, false),
    ], [1, 2, 100])
  func literals(_ example: (text: String, length: Int, isWhole: Bool), chunkBytes: Int) {
    var token = TornToken()
    let first = Array(example.text.utf8)[0]
    token.beginLiteral(first)
    let taken = feed(String(example.text.dropFirst()), chunkBytes, &token) { token, bytes in
      token.readLiteral(bytes, 0)
    }
    #expect(token.isWhole == example.isWhole)
    #expect(token.literal == first)
    #expect(taken == example.length - 1)
  }
}
