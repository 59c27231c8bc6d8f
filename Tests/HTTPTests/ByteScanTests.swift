import Testing

@testable import HTTP

@Suite("Byte scans")
struct ByteScanTests {
  /// Random bytes, most of them interesting ones, at lengths around the width of a word.
  static func samples(seed: UInt64) -> [[UInt8]] {
    var generator = SeededGenerator(seed: seed)
    let bytes: [UInt8] = [
      0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x20, 0x2D, 0x61, 0x7E, 0x7F, 0x80, 0x8D, 0xFF,
    ]
    return (0..<2000).map { _ in
      let plain = Bool.random(using: &generator)
      return (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
        plain && Int.random(in: 0..<9, using: &generator) > 0
          ? UInt8.random(in: 0x20..<0x7F, using: &generator)
          : bytes.randomElement(using: &generator) ?? 0
      }
    }
  }

  @Test func findWhatAPlainLoopFinds() {
    let seed: UInt64 = .random(in: 0...UInt64.max)
    for sample in Self.samples(seed: seed) {
      let span = sample.span
      for start in 0...min(sample.count, 9) {
        let rest = sample[start...]
        #expect(
          span.indexOfControl(from: start)
            == rest.firstIndex { $0 < 0x20 || $0 == 0x7F } ?? sample.count, "seed \(seed)")
        #expect(
          span.index(of: 0x0A, or: 0x0D, from: start)
            == rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? sample.count, "seed \(seed)")
        #expect(
          span.index(of: 0xFF, from: start) == rest.firstIndex(of: 0xFF) ?? sample.count,
          "seed \(seed)")
        #expect(
          span.indexOfTokenEnd(from: start)
            == rest.firstIndex { !ByteSet.token.contains($0) } ?? sample.count, "seed \(seed)")
        #expect(
          span.indexOfTargetEnd(from: start)
            == rest.firstIndex { !ByteSet.target.contains($0) } ?? sample.count, "seed \(seed)")
      }
    }
  }

  /// Every byte at every place of a text, against each byte that it could be taken for.
  @Test(
    arguments: ["content-disposition", "100-continue", "x-a_b/c.9", "ab", ""] as [StaticString])
  func comparesByteForByte(_ text: StaticString) {
    let exact = Array(text.description.utf8)
    #expect(exact.span.equals(text) && exact.span.equalsIgnoringCase(text))
    for place in exact.indices {
      for byte in UInt8.min...UInt8.max {
        var bytes = exact
        bytes[place] = byte
        #expect(bytes.span.equals(text) == (byte == exact[place]))
        #expect(bytes.span.equalsIgnoringCase(text) == (lowercased(byte) == exact[place]))
        #expect(bytes.span.hasBytes(text, at: 0) == (byte == exact[place]))
      }
    }
    let longer = exact + [0x61]
    #expect(!longer.span.equals(text) && !longer.span.equalsIgnoringCase(text))
    #expect(longer.span.hasBytes(text, at: 0) && !longer.span.hasBytes("xyz", at: exact.count))
    #expect(!exact.span.hasBytes("x", at: -1) && !exact.span.hasBytes("x", at: exact.count + 1))
  }

  @Test func everyByteIsInItsSets() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    let sets: [(ByteSet, String)] = [
      (.token, letters + "!#$%&'*+-.^_`|~"),
      (.target, letters + "!$%&'()*+,-./:;=?@[]^_`{|}~"),
      (.registeredName, letters + "-._~%!$&'()*+,;="),
      (.ipv6, "0123456789abcdefABCDEF:."),
      (.boundary, letters + "'()+_,-./:=? "),
    ]
    for (set, members) in sets {
      for byte in UInt8.min...UInt8.max {
        #expect(set.contains(byte) == members.utf8.contains(byte), "byte \(byte) of \(members)")
      }
    }
  }

  @Test func namesAreComparedWithoutCaseAndNothingElse() {
    for byte in UInt8.min...UInt8.max {
      let isK = byte == UInt8(ascii: "k") || byte == UInt8(ascii: "K")
      #expect([byte].matchesIgnoringCase(0..<1, "k") == isK)
      let isHyphen = byte == UInt8(ascii: "-")
      #expect([byte].matchesIgnoringCase(0..<1, "-") == isHyphen)
    }
    let bytes = Array("Content-Length".utf8)
    #expect(bytes.matchesIgnoringCase(0..<14, "content-length"))
    #expect(!bytes.matchesIgnoringCase(0..<13, "content-length"))
    #expect(!bytes.matches(0..<14, "content-length"))
    #expect(bytes.matches(0..<14, "Content-Length"))
  }

  @Test func trimsSpacesAndTabs() {
    let bytes = Array(" \t a b\t ".utf8)
    #expect(bytes.trimmed(0..<8) == 3..<6)
    #expect(bytes.trimmed(0..<3).isEmpty)
    #expect(bytes.trimmed(4..<4).isEmpty)
  }

  @Test(arguments: [0, 7, 10, 65_535, Int.max, -1, Int.min])
  func writesDecimals(_ number: Int) {
    var out: [UInt8] = [0x78]
    out.append(decimal: number)
    #expect(text(out) == "x\(number)")
  }

  @Test func hexadecimalDigits() {
    for byte in UInt8.min...UInt8.max {
      let expected = byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
      #expect(hexValue(byte) == expected)
    }
  }
}

// Expectations cannot take a span apart.
extension [UInt8] {
  fileprivate func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    span.matches(range, text)
  }

  fileprivate func matchesIgnoringCase(_ range: Range<Int>, _ text: StaticString) -> Bool {
    span.matchesIgnoringCase(range, text)
  }

  fileprivate func trimmed(_ range: Range<Int>) -> Range<Int> { span.trimmed(range) }
}
