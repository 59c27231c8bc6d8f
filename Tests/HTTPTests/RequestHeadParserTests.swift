import Testing

@testable import HTTP

@Suite("Request head parser (RFC 9112 §§ 2, 3, 5, 6)")
struct RequestHeadParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    /// `method path minor framing keeps/closes [continue]`, or the status of the refusal.
    let expected: String
    var testDescription: String { name }
  }

  static let limits = HeadLimits(
    headBytesMax: 300, targetBytesMax: 60, fieldCountMax: 6, emptyLinesMax: 2)
  static let h = "Host: a\r\n"

  static let cases: [Case] = [
    Case(name: "plain", input: "GET /x HTTP/1.1\r\n\(h)\r\n", expected: "GET /x 1 none keeps"),
    Case(
      name: "empty lines first", input: "\r\n\r\nGET / HTTP/1.1\r\n\(h)\r\n",
      expected: "GET / 1 none keeps"),
    Case(
      name: "too many empty lines", input: "\r\n\r\n\r\nGET / HTTP/1.1\r\n\(h)\r\n", expected: "400"
    ),
    Case(name: "empty line with LF", input: "\nGET / HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "CR and no LF first", input: "\rGET / HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "space first", input: " GET / HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "tabs in the request line", input: "GET\t/\tHTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(
      name: "two spaces before the target", input: "GET  / HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(
      name: "two spaces before the version", input: "GET /  HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "space behind the version", input: "GET / HTTP/1.1 \r\n\(h)\r\n", expected: "400"),
    Case(name: "no version", input: "GET /\r\n\r\n", expected: "400"),
    Case(name: "no target", input: "GET\r\n\(h)\r\n", expected: "400"),
    Case(
      name: "byte of no token in the method", input: "G@T / HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "endless method", input: String(repeating: "A", count: 33), expected: "501"),
    Case(
      name: "method of 32 bytes",
      input: String(repeating: "A", count: 32) + " / HTTP/1.1\r\n\(h)\r\n",
      expected: "\(String(repeating: "A", count: 32)) / 1 none keeps"),
    Case(name: "CONNECT", input: "CONNECT a:443 HTTP/1.1\r\n\(h)\r\n", expected: "501"),
    Case(name: "TRACE", input: "TRACE / HTTP/1.1\r\n\(h)\r\n", expected: "501"),
    Case(
      name: "control byte in the target", input: "GET /a\u{1}b HTTP/1.1\r\n\(h)\r\n",
      expected: "400"),
    Case(name: "raw UTF-8 in the target", input: "GET /é HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "fragment", input: "GET /a#b HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "backslash", input: "GET /a\\..\\b HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(
      name: "brackets and bars, as some clients send",
      input: "GET /a?b[]={c|d} HTTP/1.1\r\n\(h)\r\n", expected: "GET /a 1 none keeps"),
    Case(
      name: "absolute form without a path", input: "GET http://b HTTP/1.1\r\n\(h)\r\n",
      expected: "GET / 1 none keeps"),
    Case(
      name: "absolute form without a path, with a query",
      input: "GET http://b?q HTTP/1.1\r\n\(h)\r\n", expected: "GET / 1 none keeps"),
    Case(name: "asterisk", input: "GET * HTTP/1.1\r\n\(h)\r\n", expected: "400"),
    Case(
      name: "OPTIONS asterisk", input: "OPTIONS * HTTP/1.1\r\n\(h)\r\n",
      expected: "OPTIONS * 1 none keeps"),
    Case(
      name: "target of the limit",
      input: "GET /\(String(repeating: "a", count: 59)) HTTP/1.1\r\n\(h)\r\n",
      expected: "GET /\(String(repeating: "a", count: 59)) 1 none keeps"),
    Case(
      name: "target above the limit",
      input: "GET /\(String(repeating: "a", count: 60)) HTTP/1.1\r\n\(h)\r\n", expected: "414"),
    Case(
      name: "endless target", input: "GET /\(String(repeating: "a", count: 90))", expected: "414"),
    Case(name: "HTTP/1.0", input: "GET / HTTP/1.0\r\n\r\n", expected: "GET / 0 none closes"),
    Case(
      name: "HTTP/1.0 with keep-alive", input: "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      expected: "GET / 0 none keeps"),
    Case(
      name: "HTTP/1.9 is read as 1.1", input: "GET / HTTP/1.9\r\n\(h)\r\n",
      expected: "GET / 1 none keeps"),
    Case(name: "HTTP/2.0", input: "GET / HTTP/2.0\r\n\(h)\r\n", expected: "505"),
    Case(name: "HTTP/0.9", input: "GET / HTTP/0.9\r\n\r\n", expected: "505"),
    Case(name: "HTTP/2 preface", input: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", expected: "505"),
    Case(name: "HTTP/1.10", input: "GET / HTTP/1.10\r\n\(h)\r\n", expected: "400"),
    Case(name: "HTTP/11", input: "GET / HTTP/11\r\n\(h)\r\n", expected: "400"),
    Case(name: "http/1.1", input: "GET / http/1.1\r\n\(h)\r\n", expected: "400"),
    Case(name: "LF alone", input: "GET / HTTP/1.1\nHost: a\n\n", expected: "400"),
    Case(
      name: "CR in the request line", input: "GET / HTTP/1.1\rX: y\r\n\(h)\r\n", expected: "400"),
    Case(name: "Host missing", input: "GET / HTTP/1.1\r\n\r\n", expected: "400"),
    Case(name: "Host twice", input: "GET / HTTP/1.1\r\n\(h)\(h)\r\n", expected: "400"),
    Case(
      name: "Host twice on HTTP/1.0", input: "GET / HTTP/1.0\r\n\(h)hOST: b\r\n\r\n",
      expected: "400"),
    Case(name: "Host empty", input: "GET / HTTP/1.1\r\nHost:\r\n\r\n", expected: "400"),
    Case(
      name: "Host is a URL", input: "GET / HTTP/1.1\r\nHost: http://a/\r\n\r\n", expected: "400"),
    Case(
      name: "Host is needed for the absolute form too", input: "GET http://a/ HTTP/1.1\r\n\r\n",
      expected: "400"),
    Case(
      name: "body of a length", input: "POST / HTTP/1.1\r\n\(h)Content-Length: 5\r\n\r\n",
      expected: "POST / 1 length(5) keeps"),
    Case(
      name: "body of no length", input: "POST / HTTP/1.1\r\n\(h)\r\n",
      expected: "POST / 1 none keeps"),
    Case(
      name: "body on GET", input: "GET / HTTP/1.1\r\n\(h)Content-Length: 5\r\n\r\n",
      expected: "GET / 1 length(5) keeps"),
    Case(
      name: "chunked body", input: "POST / HTTP/1.1\r\n\(h)Transfer-Encoding: Chunked\r\n\r\n",
      expected: "POST / 1 chunked keeps"),
    Case(
      name: "two lengths that differ",
      input: "POST / HTTP/1.1\r\n\(h)Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
      expected: "400"),
    Case(
      name: "two lengths that agree",
      input: "POST / HTTP/1.1\r\n\(h)Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
      expected: "400"),
    Case(
      name: "a list of lengths", input: "POST / HTTP/1.1\r\n\(h)Content-Length: 5, 5\r\n\r\n",
      expected: "400"),
    Case(
      name: "length above all machines",
      input: "POST / HTTP/1.1\r\n\(h)Content-Length: 99999999999999999999\r\n\r\n", expected: "413"),
    Case(
      name: "both framings",
      input: "POST / HTTP/1.1\r\n\(h)Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      expected: "400"),
    Case(
      name: "both framings, one of them empty",
      input: "POST / HTTP/1.1\r\n\(h)Content-Length: 5\r\nTransfer-Encoding:\r\n\r\n",
      expected: "400"),
    Case(
      name: "another coding",
      input: "POST / HTTP/1.1\r\n\(h)Transfer-Encoding: gzip, chunked\r\n\r\n", expected: "501"),
    Case(
      name: "chunked twice",
      input:
        "POST / HTTP/1.1\r\n\(h)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      expected: "400"),
    Case(
      name: "chunked on HTTP/1.0",
      input: "POST / HTTP/1.0\r\n\(h)Transfer-Encoding: chunked\r\n\r\n", expected: "400"),
    Case(
      name: "close", input: "GET / HTTP/1.1\r\n\(h)Connection: keep-alive, close\r\n\r\n",
      expected: "GET / 1 none closes"),
    Case(
      name: "close on a line of its own",
      input: "GET / HTTP/1.1\r\n\(h)Connection: x\r\nConnection: CLOSE\r\n\r\n",
      expected: "GET / 1 none closes"),
    Case(
      name: "expects",
      input: "POST / HTTP/1.1\r\n\(h)Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n",
      expected: "POST / 1 length(5) keeps continue"),
    Case(
      name: "expects, without a body", input: "GET / HTTP/1.1\r\n\(h)Expect: 100-continue\r\n\r\n",
      expected: "GET / 1 none keeps"),
    Case(
      name: "expects, with an empty body",
      input: "POST / HTTP/1.1\r\n\(h)Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
      expected: "POST / 1 length(0) keeps"),
    Case(
      name: "expects on HTTP/1.0",
      input: "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
      expected: "POST / 0 length(5) closes"),
    Case(
      name: "expects something else", input: "GET / HTTP/1.1\r\n\(h)Expect: 200-ok\r\n\r\n",
      expected: "417"),
    Case(
      name: "six fields", input: "GET / HTTP/1.1\r\n\(h)A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\n\r\n",
      expected: "GET / 1 none keeps"),
    Case(
      name: "seven fields",
      input: "GET / HTTP/1.1\r\n\(h)A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\nF:6\r\n\r\n", expected: "431"
    ),
    Case(
      name: "head of the limit",
      input: "GET / HTTP/1.1\r\n\(h)A: \(String(repeating: "x", count: 268))\r\n\r\n",
      expected: "GET / 1 none keeps"),
    Case(
      name: "head above the limit",
      input: "GET / HTTP/1.1\r\n\(h)A: \(String(repeating: "x", count: 269))\r\n\r\n",
      expected: "431"),
    Case(
      name: "endless value",
      input: "GET / HTTP/1.1\r\n\(h)A: \(String(repeating: "x", count: 400))", expected: "431"),
    Case(
      name: "endless name", input: "GET / HTTP/1.1\r\n\(h)\(String(repeating: "x", count: 400))",
      expected: "431"),
    Case(
      name: "endless white space",
      input: "GET / HTTP/1.1\r\n\(h)A:\(String(repeating: " ", count: 400))", expected: "431"),
    Case(name: "a TLS greeting", input: "\u{16}\u{3}\u{1}\u{0}\u{A5}\u{1}", expected: "400"),
  ]

  static func show(_ head: RequestHead) -> String {
    let keeps = head.keepsAlive ? "keeps" : "closes"
    let expects = head.expectsContinue ? " continue" : ""
    return
      "\(head.method.name) \(text(head.pathBytes)) \(head.minorVersion) \(head.framing) \(keeps)\(expects)"
  }

  /// What comes of a stream, and how many bytes were taken.
  static func outcome(
    _ input: [UInt8], chunkBytes: Int
  ) -> (result: Result<RequestHead, HeadError>?, consumed: Int) {
    var parser = RequestHeadParser(limits: limits)
    var seen = 0
    while seen < input.count {
      seen = min(seen + chunkBytes, input.count)
      do throws(HeadError) {
        if let (head, consumed) = try parser.parse(input.span.extracting(..<seen)) {
          return (.success(head), consumed)
        }
      } catch {
        return (.failure(error), 0)
      }
    }
    return (nil, 0)
  }

  @Test(arguments: cases, chunkSizes)
  func reads(_ example: Case, chunkBytes: Int) {
    let input = Array(example.input.utf8)
    let (result, consumed) = Self.outcome(input, chunkBytes: chunkBytes)
    switch result {
    case .success(let head):
      #expect(Self.show(head) == example.expected)
      #expect(consumed == input.count)
    case .failure(let error): #expect(String(error.status) == example.expected)
    case nil: Issue.record("neither accepted nor refused")
    }
  }

  @Test(arguments: chunkSizes)
  func readsOneHeadAfterTheOther(chunkBytes: Int) throws {
    let input = Array(
      "GET /1 HTTP/1.1\r\n\(Self.h)\r\n\r\nGET /2 HTTP/1.1\r\n\(Self.h)\r\nGET /3 HTTP/1.1\r\n\(Self.h)\r\n"
        .utf8)
    var parser = RequestHeadParser()
    var buffer: [UInt8] = []
    var paths: [String] = []
    for chunk in chunks(input, of: chunkBytes) {
      buffer += chunk
      while let (head, consumed) = try parser.parse(buffer.span) {
        paths.append(text(head.pathBytes))
        buffer.removeFirst(consumed)
      }
    }
    #expect(paths == ["/1", "/2", "/3"])
    #expect(buffer.isEmpty)
  }

  @Test func looksAtNoByteTwice() throws {
    // What has been read may change without being noticed.
    var parser = RequestHeadParser()
    var input = Array("GET /first HTTP/1.1\r\nHost: a".utf8)
    let early = try parser.parse(input.span)?.consumed
    #expect(early == nil)
    input.replaceSubrange(5..<10, with: Array("     ".utf8))
    input += Array("\r\n\r\n".utf8)
    let consumed = try parser.parse(input.span)?.consumed
    #expect(consumed == input.count)
  }

  @Test func forgetsAnUnfinishedHead() throws {
    var parser = RequestHeadParser()
    let early = try parser.parse(Array("GET /a".utf8).span)?.consumed
    #expect(early == nil)
    parser.reset()
    let consumed = try parser.parse(Array("GET / HTTP/1.0\r\n\r\n".utf8).span)?.consumed
    #expect(consumed == 18)
  }
}
