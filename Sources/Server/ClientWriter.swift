import HTTP
import Network

/// Writes answers to one client; knows how the current one is framed.
///
/// Belongs to the connection's task.
struct ClientWriter {
  enum Framing: Equatable {
    case length, chunked, untilClose
    /// No body, and none announced (204, 304).
    case none
    /// The head of what a GET would get.
    case headOnly
  }

  private let socket: StreamSocket
  /// A client that takes nothing for this long is gone.
  private let stallMax: Duration
  private let loop: EventLoop
  private var framing = Framing.none
  private var wire: [UInt8] = []
  /// Whether the head of the current answer has been sent or is queued.
  private(set) var hasBegun = false

  init(_ socket: StreamSocket, stallMax: Duration, on loop: EventLoop) {
    self.stallMax = stallMax
    self.socket = socket
    self.loop = loop
  }

  /// Whether bytes may be added that no length has announced.
  var canExtend: Bool { framing == .chunked || framing == .untilClose }

  /// Gets ready for the next answer.
  mutating func reset() {
    hasBegun = false
    framing = .none
    if wire.capacity > 16_384 { wire = [] } else { wire.removeAll(keepingCapacity: true) }
  }

  /// Queues the head; it goes out with the first bytes of the body.
  ///
  /// `head` is the status line and the fields, without the framing fields and the empty line.
  mutating func begin(head: [UInt8], framing: Framing, length: Int?) {
    hasBegun = true
    self.framing = framing
    wire.append(contentsOf: head)
    switch framing {
    case .length: ResponseHeadWriter.appendField("content-length", length ?? 0, to: &wire)
    case .chunked: ResponseHeadWriter.appendField("transfer-encoding", "chunked", to: &wire)
    case .headOnly:
      if let length { ResponseHeadWriter.appendField("content-length", length, to: &wire) }
    case .untilClose, .none: break
    }
    ResponseHeadWriter.appendEnd(to: &wire)
  }

  /// Sends the head, if it is still queued, and `content`; with `isLast` the body ends there.
  mutating func send(_ content: [UInt8], isLast: Bool) async throws(StreamError) {
    switch framing {
    case .chunked:
      if !content.isEmpty { ChunkedCoding.appendChunk(content.span, to: &wire) }
      if isLast { wire.append(contentsOf: ChunkedCoding.lastChunk) }
    case .length, .untilClose: if content.count <= 16_384 { wire.append(contentsOf: content) }
    case .none, .headOnly: break
    }
    let deadline = loop.now + stallMax
    if framing == .length || framing == .untilClose, content.count > 16_384 {
      try await socket.write(wire, content, until: deadline)
    } else if !wire.isEmpty {
      try await socket.write(wire, until: deadline)
    }
    // A stream that goes on needs no room for a head any more, and there may be thousands.
    let keptMax = isLast ? 16_384 : 1_024
    if wire.capacity > keptMax { wire = [] } else { wire.removeAll(keepingCapacity: true) }
  }

  /// Sends what is queued as it is: interim answers.
  mutating func sendRaw(_ bytes: [UInt8]) async throws(StreamError) {
    try await socket.write(bytes, until: loop.now + stallMax)
  }
}
