import Testing

@testable import HTTP

@Suite("Chunked coding, writing (RFC 9112 § 7.1)")
struct ChunkedCodingTests {
  @Test(arguments: [
    (1, "1"), (9, "9"), (10, "a"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000"),
    (70_000, "11170"),
  ])
  func writesSizes(_ count: Int, _ digits: String) {
    var out: [UInt8] = []
    ChunkedCoding.appendChunk([UInt8](repeating: 0x78, count: count).span, to: &out)
    #expect(text(out) == "\(digits)\r\n\(String(repeating: "x", count: count))\r\n")
    var head: [UInt8] = []
    ChunkedCoding.appendChunkHead(contentBytes: count, to: &head)
    #expect(text(head) == "\(digits)\r\n")
  }

  @Test func anEmptyChunkIsNotWritten() {
    var out: [UInt8] = []
    ChunkedCoding.appendChunk([UInt8]().span, to: &out)
    #expect(out.isEmpty)
    ChunkedCoding.appendLastChunk(to: &out)
    #expect(out == ChunkedCoding.lastChunk)
  }

  @Test func comesBackFromTheDecoder() throws {
    let seed: UInt64 = .random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var written: [UInt8] = []
    var expected: [UInt8] = []
    for _ in 0..<50 {
      let content = (0..<Int.random(in: 0..<600, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      ChunkedCoding.appendChunk(content.span, to: &written)
      expected += content
    }
    ChunkedCoding.appendLastChunk(to: &written)
    var decoder = BodyDecoder(BodyFraming.chunked)
    var content: [UInt8] = []
    let consumed = try decoder.decode(written.span, into: &content)
    #expect(content == expected && consumed == written.count && decoder.isFinished, "seed \(seed)")
  }
}
