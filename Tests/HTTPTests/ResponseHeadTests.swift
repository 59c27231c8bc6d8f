import Testing

@testable import HTTP

@Suite("Framing of answers (RFC 9112 § 6.3)")
struct ResponseHeadTests {
  static func parse(_ input: String) throws -> ResponseHead {
    var parser = ResponseHeadParser()
    return try #require(try parser.parse(Array(input.utf8).span)).head
  }

  @Test(arguments: [
    ("200 OK\r\nContent-Length: 5", HTTPMethod.post, ResponseFraming.length(5)),
    ("200 OK\r\nContent-Length: 0", .get, .length(0)),
    ("200 OK\r\nContent-Length: 5", .head, .none),
    ("200 OK\r\nTransfer-Encoding: chunked", .post, .chunked),
    ("200 OK\r\nTransfer-Encoding: chunked", .head, .none),
    ("200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", .get, .chunked),
    ("200 OK", .get, .untilClose), ("500 Oops", .other("LINK"), .untilClose),
    ("204 No Content", .get, .none), ("304 Not Modified\r\nContent-Length: 5", .get, .none),
    ("101 Switching Protocols", .get, .none), ("100 Continue\r\nContent-Length: 5", .get, .none),
  ])
  func isDecidedByMethodAndStatus(
    _ lines: String, _ method: HTTPMethod, _ framing: ResponseFraming
  ) throws {
    let head = try Self.parse("HTTP/1.1 \(lines)\r\n\r\n")
    #expect(head.framing(forRequestMethod: method) == framing)
  }
}
