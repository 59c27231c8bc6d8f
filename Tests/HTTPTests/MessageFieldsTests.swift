import Testing

@testable import HTTP

@Suite("Fields that frame a message (RFC 9112 § 6)")
struct MessageFieldsTests {
  static func read(_ pairs: [(String, String)]) throws -> MessageFields {
    let fields = HeaderFieldsTests.fields(pairs)
    return try MessageFields(fields.lines, in: fields.bytes.span)
  }

  @Test(arguments: [
    ("0", 0), ("5", 5), ("010", 10), ("9223372036854775807", Int.max),
    ("0000000000000000000000000000000000000007", 7),
  ])
  func readsContentLength(_ value: String, _ expected: Int) throws {
    #expect(try Self.read([("content-LENGTH", value)]).contentLength == expected)
  }

  @Test(arguments: [
    "", "5a", "a5", "5 5", "5.0", "1_0", "5;", "5,a", "5, 5", "5,", "-0", "+5", "\"5\"", "0x5",
    "%35",
    "５", "9223372036854775808a",
  ])
  func refusesContentLength(_ value: String) {
    #expect {
      try Self.read([("Content-Length", value)])
    } throws: { error in
      (error as? HeadError)?.status == 400
    }
  }

  @Test(arguments: ["9223372036854775808", "18446744073709551616", "99999999999999999999999999"])
  func aLengthThatNoMachineHoldsIsTooLarge(_ value: String) {
    #expect(throws: HeadError.bodyTooLarge) { try Self.read([("Content-Length", value)]) }
  }

  @Test func countsRepeatedLines() throws {
    let same = try Self.read([("Content-Length", "5"), ("CONTENT-length", "05")])
    #expect(same.contentLengthLines == 2 && same.contentLengthsAgree)
    let other = try Self.read([("Content-Length", "5"), ("Content-Length", "6")])
    #expect(!other.contentLengthsAgree)
    #expect(try Self.read([("Host", "a"), ("HOST", "a")]).hostLines == 2)
  }

  @Test(arguments: [
    ("chunked", true), ("CHUNKED", true), ("chunked, chunked", false), ("gzip, chunked", false),
    ("xchunked", false), ("chunked;a=b", false), (",chunked", false), ("", false),
    ("chun\u{212A}ed", false),
  ])
  func knowsChunked(_ value: String, _ expected: Bool) throws {
    let fields = try Self.read([("Transfer-Encoding", value)])
    #expect(fields.isChunked == expected)
    #expect(fields.transferEncodingLines == 1)
  }

  @Test func readsConnectionAndExpect() throws {
    let fields = try Self.read([
      ("Connection", "foo, Close"), ("Connection", "Keep-Alive"), ("Expect", "100-Continue"),
    ])
    #expect(fields.hasClose && fields.hasKeepAlive)
    #expect(fields.expectsContinue && !fields.expectsOther)
    #expect(try Self.read([("Expect", "x 100-continue")]).expectsOther)
  }

  @Test func otherNamesOfTheSameLengthAreNothing() throws {
    let fields = try Self.read([
      ("Hose", "x y"), ("Except", "x"), ("Connectiom", "close"), ("Content_Length", "x"),
      ("Transfer_Encoding", "chunked"),
    ])
    #expect(fields.hostLines == 0 && !fields.expectsOther && !fields.hasClose)
    #expect(fields.contentLengthLines == 0 && fields.transferEncodingLines == 0)
  }
}
