import JSON
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  @Test func escapesOnlyWhatItMust() {
    var out: [UInt8] = []
    JSONWriter.append(string: "a\"b\\c/\u{7F}é漢😀", to: &out)
    #expect(text(out) == "\"a\\\"b\\\\c/\u{7F}é漢😀\"")
    out = []
    JSONWriter.append(string: "\u{0}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{E}\u{1F}", to: &out)
    #expect(text(out) == #""\u0000\b\t\n\u000b\f\r\u000e\u001f""#)
  }

  @Test func whatItEscapesIsReadBack() throws {
    for length in [0, 1, 15, 16, 17, 40] {
      for value in 0..<0x80 {
        let plain =
          String(repeating: "x", count: length) + String(UnicodeScalar(UInt8(value))) + "y"
        var out: [UInt8] = []
        JSONWriter.append(string: plain, to: &out)
        #expect(jsonString(out.span, 0..<out.count) == plain)
        #expect(try JSONIndex(out.span).kind == .string)
      }
    }
  }

  @Test(arguments: [0, 1, 9, 10, 11, 99, 100, -1, -10, 1_234_567_890, Int64.max, Int64.min])
  func writesIntegers(_ value: Int64) {
    var out: [UInt8] = []
    JSONWriter.append(int: value, to: &out)
    #expect(text(out) == String(value))
  }

  @Test func seesToTheCommas() {
    var out = bytes("{")
    JSONWriter.member("a", "x", to: &out)
    JSONWriter.member("b\n", 12, to: &out)
    JSONWriter.name("c", to: &out)
    out += bytes("[")
    for value in [true, false] {
      JSONWriter.separate(&out)
      JSONWriter.append(bool: value, to: &out)
    }
    out += bytes("]")
    JSONWriter.name("d", to: &out)
    JSONWriter.separate(&out)
    JSONWriter.append(raw: "null", to: &out)
    out += bytes("}")
    #expect(text(out) == #"{"a":"x","b\n":12,"c":[true,false],"d":null}"#)
  }

  @Test func copiesAPart() {
    var out = bytes("<")
    let source = bytes("0123456789")
    JSONWriter.append(source.span, 3..<6, to: &out)
    JSONWriter.append(source.span, 9..<9, to: &out)
    #expect(text(out) == "<345")
  }
}
