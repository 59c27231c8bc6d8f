import Testing

@testable import Providers

@Suite("Text tally")
struct TextTallyTests {
  static let texts = [
    "Hello, world! It is 12345 o'clock.",
    "func parseHTTPHead(_ bytes: [UInt8]) {\n\n    return nil\n}\t\t",
    "naïve café, Привет мир, αβγ",
    "你好，世界。日本語のテキスト、한국어 문장 😀🎉 — “quoted” →",
    "",
  ]

  static func tally(_ text: [UInt8], chunkBytes: Int) -> TextTally {
    var tally = TextTally()
    var rest = text[...]
    while !rest.isEmpty {
      tally.add(Array(rest.prefix(chunkBytes)))
      rest = rest.dropFirst(chunkBytes)
    }
    return tally
  }

  /// However the text is cut, the same classes are counted.
  @Test(arguments: texts, [1, 2, 3, 7])
  func doesNotDependOnTheSplit(_ text: String, chunkBytes: Int) {
    let bytes = Array(text.utf8)
    let whole = Self.tally(bytes, chunkBytes: max(1, bytes.count))
    #expect(Self.tally(bytes, chunkBytes: chunkBytes) == whole)
  }

  @Test func countsEnglish() {
    let tally = Self.tally(Array("Hello, world! It is 12345 o'clock.".utf8), chunkBytes: 5)
    #expect(tally.bytes == 34)
    #expect(tally.words == 6)
    #expect(tally.letters == 20)
    #expect(tally.digits == 5)
    #expect(tally.digitGroups == 2)
    #expect(tally.punctuation == 4)
    #expect(tally.punctuationRuns == 4)
  }

  @Test func countsCode() {
    let tally = Self.tally(
      Array("func parseHTTPHead(_ bytes: [UInt8]) {\n\n    return nil\n}\t\t".utf8), chunkBytes: 4)
    #expect(tally.caseChanges == 1)
    #expect(tally.lineEnds == 2)
    #expect(tally.indents == 2)
  }

  @Test func countsScripts() {
    let tally = Self.tally(Array("你好，世界のテ한국 😀é Жш —".utf8), chunkBytes: 1)
    #expect(tally.han == 4)
    #expect(tally.kana == 2)
    #expect(tally.hangul == 2)
    #expect(tally.widePunctuation == 1)
    #expect(tally.emoji == 1)
    #expect(tally.accentedLetters == 1)
    #expect(tally.otherLetters == 2)
    #expect(tally.symbols == 1)
  }

  /// Bytes that are not UTF-8 are counted and never trap, at any split.
  @Test func countsStrayBytes() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let whole = Self.tally(bytes, chunkBytes: 64)
      #expect(whole.bytes == 64, "\(bytes)")
      #expect(whole == Self.tally(bytes, chunkBytes: 1), "\(bytes)")
    }
  }
}
