import Testing

@testable import HTTP

@Suite("SSE parser (WHATWG HTML § 9.2.6)")
struct SSEParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    /// `name|data` of each event with data.
    let events: [String]
    var raw: [String] = []
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "one event", input: "data: a\n\n", events: ["|a"], raw: ["data: a\n\n"]),
    Case(
      name: "two events", input: "data: {\"x\":1}\n\ndata: b\n\n", events: ["|{\"x\":1}", "|b"],
      raw: ["data: {\"x\":1}\n\n", "data: b\n\n"]),
    Case(name: "data lines join", input: "data: a\ndata: b\n\n", events: ["|a\nb"]),
    Case(
      name: "long data lines join", input: "data: 0123456789\ndata: 0123456789\n\n",
      events: ["|0123456789\n0123456789"]),
    Case(name: "no space after the colon", input: "data:a\n\n", events: ["|a"]),
    Case(name: "only one space is dropped", input: "data:  a\n\n", events: ["| a"]),
    Case(name: "bare data line is empty", input: "data\n\n", events: ["|"]),
    Case(name: "two bare data lines are a line feed", input: "data\ndata\n\n", events: ["|\n"]),
    Case(name: "empty data line", input: "data:\n\ndata: \n\n", events: ["|", "|"]),
    Case(
      name: "empty line in the middle", input: "data: a\ndata:\ndata: b\n\n", events: ["|a\n\nb"]),
    Case(
      name: "CR LF", input: "data: a\r\n\r\ndata: b\r\n\r\n", events: ["|a", "|b"],
      raw: ["data: a\r\n\r\n", "data: b\r\n\r\n"]),
    Case(
      name: "bare CR", input: "data: a\rdata: b\r\rdata: c\r\r", events: ["|a\nb", "|c"],
      raw: ["data: a\rdata: b\r\r", "data: c\r\r"]),
    Case(
      name: "mixed line ends", input: "data: a\r\ndata: b\n\r\ndata: c\r\n\n",
      events: ["|a\nb", "|c"], raw: ["data: a\r\ndata: b\n\r\n", "data: c\r\n\n"]),
    Case(
      name: "LF CR is two line ends", input: "data: a\n\rdata: b\n\r", events: ["|a", "|b"],
      raw: ["data: a\n\r", "data: b\n\r"]),
    Case(name: "byte order mark", input: "\u{FEFF}data: a\n\n", events: ["|a"]),
    Case(
      name: "byte order mark before a comment", input: "\u{FEFF}: x\n\ndata: a\n\n",
      events: ["|a"]),
    Case(
      name: "byte order mark later is part of a name", input: "data: a\n\n\u{FEFF}data: b\n\n",
      events: ["|a"]),
    Case(
      name: "two byte order marks", input: "\u{FEFF}\u{FEFF}data: b\n\ndata: a\n\n",
      events: ["|a"]),
    Case(
      name: "named event", input: "event: message_start\ndata: {}\n\n",
      events: ["message_start|{}"]),
    Case(name: "name after data", input: "data: a\nevent: x\n\n", events: ["x|a"]),
    Case(name: "the last name counts", input: "event: x\nevent: y\ndata: a\n\n", events: ["y|a"]),
    Case(
      name: "a name is not inherited", input: "event: x\ndata: a\n\ndata: b\n\n",
      events: ["x|a", "|b"]),
    Case(
      name: "an event without data loses its name", input: "event: x\n\ndata: b\n\n",
      events: ["|b"], raw: ["event: x\n\n", "data: b\n\n"]),
    Case(
      name: "bare event line empties the name", input: "event: x\nevent\ndata: a\n\n",
      events: ["|a"]),
    Case(
      name: "comments", input: ": keep-alive\n\n: \ndata: a\n:\n\n", events: ["|a"],
      raw: [": keep-alive\n\n", ": \ndata: a\n:\n\n"]),
    Case(
      name: "other fields", input: "id: 7\nretry: 10\ndatax: no\ndat: no\ndata: a\nDATA: no\n\n",
      events: ["|a"]),
    Case(name: "colons in data", input: "data: a: b:c\n\n", events: ["|a: b:c"]),
    Case(name: "space before a name", input: " data: a\n\ndata: b\n\n", events: ["|b"]),
    Case(name: "not UTF-8 is no matter", input: "data: é漢\u{1F600}\n\n", events: ["|é漢\u{1F600}"]),
    Case(name: "no empty line, no event", input: "data: a\n", events: [], raw: []),
    Case(name: "empty lines alone", input: "\n\r\n\r", events: [], raw: ["\n", "\r\n", "\r"]),
    Case(name: "empty stream", input: "", events: []),
  ]

  /// What a reader of the pieces makes of a stream.
  struct Reading: Equatable {
    var events: [String] = []
    var raw: [[UInt8]] = []
    var rest: [UInt8] = []
    var comments = 0
  }

  static func read(_ input: [UInt8], chunkBytes: Int) throws -> Reading {
    var parser = SSEParser(lineBytesMax: 4096)
    var reading = Reading()
    var data: [UInt8] = []
    var nameSeen: [UInt8] = []
    for chunk in chunks(input, of: chunkBytes) {
      var position = 0
      var taken = 0
      while let piece = try parser.next(in: chunk.span, &position) {
        switch piece {
        case .data(let range): data += chunk[range]
        case .dataLineBreak: data.append(0x0A)
        case .name: nameSeen = parser.name
        case .comment: reading.comments += 1
        case .end(let rawEnd, let hasData):
          #expect(parser.isBetweenEvents)
          #expect(nameSeen == parser.name)
          reading.raw.append(reading.rest + chunk[taken..<rawEnd])
          reading.rest = []
          taken = rawEnd
          if hasData { reading.events.append("\(text(parser.name))|\(text(data))") }
          data = []
          nameSeen = []
        case .endTail(let rawEnd):
          #expect(taken == 0 && rawEnd == 1)
          reading.raw[reading.raw.count - 1] += chunk[..<rawEnd]
          taken = rawEnd
        }
      }
      #expect(position == chunk.count)
      reading.rest += chunk[taken...]
      #expect(parser.eventBytes == reading.rest.count)
    }
    return reading
  }

  @Test(arguments: cases, chunkSizes)
  func findsEvents(_ example: Case, chunkBytes: Int) throws {
    let input = Array(example.input.utf8)
    let reading = try Self.read(input, chunkBytes: chunkBytes)
    #expect(reading.events == example.events)
    #expect(reading.raw.flatMap { $0 } + reading.rest == input, "no raw byte is lost")
    if !example.raw.isEmpty { #expect(reading.raw.map { text($0) } == example.raw) }
  }

  @Test func comesToTheSameAtAnyCutOfRandomStreams() throws {
    let seed: UInt64 = .random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let words = ["data", ":", " ", "\r", "\n", "\r\n", "event", "a", "\u{FEFF}", "data: xyzxyz\n"]
    for _ in 0..<500 {
      let count = Int.random(in: 0..<40, using: &generator)
      let input = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
      let bytes = Array(input.utf8)
      let whole = try Self.read(bytes, chunkBytes: 4096)
      let size = Int.random(in: 1..<9, using: &generator)
      #expect(
        try Self.read(bytes, chunkBytes: size) == whole, "seed \(seed): \(input.debugDescription)")
    }
  }

  @Test func anEventThatEndsWithCRDoesNotWait() throws {
    var parser = SSEParser()
    var pieces: [SSEPiece] = []
    try parser.feed(Array("data: a\r\r".utf8).span) { pieces.append($0) }
    #expect(pieces == [.data(6..<7), .end(rawEnd: 9, hasData: true)])
  }

  @Test func anLFBehindTheCutIsReportedAsTheTailOfItsEvent() throws {
    var parser = SSEParser()
    var pieces: [SSEPiece] = []
    try parser.feed(Array("data: a\r\n\r".utf8).span) { _ in }
    try parser.feed(Array("\ndata: b\n\n".utf8).span) { pieces.append($0) }
    #expect(pieces == [.endTail(rawEnd: 1), .data(7..<8), .end(rawEnd: 10, hasData: true)])
  }

  @Test func anLFInsideAnEventIsNotATail() throws {
    var parser = SSEParser()
    var pieces: [SSEPiece] = []
    try parser.feed(Array("data: a\r".utf8).span) { _ in }
    try parser.feed(Array("\n\r".utf8).span) { pieces.append($0) }
    #expect(pieces == [.end(rawEnd: 2, hasData: true)])
  }

  @Test(arguments: [1, 3, 100_000])
  func aLongLineIsNotKept(chunkBytes: Int) throws {
    var parser = SSEParser(lineBytesMax: 200_000)
    let input = Array("data: ".utf8) + [UInt8](repeating: 0x78, count: 150_000) + [0x0A, 0x0A]
    var dataBytes = 0
    for chunk in chunks(input, of: chunkBytes) {
      try parser.feed(chunk.span) { piece in
        if case .data(let range) = piece { dataBytes += range.count }
      }
    }
    #expect(dataBytes == 150_000)
    #expect(parser.isBetweenEvents)
  }

  static let endless = ["data: 12345", ": comment in a line", "event: abcdef", "nocolonatall"]

  @Test(arguments: endless, chunkSizes)
  func refusesALineWithoutEnd(_ input: String, chunkBytes: Int) {
    for ending in ["", "\n", "\r\n"] {
      var parser = SSEParser(lineBytesMax: 10)
      #expect(throws: SSEError.lineTooLong(limitBytes: 10)) {
        for chunk in chunks(Array((input + ending).utf8), of: chunkBytes) {
          try parser.feed(chunk.span) { _ in }
        }
      }
    }
  }

  @Test(arguments: chunkSizes)
  func aLineOfExactlyTheLimitIsRead(chunkBytes: Int) throws {
    for ending in ["\n", "\r", "\r\n"] {
      var parser = SSEParser(lineBytesMax: 10)
      for chunk in chunks(Array("data: 1234\(ending)data: 5678\(ending)".utf8), of: chunkBytes) {
        try parser.feed(chunk.span) { _ in }
      }
      #expect(!parser.isBetweenEvents)
    }
  }

  @Test(arguments: chunkSizes)
  func cutsALongName(chunkBytes: Int) throws {
    var parser = SSEParser()
    let input = "event: " + String(repeating: "n", count: 5_000) + "\ndata: a\n\n"
    for chunk in chunks(Array(input.utf8), of: chunkBytes) { try parser.feed(chunk.span) { _ in } }
    #expect(parser.name.count == 256)
  }

  @Test func knowsItsName() throws {
    var parser = SSEParser()
    try parser.feed(Array("event: error\ndata: a\n\n".utf8).span) { _ in }
    #expect(parser.isNamed("error"))
    #expect(!parser.isNamed("err"))
  }
}
