import Testing

@testable import HTTP

@Suite("Multipart reader (RFC 2046 § 5.1, RFC 7578)")
struct MultipartReaderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let body: String
    /// `name=content` or `name(filename)=content`.
    let parts: [String]
    var boundary = "B"
    var testDescription: String { name }
  }

  static let d = "Content-Disposition: form-data; "

  static let cases: [Case] = [
    Case(
      name: "two fields",
      body:
        "--B\r\n\(d)name=\"model\"\r\n\r\nwhisper-1\r\n--B\r\n\(d)name=\"stream\"\r\n\r\ntrue\r\n--B--\r\n",
      parts: ["model=whisper-1", "stream=true"]),
    Case(
      name: "a file, and the field behind it",
      body:
        "--B\r\n\(d)name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\0\r\n\r-\r\n--\r\n\r\n--B\r\n\(d)name=model\r\n\r\nm\r\n--B--",
      parts: ["file(a.wav)=\0\r\n\r-\r\n--\r\n", "model=m"]),
    Case(
      name: "preamble and epilogue",
      body: "hello\r\n--X\r\n--B\r\n\(d)name=a\r\n\r\n1\r\n--B--\r\n--B\r\nnothing here counts",
      parts: ["a=1"]),
    Case(name: "no parts", body: "--B--\r\n", parts: []),
    Case(name: "empty content", body: "--B\r\n\(d)name=a\r\n\r\n\r\n--B--\r\n", parts: ["a="]),
    Case(
      name: "white space behind delimiters",
      body: "--B \t\r\n\(d)name=a\r\n\r\n1\r\n--B-- \r\nx", parts: ["a=1"]),
    Case(
      name: "escapes in a name",
      body: "--B\r\n\(d)name=\"mo\\del\\\"\"\r\n\r\n1\r\n--B--", parts: ["model\"=1"]),
    Case(
      name: "semicolon and CR LF look-alikes in a quoted name",
      body: "--B\r\n\(d)name=\"a; name=b%0D%0A\"\r\n\r\n1\r\n--B--", parts: ["a; name=b%0D%0A=1"]),
    Case(
      name: "names of fields in any case",
      body:
        "--B\r\ncontent-type: text/plain\r\nCONTENT-DISPOSITION:form-data;NAME=\"a\"\r\n\r\n1\r\n--B--",
      parts: ["a=1"]),
    Case(
      name: "filename*, as RFC 7578 forbids and some send",
      body: "--B\r\n\(d)name=\"f\"; filename*=utf-8''%e2%82%ac.txt\r\n\r\n1\r\n--B--",
      parts: ["f(utf-8''%e2%82%ac.txt)=1"]),
    Case(
      name: "harmless transfer coding",
      body: "--B\r\n\(d)name=\"a\"\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n1\r\n--B--",
      parts: ["a=1"]),
    Case(
      name: "a coded file is the provider's matter",
      body:
        "--B\r\n\(d)name=\"f\"; filename=\"x\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--B--",
      parts: ["f(x)=MQ=="]),
    Case(
      name: "repeated names",
      body: "--B\r\n\(d)name=a\r\n\r\n1\r\n--B\r\n\(d)name=a\r\n\r\n2\r\n--B--",
      parts: ["a=1", "a=2"]),
    Case(
      name: "hyphens in boundary and content",
      body: "----\r\n\(d)name=a\r\n\r\n--\r\n---\r\n------\r\n", parts: ["a=--\r\n---"],
      boundary: "--"),
    Case(
      name: "CR in front of a delimiter",
      body: "--B\r\n\(d)name=a\r\n\r\n1\r\r\n--B--", parts: ["a=1\r"]),
    Case(
      name: "boundary in mid-line is content",
      body: "--B\r\n\(d)name=a\r\n\r\nx--B\r\n-B\r\n\n--B\r\n--B--",
      parts: ["a=x--B\r\n-B\r\n\n--B"]),
  ]

  static func show(_ part: MultipartReader.Part, _ body: [UInt8]) -> String {
    let file = part.filename.map { "(\(text($0)))" } ?? ""
    return "\(text(part.name))\(file)=\(text(body[part.content]))"
  }

  @Test(arguments: cases)
  func findsParts(_ example: Case) throws {
    let body = Array(example.body.utf8)
    let reader = try MultipartReader(body.span, boundary: Array(example.boundary.utf8))
    #expect(reader.parts.map { Self.show($0, body) } == example.parts)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let body: String
    let error: MultipartError
    var testDescription: String { name }
  }

  static let refusals: [Refusal] = [
    Refusal(name: "empty body", body: "", error: .unterminated),
    Refusal(name: "no delimiter", body: "hello", error: .unterminated),
    Refusal(name: "no closing delimiter", body: "--B\r\n\(d)name=a\r\n\r\n1", error: .unterminated),
    Refusal(
      name: "another part announced, none comes", body: "--B\r\n\(d)name=a\r\n\r\n1\r\n--B\r\n",
      error: .unterminated),
    Refusal(
      name: "cut in the delimiter", body: "--B\r\n\(d)name=a\r\n\r\n1\r\n--B-", error: .unterminated
    ),
    Refusal(
      name: "CR is the last byte", body: "--B\r\n\(d)name=a\r\n\r\n1\r", error: .unterminated),
    Refusal(name: "cut in the header", body: "--B\r\n\(d)name=a\r\n", error: .unterminated),
    Refusal(
      name: "text behind a delimiter", body: "--B\r\n\(d)name=a\r\n\r\n1\r\n--Bx\r\n\r\n--B--",
      error: .malformedDelimiter),
    Refusal(name: "one hyphen", body: "--B-\r\n", error: .malformedDelimiter),
    Refusal(
      name: "LF ends a delimiter", body: "--B\n\(d)name=a\r\n\r\n1\r\n--B--",
      error: .malformedDelimiter),
    Refusal(
      name: "CR ends a delimiter", body: "--B\r\(d)name=a\r\n\r\n1\r\n--B--",
      error: .malformedDelimiter),
    Refusal(
      name: "no line end between empty line and delimiter",
      body: "--B\r\n\(d)name=a\r\n\r\n--B--", error: .malformedDelimiter),
    Refusal(
      name: "LF in a header", body: "--B\r\n\(d)name=a\nX: y\r\n\r\n1\r\n--B--",
      error: .malformedHeader),
    Refusal(
      name: "CR in a header", body: "--B\r\n\(d)name=a\rX: y\r\n\r\n1\r\n--B--",
      error: .malformedHeader),
    Refusal(
      name: "folded header", body: "--B\r\n\(d)\r\n name=a\r\n\r\n1\r\n--B--",
      error: .malformedHeader),
    Refusal(name: "no colon", body: "--B\r\nnothing\r\n\r\n1\r\n--B--", error: .malformedHeader),
    Refusal(
      name: "space before the colon",
      body: "--B\r\nContent-Disposition : form-data; name=a\r\n\r\n1\r\n--B--",
      error: .malformedHeader),
    Refusal(
      name: "not form-data",
      body: "--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--",
      error: .malformedHeader),
    Refusal(
      name: "broken quotes", body: "--B\r\n\(d)name=\"a\r\n\r\n1\r\n--B--", error: .malformedHeader),
    Refusal(name: "no header", body: "--B\r\n\r\n1\r\n--B--", error: .unclearName),
    Refusal(
      name: "no disposition", body: "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--",
      error: .unclearName),
    Refusal(name: "no name", body: "--B\r\n\(d)filename=a\r\n\r\n1\r\n--B--", error: .unclearName),
    Refusal(
      name: "two names", body: "--B\r\n\(d)name=a; name=b\r\n\r\n1\r\n--B--", error: .unclearName),
    Refusal(
      name: "two filenames", body: "--B\r\n\(d)name=a; filename=b; filename=c\r\n\r\n1\r\n--B--",
      error: .unclearName),
    Refusal(
      name: "name*", body: "--B\r\n\(d)name=a; name*=utf-8''model\r\n\r\n1\r\n--B--",
      error: .unclearName),
    Refusal(
      name: "two dispositions",
      body: "--B\r\n\(d)name=a\r\n\(d)name=model\r\n\r\n1\r\n--B--", error: .unclearName),
    Refusal(
      name: "a coded field",
      body: "--B\r\n\(d)name=model\r\nContent-Transfer-Encoding: base64\r\n\r\nbQ==\r\n--B--",
      error: .codedField),
  ]

  @Test(arguments: refusals)
  func refuses(_ example: Refusal) {
    #expect(throws: example.error) {
      try MultipartReader(Array(example.body.utf8).span, boundary: [0x42])
    }
    #expect(!example.error.message.isEmpty)
  }

  @Test func readsTheBoundaryOfContentType() throws {
    let body = Array("--a b\r\n\(Self.d)name=x\r\n\r\n1\r\n--a b--".utf8)
    let type = Array("multipart/form-data; boundary=\"a b\"".utf8)[...]
    #expect(try MultipartReader(body.span, contentType: type).count(of: "x") == 1)
  }

  @Test(arguments: [
    "multipart/form-data", "multipart/form-data; boundary=\"a \"",
    "multipart/form-data; boundary=\"a;\"",
    "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
  ])
  func refusesBoundary(_ type: String) {
    #expect(throws: MultipartError.badBoundary) {
      try MultipartReader([UInt8]().span, contentType: Array(type.utf8)[...])
    }
  }

  @Test func aBoundaryMayHave70Bytes() throws {
    let boundary = String(repeating: "x", count: 70)
    let body = Array("--\(boundary)\r\n\(Self.d)name=x\r\n\r\n1\r\n--\(boundary)--".utf8)
    #expect(try MultipartReader(body.span, boundary: Array(boundary.utf8)).parts.count == 1)
  }

  @Test func findsPartsByName() throws {
    let body = Array(
      "--B\r\n\(Self.d)name=a\r\n\r\n1\r\n--B\r\n\(Self.d)name=b\r\n\r\n2\r\n--B\r\n\(Self.d)name=a\r\n\r\n3\r\n--B--"
        .utf8)
    let reader = try MultipartReader(body.span, boundary: [0x42])
    #expect(reader.first("a").map { text(body[$0.content]) } == "1")
    #expect(reader.count(of: "a") == 2)
    #expect(reader.count(of: "A") == 0)
    #expect(reader.first("c") == nil)
  }

  @Test func boundsTheNumberOfParts() {
    let part = "--B\r\n\(Self.d)name=a\r\n\r\n1\r\n"
    let body = Array((String(repeating: part, count: 1001) + "--B--").utf8)
    #expect(throws: MultipartError.tooManyParts(limit: 1000)) {
      try MultipartReader(body.span, boundary: [0x42])
    }
  }

  @Test func boundsTheHeader() {
    let long = String(repeating: "x", count: 17_000)
    let body = Array("--B\r\n\(Self.d)name=a\r\nX: \(long)\r\n\r\n1\r\n--B--".utf8)
    #expect(throws: MultipartError.headerTooLarge(limitBytes: 16_384)) {
      try MultipartReader(body.span, boundary: [0x42])
    }
  }
}
