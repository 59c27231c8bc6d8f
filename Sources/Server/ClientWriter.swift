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
  /// Content beyond this is not copied to lie in wait.
  private static let queuedBytesMax = 16_384
  private var framing = Framing.none
  /// The head of the current answer, while it is queued.
  private var head: [UInt8] = []
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
    head = []
  }

  /// Queues the head; it goes out with the first bytes of the body.
  ///
  /// `head` is the status line and the fields, without the framing fields and the empty line.
  mutating func begin(head: consuming [UInt8], framing: Framing, length: Int?) {
    hasBegun = true
    self.framing = framing
    var head = head
    switch framing {
    case .length: ResponseHeadWriter.appendField("content-length", length ?? 0, to: &head)
    case .chunked: ResponseHeadWriter.appendField("transfer-encoding", "chunked", to: &head)
    case .headOnly:
      if let length { ResponseHeadWriter.appendField("content-length", length, to: &head) }
    case .untilClose, .none: break
    }
    ResponseHeadWriter.appendEnd(to: &head)
    self.head = head
  }

  /// Sends the head, if it is still queued, and `content`; with `isLast` the body ends there.
  ///
  /// A little is left for the end of the loop's turn.
  mutating func send(_ content: [UInt8], isLast: Bool) async throws(StreamError) {
    let head = self.head
    self.head = []
    let framing = framing
    let deadline = loop.now + stallMax
    guard content.count > Self.queuedBytesMax else {
      let isQueued = try socket.queue {
        $0.append(contentsOf: head)
        Self.append(content, framing, isLast: isLast, to: &$0)
      }
      guard !isQueued else { return }
      var wire = head
      Self.append(content, framing, isLast: isLast, to: &wire)
      return try await socket.write(wire, until: deadline)
    }
    switch framing {
    case .length, .untilClose: try await socket.write(head, content, until: deadline)
    case .chunked, .none, .headOnly:
      var wire = head
      Self.append(content, framing, isLast: isLast, to: &wire)
      try await socket.write(wire, until: deadline)
    }
  }

  private static func append(
    _ content: [UInt8], _ framing: Framing, isLast: Bool, to wire: inout [UInt8]
  ) {
    switch framing {
    case .chunked:
      if !content.isEmpty { ChunkedCoding.appendChunk(content.span, to: &wire) }
      if isLast { wire.append(contentsOf: ChunkedCoding.lastChunk) }
    case .length, .untilClose: wire.append(contentsOf: content)
    case .none, .headOnly: break
    }
  }

  /// Sends bytes as they are: interim answers.
  mutating func sendRaw(_ bytes: [UInt8]) async throws(StreamError) {
    try await socket.write(bytes, until: loop.now + stallMax)
  }
}
