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
    #expect(tally.digitRuns == 1)
    #expect(tally.punctuation == 4)
    #expect(tally.punctuationRuns == 4)
  }

  @Test func countsCode() {
    let tally = Self.tally(
      Array("func parseHTTPHead(_ bytes: [UInt8]) {\n\n    return nil\n}\t\t".utf8), chunkBytes: 4)
    #expect(tally.caseChanges == 1)
    #expect(tally.joiningMarks == 0)
    #expect(Self.tally(Array("a_b.c d-- (e)f 'g".utf8), chunkBytes: 2).joiningMarks == 3)
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

  /// Eight bytes at once count as each alone does.
  @Test func countsAsByteByByte() {
    let alphabet = Array("aZ b0  \n\t.,-xYé世😀".utf8)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let length = Int.random(in: 0...40, using: &generator)
      let bytes = (0..<length).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      let whole = Self.tally(bytes, chunkBytes: 64)
      #expect(whole == Self.tally(bytes, chunkBytes: 1), "\(bytes)")
      #expect(whole == Self.tally(bytes, chunkBytes: 9), "\(bytes)")
      var words = 0
      var indents = 0
      for index in bytes.indices {
        func isLetter(_ at: Int) -> Bool {
          at >= 0 && bytes[at] | 0x20 >= 97 && bytes[at] | 0x20 <= 122
        }
        func isSpace(_ at: Int) -> Bool { at >= 0 && (bytes[at] == 32 || bytes[at] == 9) }
        if isLetter(index), !isLetter(index - 1) { words += 1 }
        if isSpace(index), isSpace(index - 1), !isSpace(index - 2) { indents += 1 }
      }
      #expect(whole.words == words && whole.indents == indents, "\(bytes)")
    }
  }

  @Test func countsMoreThanALaneHolds() {
    let tally = Self.tally(
      Array(String(repeating: "ab 12, ", count: 2_000).utf8), chunkBytes: 14_000)
    #expect(tally.words == 2_000 && tally.letters == 4_000 && tally.punctuation == 2_000)
    #expect(tally.digitRuns == 2_000 && tally.digits == 4_000 && tally.indents == 0)
  }

  @Test func endsAText() {
    var tally = Self.tally(Array(Array("ab\u{4E16}".utf8).dropLast()), chunkBytes: 64)
    tally.endText()
    tally.add(Array("cd".utf8))
    #expect(tally.words == 2 && tally.strays == 1 && tally.han == 0)
  }
}
