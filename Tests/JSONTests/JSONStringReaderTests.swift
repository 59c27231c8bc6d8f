import Testing

@testable import JSON

@Suite("Strings in pieces")
struct JSONStringReaderTests {
  /// Feeds what stands between quotes, escapes included.
  private func feed(_ inside: String, _ reader: inout JSONStringReader) {
    var state = JSONStringReader.Step.ended
    var isEscape = false
    for byte in bytes(inside) {
      let one = [byte]
      if state == .inside {
        state = reader.takeHexDigit(byte)
      } else if isEscape {
        isEscape = false
        state = reader.takeEscape(byte)
      } else if byte == JSONByte.backslash {
        isEscape = true
      } else {
        reader.take(one.span, 0..<1)
      }
    }
    reader.end()
  }

  @Test(arguments: JSONStringTests.cases)
  func countsDecodedBytes(_ example: JSONStringTests.Case) {
    guard let text = example.text else { return }
    var reader = JSONStringReader(nameBytesMax: 100)
    reader.begin(.length)
    feed(String(example.written.dropFirst().dropLast()), &reader)
    #expect(reader.length == text.utf8.count)
    reader.begin(.name)
    #expect(reader.isUntouched)
    feed(String(example.written.dropFirst().dropLast()), &reader)
    #expect(String(decoding: reader.name, as: UTF8.self) == text)
  }

  @Test func keepsNoMoreOfANameThanIsWanted() {
    for name in ["abcde", #"abcd\u0065"#, #"\u0061bcde"#, #"abcd\ud83d"#] {
      var reader = JSONStringReader(nameBytesMax: 4)
      reader.begin(.name)
      feed(name, &reader)
      #expect(reader.isNameTooLong, "\(name)")
      #expect(reader.name.count <= 4)
      #expect(!reader.isUntouched)
      reader.begin(.name)
      feed("abcd", &reader)
      #expect(!reader.isNameTooLong)
      #expect(reader.name == bytes("abcd"))
    }
  }

  @Test func refusesWhatIsNoEscape() {
    var reader = JSONStringReader(nameBytesMax: 4)
    reader.begin(.nothing)
    #expect(reader.takeEscape(UInt8(ascii: "x")) == .invalid)
    #expect(reader.takeEscape(UInt8(ascii: "u")) == .inside)
    #expect(reader.takeHexDigit(UInt8(ascii: "g")) == .invalid)
  }
}
