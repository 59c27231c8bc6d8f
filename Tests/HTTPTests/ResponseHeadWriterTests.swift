import Testing

@testable import HTTP

@Suite("Writing the head of an answer")
struct ResponseHeadWriterTests {
  @Test func writesPieceByPiece() {
    var out: [UInt8] = []
    ResponseHeadWriter.appendStatusLine(404, to: &out)
    ResponseHeadWriter.appendField("Content-Length", 12, to: &out)
    ResponseHeadWriter.appendField("Connection", "close" as StaticString, to: &out)
    ResponseHeadWriter.appendField("X-A", Array("b c".utf8).span, to: &out)
    ResponseHeadWriter.appendDate(nowMilliseconds: 784_111_777_000, to: &out)
    ResponseHeadWriter.appendEnd(to: &out)
    #expect(
      text(out)
        == "HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\nConnection: close\r\nX-A: b c\r\n"
        + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n")
  }

  @Test func letsAClientGoOn() {
    var out: [UInt8] = []
    ResponseHeadWriter.appendContinue(to: &out)
    #expect(text(out) == "HTTP/1.1 100 Continue\r\n\r\n")
  }

  @Test func aValueCannotEndItsLine() {
    var out: [UInt8] = []
    let value = "gpt\r\nSet-Cookie: a\u{0}\n\n\u{7F}é\t-and-more-than-a-word\r"
    ResponseHeadWriter.appendField("X-Model", value, to: &out)
    #expect(text(out) == "X-Model: gpt  Set-Cookie: a    é -and-more-than-a-word \r\n")
  }
}
