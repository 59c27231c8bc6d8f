import Testing

@testable import HTTP

@Suite("Body decoder (RFC 9112 § 6)")
struct BodyDecoderTests {
  @Test(arguments: chunkSizes)
  func readsALength(chunkBytes: Int) throws {
    var decoder = BodyDecoder(BodyFraming.length(10))
    var content: [UInt8] = []
    var rest = 0
    for chunk in chunks(Array("0123456789GET /".utf8), of: chunkBytes) {
      let consumed = try decoder.decode(chunk.span, into: &content)
      rest += chunk.count - consumed
      #expect(decoder.remainingBytes == 10 - content.count)
    }
    #expect(text(content) == "0123456789")
    #expect(rest == 5)
    #expect(decoder.isFinished)
    #expect(decoder.contentBytes == 10)
    try decoder.finishedByClose()
  }

  @Test func noBodyIsFinishedAtOnce() throws {
    for decoder in [
      BodyDecoder(BodyFraming.none), BodyDecoder(BodyFraming.length(0)),
      BodyDecoder(ResponseFraming.none), BodyDecoder(ResponseFraming.length(0)),
    ] {
      var decoder = decoder
      #expect(decoder.isFinished && decoder.remainingBytes == 0)
      let consumed = try decoder.decode([1, 2].span) { _ in Issue.record("there is no content") }
      #expect(consumed == 0)
    }
  }

  @Test(arguments: chunkSizes)
  func readsUntilClose(chunkBytes: Int) throws {
    var decoder = BodyDecoder(ResponseFraming.untilClose)
    var content: [UInt8] = []
    for chunk in chunks(Array("hello".utf8), of: chunkBytes) {
      let consumed = try decoder.decode(chunk.span) { content += chunk[$0] }
      #expect(consumed == chunk.count)
    }
    #expect(!decoder.isFinished && decoder.remainingBytes == nil)
    try decoder.finishedByClose()
    #expect(decoder.isFinished)
    #expect(text(content) == "hello")
  }

  @Test(arguments: [
    (ResponseFraming.length(5), "hell"), (.chunked, "5\r\nhello"), (.chunked, "5\r\nhello\r\n"),
    (.chunked, "5\r\nhello\r\n0\r\n"), (.chunked, ""), (.chunked, "0\r\nX: y\r\n\r"),
  ])
  func aConnectionThatEndsInsideABodyIsAnError(_ framing: ResponseFraming, _ input: String) throws {
    var decoder = BodyDecoder(framing)
    var content: [UInt8] = []
    _ = try decoder.decode(Array(input.utf8).span, into: &content)
    #expect(throws: BodyError.cutShort) { try decoder.finishedByClose() }
  }

  @Test func yieldsContentInPlace() throws {
    var decoder = BodyDecoder(ResponseFraming.chunked)
    let input = Array("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".utf8)
    var pieces: [Range<Int>] = []
    let consumed = try decoder.decode(input.span) { pieces.append($0) }
    #expect(pieces == [3..<6, 11..<13])
    #expect(consumed == input.count)
    #expect(decoder.contentBytes == 5)
  }

  @Test func theLargestLengthIsNoTrap() throws {
    var decoder = BodyDecoder(BodyFraming.length(Int.max))
    var content: [UInt8] = []
    _ = try decoder.decode([1, 2, 3].span, into: &content)
    #expect(decoder.remainingBytes == Int.max - 3)
    var chunked = BodyDecoder(BodyFraming.chunked)
    let consumed = try chunked.decode(Array("7FFFFFFFFFFFFFFF\r\nabc".utf8).span, into: &content)
    #expect(consumed == 21)
    #expect(chunked.contentBytes == 3)
  }
}
