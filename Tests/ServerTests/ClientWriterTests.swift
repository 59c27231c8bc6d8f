import Glibc
import HTTP
import Network
import Locks
import Testing

@testable import Server

@Suite("How answers are framed for clients")
struct ClientWriterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let framing: ClientWriter.Framing
    let length: Int?
    let content: [String]
    let wire: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "a length, and all of it", framing: .length, length: 4, content: ["ab", "cd"],
      wire: "content-length: 4\r\n\r\nabcd"),
    Case(
      name: "a length without content", framing: .length, length: 0, content: [""],
      wire: "content-length: 0\r\n\r\n"),
    Case(
      name: "chunks", framing: .chunked, length: nil, content: ["ab", "c"],
      wire: "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
    Case(
      name: "no content ends no chunks early", framing: .chunked, length: nil,
      content: ["", "ab", ""],
      wire: "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
    Case(
      name: "until the connection ends", framing: .untilClose, length: nil, content: ["ab", "cd"],
      wire: "\r\nabcd"),
    Case(
      name: "HEAD announces what GET would get", framing: .headOnly, length: 9,
      content: ["dropped"],
      wire: "content-length: 9\r\n\r\n"),
    Case(
      name: "HEAD of what has no length", framing: .headOnly, length: nil, content: ["dropped"],
      wire: "\r\n"),
    Case(name: "no body at all", framing: .none, length: nil, content: ["dropped"], wire: "\r\n"),
  ]

  private static let head = Array("HTTP/1.1 200 OK\r\n".utf8)

  /// What the peer of a writer gets.
  private static func wire(
    _ write: @escaping @Sendable (inout ClientWriter) async throws -> Void
  ) async throws -> [UInt8] {
    let peers = Guarded<[UInt8]>([])
    let read = Latch(1)
    try await onLoop { loop in
      let (socket, peer) = try socketPair(on: loop)
      // On a thread of its own: tasks that block elsewhere must not keep it from reading.
      try Thread.start(name: "reader") {
        let bytes = readToEnd(peer)
        peers.withLock { $0 = bytes }
        read.countDown()
      }
      var writer = ClientWriter(socket, stallMax: .seconds(10), on: loop)
      try await write(&writer)
      socket.close()
    }
    read.wait()
    return peers.withLock { $0 }
  }

  @Test(arguments: cases)
  func framing(_ example: Case) async throws {
    let wire = try await Self.wire { writer in
      writer.begin(head: Self.head, framing: example.framing, length: example.length)
      for (index, content) in example.content.enumerated() {
        try await writer.send(Array(content.utf8), isLast: index == example.content.count - 1)
      }
    }
    #expect(String(decoding: wire, as: UTF8.self) == "HTTP/1.1 200 OK\r\n" + example.wire)
  }

  /// Large content is written beside the head and not copied behind it.
  @Test(arguments: [16_384, 16_385, 300_000])
  func largeContentArrivesWhole(_ count: Int) async throws {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let wire = try await Self.wire { writer in
      writer.begin(head: Self.head, framing: .length, length: count)
      try await writer.send(content, isLast: true)
    }
    let start = Self.head + Array("content-length: \(count)\r\n\r\n".utf8)
    #expect(wire == start + content)
  }

  @Test func writesOneAnswerAfterTheOther() async throws {
    let wire = try await Self.wire { writer in
      try await writer.sendRaw(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      #expect(!writer.hasBegun)
      writer.begin(head: Self.head, framing: .chunked, length: nil)
      #expect(writer.hasBegun)
      #expect(writer.canExtend)
      try await writer.send(Array("a".utf8), isLast: true)
      writer.reset()
      #expect(!writer.hasBegun)
      writer.begin(head: Self.head, framing: .length, length: 1)
      #expect(!writer.canExtend)
      try await writer.send(Array("b".utf8), isLast: true)
    }
    let text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
      + "1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nb"
    #expect(String(decoding: wire, as: UTF8.self) == text)
  }

  @Test func givesUpOnAClientThatTakesNothing() async throws {
    try await onLoop { loop in
      let (socket, peer) = try socketPair(on: loop)
      defer { close(peer) }
      var writer = ClientWriter(socket, stallMax: .milliseconds(50), on: loop)
      writer.begin(head: Self.head, framing: .untilClose, length: nil)
      await #expect(throws: StreamError.timedOut) {
        try await writer.send([UInt8](repeating: 0, count: 16_000_000), isLast: true)
      }
    }
  }
}

/// All that comes until the other side ends; closes the descriptor.
func readToEnd(_ descriptor: Int32) -> [UInt8] {
  defer { close(descriptor) }
  var all: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return all }
    all += buffer.prefix(count)
  }
}
