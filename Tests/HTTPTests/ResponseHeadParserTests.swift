import Testing

@testable import HTTP

@Suite("Response head parser (RFC 9112 §§ 2, 4, 5, 6)")
struct ResponseHeadParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    /// `status minor reason framing keeps/closes`, or the status a request would get.
    let expected: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "plain", input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
      expected: "200 1 'OK' length(5) keeps"),
    Case(name: "no reason", input: "HTTP/1.1 200 \r\n\r\n", expected: "200 1 '' untilClose keeps"),
    Case(
      name: "no reason and no space", input: "HTTP/1.1 200\r\n\r\n",
      expected: "200 1 '' untilClose keeps"),
    Case(
      name: "any words", input: "HTTP/1.1 529 site is\toverloadé!\r\n\r\n",
      expected: "529 1 'site is\toverloadé!' untilClose keeps"),
    Case(
      name: "HTTP/1.0", input: "HTTP/1.0 200 OK\r\n\r\n", expected: "200 0 'OK' untilClose closes"),
    Case(
      name: "HTTP/1.0 with keep-alive",
      input: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
      expected: "200 0 'OK' length(0) keeps"),
    Case(
      name: "close", input: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n",
      expected: "200 1 'OK' length(5) closes"),
    Case(
      name: "chunked", input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      expected: "200 1 'OK' chunked keeps"),
    Case(
      name: "both framings: not used again",
      input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
      expected: "200 1 'OK' chunked closes"),
    Case(
      name: "two lengths that agree",
      input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
      expected: "200 1 'OK' length(5) keeps"),
    Case(
      name: "no content", input: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
      expected: "204 1 'No Content' none keeps"),
    Case(
      name: "not modified",
      input: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
      expected: "304 1 'Not Modified' none keeps"),
    Case(
      name: "interim", input: "HTTP/1.1 100 Continue\r\n\r\n",
      expected: "100 1 'Continue' none keeps"),
    Case(
      name: "two lengths that differ",
      input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", expected: "400"),
    Case(
      name: "no number as length", input: "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
      expected: "400"),
    Case(
      name: "length above all machines",
      input: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", expected: "413"),
    Case(
      name: "another coding", input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      expected: "501"),
    Case(
      name: "chunked twice",
      input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      expected: "501"),
    Case(
      name: "chunked on HTTP/1.0", input: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      expected: "501"),
    Case(name: "HTTP/2", input: "HTTP/2.0 200 OK\r\n\r\n", expected: "505"),
    Case(name: "garbage", input: "hello there, this is not HTTP\r\n\r\n", expected: "400"),
    Case(name: "SSH", input: "SSH-2.0-OpenSSH_9.2p1\r\n", expected: "400"),
    Case(name: "two digits", input: "HTTP/1.1 20 OK\r\n\r\n", expected: "400"),
    Case(name: "four digits", input: "HTTP/1.1 2000 OK\r\n\r\n", expected: "400"),
    Case(name: "status below 100", input: "HTTP/1.1 099 OK\r\n\r\n", expected: "400"),
    Case(name: "two spaces", input: "HTTP/1.1  200 OK\r\n\r\n", expected: "400"),
    Case(name: "LF alone", input: "HTTP/1.1 200 OK\nContent-Length: 5\n\n", expected: "400"),
    Case(name: "CR in the reason", input: "HTTP/1.1 200 O\rK\r\n\r\n", expected: "400"),
    Case(name: "NUL in the reason", input: "HTTP/1.1 200 O\u{0}K\r\n\r\n", expected: "400"),
    Case(name: "folded field", input: "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", expected: "400"),
    Case(
      name: "too many fields",
      input: "HTTP/1.1 200 OK\r\n\(String(repeating: "A: b\r\n", count: 9))\r\n", expected: "431"),
    Case(
      name: "endless head", input: "HTTP/1.1 200 OK\r\nA: \(String(repeating: "x", count: 500))",
      expected: "431"),
    Case(
      name: "endless reason", input: "HTTP/1.1 200 \(String(repeating: "x", count: 500))",
      expected: "431"),
  ]

  static func outcome(_ input: [UInt8], chunkBytes: Int) -> String {
    var parser = ResponseHeadParser(limits: HeadLimits(headBytesMax: 300, fieldCountMax: 8))
    var seen = 0
    while seen < input.count {
      seen = min(seen + chunkBytes, input.count)
      do throws(HeadError) {
        if let (head, consumed) = try parser.parse(input.span.extracting(..<seen)) {
          #expect(consumed == input.count)
          let reason = text(head.fields.bytes[head.reason])
          let framing = head.framing(forRequestMethod: .get)
          let keeps = head.keepsAlive ? "keeps" : "closes"
          return "\(head.status) \(head.minorVersion) '\(reason)' \(framing) \(keeps)"
        }
      } catch {
        return "\(error.status)"
      }
    }
    return "incomplete"
  }

  @Test(arguments: cases, chunkSizes)
  func reads(_ example: Case, chunkBytes: Int) {
    #expect(Self.outcome(Array(example.input.utf8), chunkBytes: chunkBytes) == example.expected)
  }

  @Test(arguments: chunkSizes)
  func readsInterimAnswersOneByOne(chunkBytes: Int) throws {
    let input = Array(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"
        .utf8)
    var parser = ResponseHeadParser()
    var buffer: [UInt8] = []
    var statuses: [Int] = []
    for chunk in chunks(input, of: chunkBytes) {
      buffer += chunk
      while statuses.last != 200, let (head, consumed) = try parser.parse(buffer.span) {
        statuses.append(head.status)
        #expect(head.isInterim == (head.status < 200))
        buffer.removeFirst(consumed)
      }
    }
    #expect(statuses == [100, 103, 200])
    #expect(text(buffer) == "body")
  }

  @Test func twentyMebibytesOfHeaderAreAnError() {
    var parser = ResponseHeadParser()
    var input = Array("HTTP/1.1 200 OK\r\n".utf8)
    let line = Array("X-Flood: 0123456789012345678901234567890123456789\r\n".utf8)
    while input.count < 20 << 20 { input += line }
    let status: Int?
    do throws(HeadError) {
      _ = try parser.parse(input.span)
      status = nil
    } catch {
      status = error.status
    }
    #expect(status == 431)
  }
}
