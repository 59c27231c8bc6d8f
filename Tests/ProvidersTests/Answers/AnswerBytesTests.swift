import Testing

@testable import Providers

@Suite("Hot scans")
struct AnswerBytesTests {
  /// Against a plain loop, over random bytes rich in what is sought and in what looks like it.
  @Test func agreeWithAPlainLoop() {
    var random = SplitMix(seed: 11)
    let rich =
      Array("\"\\[]{}\n\r\u{1F}\u{20}Yy_Aa!#\u{7F}\u{0}".utf8) + [0x80, 0xA2, 0xDC, 0xFF, 0xDB]
    for _ in 0..<4_000 {
      let bytes = (0..<Int(random.next() % 40)).map { _ -> UInt8 in
        random.next() % 4 == 0
          ? rich[Int(random.next() % UInt64(rich.count))] : UInt8(truncatingIfNeeded: random.next())
      }
      let span = bytes.span
      for start in 0...bytes.count {
        func first(_ isSought: (UInt8) -> Bool) -> Int {
          bytes[start...].firstIndex(where: isSought) ?? bytes.count
        }
        let isSpecial: (UInt8) -> Bool = { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 }
        let isBracket: (UInt8) -> Bool = { [0x22, 0x5B, 0x5D, 0x7B, 0x7D].contains($0) }
        let isEnd: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D }
        #expect(plainEnd(span, from: start) == first(isSpecial))
        #expect(lineEnd(span, from: start) == first(isEnd))
        #expect(bracketOrQuote(span, from: start, stopsAtLineEnd: false) == first(isBracket))
        #expect(
          bracketOrQuote(span, from: start, stopsAtLineEnd: true)
            == first { isBracket($0) || isEnd($0) })
        let end = first(isSpecial)
        let isOfNumber: (UInt8) -> Bool = {
          "0123456789.+-".utf8.contains($0) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
        }
        #expect(numberEnd(span, from: start) == first { !isOfNumber($0) })
        // A name is whole at once where there is room to tell, and never anything else.
        let isName = end < bytes.count && bytes[end] == 0x22
        if let name = wholeName(span, from: start) {
          #expect(
            isName && name.end == end && name.hash == NameHash(span.extracting(start..<end)).value)
        } else {
          #expect(!isName || end + 8 > bytes.count)
        }
      }
    }
  }

  @Test(
    arguments: [
      ([], ""), (Array("gpt-4o".utf8), "gpt-4o"), (Array("é漢😀".utf8), "é漢😀"),
      ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), ([0xE6, 0xBC], "\u{FFFD}"),
    ] as [([UInt8], String)])
  func tokensBecomeText(_ token: [UInt8], _ text: String) {
    #expect(readText(token.span) == text)
  }
}
