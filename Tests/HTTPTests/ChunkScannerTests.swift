import Testing

@testable import HTTP

@Suite("Chunked coding, reading (RFC 9112 § 7.1)")
struct ChunkScannerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    /// The content, or nil where the coding is refused.
    var content: String?
    /// Why it is refused; nil: it is malformed.
    var error: BodyError?
    var testDescription: String { name }
  }

  static let end = "0\r\n\r\n"

  static let cases: [Case] = [
    Case(name: "one chunk", input: "5\r\nhello\r\n\(end)", content: "hello"),
    Case(
      name: "several chunks", input: "5\r\nhello\r\n6\r\n world\r\n1\r\n!\r\n\(end)",
      content: "hello world!"),
    Case(name: "no chunk", input: end, content: ""),
    Case(
      name: "hexadecimal digits of both cases",
      input: "A\r\n0123456789\r\nb\r\n0123456789a\r\n\(end)", content: "01234567890123456789a"),
    Case(name: "leading zeros", input: "0005\r\nhello\r\n000\r\n\r\n", content: "hello"),
    Case(
      name: "content that looks like coding", input: "7\r\n\r\n0\r\n\r\n\r\n\(end)",
      content: "\r\n0\r\n\r\n"),
    Case(
      name: "extensions",
      input: "5;a;b=c;d=\"q;\\\"r\r\\\\\"\r\nhello\r\n0;last\r\n\r\n".replacing(
        "\r\\\\", with: "\\\\"), content: "hello"),
    Case(
      name: "white space around extensions", input: "5 ;\ta = b ; c =\t\"d\" ;e\r\nhello\r\n\(end)",
      content: "hello"),
    Case(name: "empty quoted value", input: "5;a=\"\"\r\nhello\r\n\(end)", content: "hello"),
    Case(
      name: "trailer fields", input: "5\r\nhello\r\n0\r\nX-T: 1\r\nVary:\r\nA: b \t é\r\n\r\n",
      content: "hello"),
    Case(name: "white space behind the size", input: "5 \r\nhello\r\n\(end)"),
    Case(name: "white space behind an extension", input: "5;a \r\nhello\r\n\(end)"),
    Case(name: "white space before the size", input: " 5\r\nhello\r\n\(end)"),
    Case(name: "semicolon and no name", input: "5;\r\nhello\r\n\(end)"),
    Case(name: "semicolon twice", input: "5;;a\r\nhello\r\n\(end)"),
    Case(name: "equals sign and no value", input: "5;a=\r\nhello\r\n\(end)"),
    Case(name: "extension without a semicolon", input: "5 a\r\nhello\r\n\(end)"),
    Case(name: "quoted value with text behind", input: "5;a=\"b\"c\r\nhello\r\n\(end)"),
    Case(name: "line end in a quoted value", input: "5;a=\"b\r\nhello\r\n\(end)"),
    Case(
      name: "control byte escaped in a quoted value", input: "5;a=\"\\\u{1}\"\r\nhello\r\n\(end)"),
    Case(name: "byte of no token in an extension", input: "5;a@b\r\nhello\r\n\(end)"),
    Case(name: "no size", input: "\r\nhello\r\n\(end)"),
    Case(name: "minus", input: "-5\r\nhello\r\n\(end)"),
    Case(name: "minus zero", input: "5\r\nhello\r\n-0\r\n\r\n"),
    Case(name: "plus", input: "+5\r\nhello\r\n\(end)"),
    Case(name: "0x", input: "0x5\r\nhello\r\n\(end)"),
    Case(name: "digit of another script", input: "５\r\nhello\r\n\(end)"),
    Case(name: "LF ends the size", input: "5\nhello\r\n\(end)"),
    Case(name: "CR ends the size", input: "5\rhello\r\n\(end)"),
    Case(name: "CR CR LF", input: "5\r\r\nhello\r\n\(end)"),
    Case(name: "LF behind the content", input: "5\r\nhello\n\(end)"),
    Case(name: "CR behind the content", input: "5\r\nhello\r0\r\n\r\n"),
    Case(name: "more content than announced", input: "5\r\nhello!\r\n\(end)"),
    Case(name: "less content than announced", input: "6\r\nhello\r\n\(end)"),
    Case(name: "not chunked at all", input: "hello world"),
    Case(name: "sixteen digits", input: "0000000000000005\r\nhello\r\n\(end)", content: "hello"),
    Case(
      name: "seventeen digits", input: "00000000000000005\r\nhello\r\n\(end)",
      error: .chunkTooLarge),
    Case(name: "2^63", input: "8000000000000000\r\n", error: .chunkTooLarge),
    Case(name: "2^64 - 1", input: "FFFFFFFFFFFFFFFF\r\n", error: .chunkTooLarge),
    Case(name: "trailer without a colon", input: "0\r\nNoColon\r\n\r\n"),
    Case(name: "trailer with a space in its name", input: "0\r\nX A: b\r\n\r\n"),
    Case(name: "trailer with a space before the colon", input: "0\r\nX-A : b\r\n\r\n"),
    Case(name: "trailer without a name", input: "0\r\n: b\r\n\r\n"),
    Case(name: "folded trailer", input: "0\r\nX-A: b\r\n c\r\n\r\n"),
    Case(name: "trailer that ends with LF", input: "0\r\nX-A: b\n\r\n"),
    Case(name: "trailers that end with LF", input: "0\r\n\n"),
    Case(name: "control byte in a trailer", input: "0\r\nX-A: \u{0}\r\n\r\n"),
    Case(name: "a request in place of trailers", input: "0\r\nGET / HTTP/1.1\r\n\r\n"),
    Case(
      name: "endless extension", input: "5;" + String(repeating: "a", count: 20_000),
      error: .framingTooLarge),
    Case(
      name: "endless white space", input: "5" + String(repeating: " ", count: 20_000),
      error: .framingTooLarge),
    Case(
      name: "many long extensions for little content",
      input: String(repeating: "1;\(String(repeating: "a", count: 999))\r\nx\r\n", count: 20),
      error: .framingTooLarge),
    Case(
      name: "endless trailer fields",
      input: "0\r\n" + String(repeating: "X-A: b\r\n", count: 3_000), error: .framingTooLarge),
    Case(
      name: "many extensions shorter than the content",
      input: String(repeating: "14;aaaaaaaaaa\r\n01234567890123456789\r\n", count: 3_000) + end,
      content: String(repeating: "01234567890123456789", count: 3_000)),
  ]

  @Test(arguments: cases, chunkSizes)
  func reads(_ example: Case, chunkBytes: Int) {
    var decoder = BodyDecoder(BodyFraming.chunked)
    var content: [UInt8] = []
    var thrown: BodyError?
    var consumed = 0
    let behind = Array("GET".utf8)
    let input = Array(example.input.utf8) + (example.content == nil ? [] : behind)
    for chunk in chunks(input, of: chunkBytes) {
      do throws(BodyError) {
        consumed += try decoder.decode(chunk.span, into: &content)
      } catch {
        thrown = error
        #expect(!error.message.isEmpty)
        break
      }
    }
    if let expected = example.content {
      #expect(thrown == nil)
      #expect(decoder.isFinished)
      #expect(text(content) == expected)
      #expect(consumed == example.input.utf8.count, "what follows the body is left alone")
    } else {
      if let expected = example.error {
        #expect(thrown == expected)
      } else if case .malformed = thrown {
      } else {
        Issue.record("\(String(describing: thrown))")
      }
      #expect(!decoder.isFinished)
    }
  }
}
