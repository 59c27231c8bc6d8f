import Testing

@testable import HTTP

@Suite("JSON array splitter")
struct JSONArraySplitterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let elements: [String]
    var isComplete = true
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "as Gemini streams", input: "[{\n  \"a\": 1\n}\n,\r\n{\n  \"b\": [2]\n}\n]\n",
      elements: ["{\n  \"a\": 1\n}", "{\n  \"b\": [2]\n}"]),
    Case(name: "empty array", input: "[]", elements: []),
    Case(name: "empty array with white space", input: " \n[ \t ]\r\n ", elements: []),
    Case(
      name: "brackets and commas in strings", input: #"[{"a":"]},{["},"[\"]",["}"]]"#,
      elements: [#"{"a":"]},{["}"#, #""[\"]""#, #"["}"]"#]),
    Case(
      name: "escapes", input: #"["\\","\\\"",{"\"}":"\\"}]"#,
      elements: [#""\\""#, #""\\\"""#, #"{"\"}":"\\"}"#]),
    Case(
      name: "scalars", input: "[1, -2.5e3 ,true,null\n,\"x\",\"\"]",
      elements: ["1", "-2.5e3", "true", "null", "\"x\"", "\"\""]),
    Case(name: "nested arrays", input: "[[[]],[1,[2,3]]]", elements: ["[[]]", "[1,[2,3]]"]),
    Case(
      name: "cut in an element", input: "[{\"a\":1},{\"b\"", elements: ["{\"a\":1}"],
      isComplete: false),
    Case(name: "cut between elements", input: "[{}\n,", elements: ["{}"], isComplete: false),
    Case(name: "cut after an element", input: "[{}", elements: ["{}"], isComplete: false),
    Case(name: "nothing", input: "", elements: [], isComplete: false),
  ]

  struct Reading {
    var elements: [String] = []
    var raw: [UInt8] = []
    var marks = ""
  }

  static func read(
    _ splitter: inout JSONArraySplitter, _ input: [UInt8], chunkBytes: Int
  ) throws(JSONArrayError) -> Reading {
    var reading = Reading()
    var element: [UInt8] = []
    for chunk in chunks(input, of: chunkBytes) {
      var position = 0
      var taken = 0
      while let piece = try splitter.next(in: chunk.span, &position) {
        var end = taken
        switch piece {
        case .open(let rawEnd):
          reading.marks += "["
          end = rawEnd
        case .bytes(let range): element += chunk[range]
        case .elementEnd(let rawEnd):
          reading.marks += "e"
          reading.elements.append(text(element))
          element = []
          end = rawEnd
        case .separator(let rawEnd):
          reading.marks += ","
          end = rawEnd
        case .close(let rawEnd):
          reading.marks += "]"
          end = rawEnd
        }
        reading.raw += chunk[taken..<end]
        taken = end
      }
      reading.raw += chunk[taken...]
    }
    return reading
  }

  @Test(arguments: cases, chunkSizes)
  func findsElements(_ example: Case, chunkBytes: Int) throws {
    var splitter = JSONArraySplitter()
    let input = Array(example.input.utf8)
    let reading = try Self.read(&splitter, input, chunkBytes: chunkBytes)
    #expect(reading.elements == example.elements)
    #expect(reading.raw == input)
    #expect(splitter.count == example.elements.count)
    #expect(splitter.isComplete == example.isComplete)
    if example.isComplete {
      let elements = Array(repeating: "e", count: example.elements.count)
      #expect(reading.marks == "[" + elements.joined(separator: ",") + "]")
    }
  }

  @Test func anElementIsCompleteWithItsLastByte() throws {
    var splitter = JSONArraySplitter()
    let reading = try Self.read(&splitter, Array("[{\"a\":1}".utf8), chunkBytes: 4096)
    #expect(reading.marks == "[e")
    #expect(!splitter.isInsideElement)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let input: String
    let error: JSONArrayError
    var testDescription: String { input }
  }

  static let refusals: [Refusal] = [
    Refusal(input: "{\"error\":{}}", error: .notAnArray),
    Refusal(input: "<html>", error: .notAnArray),
    Refusal(input: "\u{FEFF}[]", error: .notAnArray),
    Refusal(input: "[,]", error: .unexpectedByte),
    Refusal(input: "[{},]", error: .unexpectedByte),
    Refusal(input: "[{}{}]", error: .unexpectedByte),
    Refusal(input: "[{}}", error: .unexpectedByte),
    Refusal(input: "[}", error: .unexpectedByte),
    Refusal(input: "[] []", error: .unexpectedByte),
    Refusal(input: "[1 2]", error: .unexpectedByte),
    Refusal(
      input: "[\"" + String(repeating: "x", count: 100) + "\",[[[[[[",
      error: .elementTooLong(limitBytes: 100)),
    Refusal(
      input: "[[" + String(repeating: " ", count: 100) + "[[[[[[",
      error: .elementTooLong(limitBytes: 100)),
    Refusal(input: "[" + String(repeating: "[", count: 6), error: .tooDeep(limit: 5)),
    Refusal(
      input: "[\"" + String(repeating: "x", count: 100), error: .elementTooLong(limitBytes: 100)),
    Refusal(
      input: "[" + String(repeating: "1", count: 101), error: .elementTooLong(limitBytes: 100)),
  ]

  @Test(arguments: refusals, chunkSizes)
  func refuses(_ example: Refusal, chunkBytes: Int) {
    var splitter = JSONArraySplitter(elementBytesMax: 100, depthMax: 5)
    #expect(throws: example.error) {
      try Self.read(&splitter, Array(example.input.utf8), chunkBytes: chunkBytes)
    }
  }
}
