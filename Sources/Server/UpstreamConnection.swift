import HTTP
import Network

/// Why an upstream connection gave no answer.
enum UpstreamFailure: Error, Equatable {
  /// Closed before a single byte of an answer.
  case closedWithoutAnswer
  case broken(String)
  case timedOut
  case clientLeft
}

/// One connection to a provider: HTTP/1.1 client side, one request at a time.
///
/// Belongs to the task that took it from the pool.
final class UpstreamConnection {
  private let socket: StreamSocket
  private var inbound = ByteBuffer()
  private var parser = ResponseHeadParser()
  private var requestCount = 0
  private var decoder = BodyDecoder(BodyFraming.none)
  private var keepsAlive = true
  private var hasNewSession: Bool

  /// Interim answers (1xx) that are skipped before the real one.
  private static let interimMax = 8
  /// A request beyond this is not copied to lie in wait.
  private static let queuedBytesMax = 16_384
  /// Room for a read while a body streams: small, since there may be thousands of streams.
  private static let streamReadBytes = 4_096
  /// Room for a read when the last one filled its room.
  private static let bulkReadBytes = 65_536
  private var readBytes = streamReadBytes
  /// The request is out, and its answer has not begun.
  private(set) var isAwaitingHead = false

  init(_ socket: StreamSocket) {
    self.socket = socket
    hasNewSession = socket.isSecure
  }

  func close() { socket.close() }

  /// Whether the last request was not its first.
  var wasReused: Bool { requestCount > 1 }
  /// Whether the next request may go over it.
  var isReusable: Bool {
    keepsAlive && decoder.isFinished && inbound.isEmpty && !socket.isSending && !socket.isPeerGone
  }
  var isBodyFinished: Bool { decoder.isFinished }

  /// Whether nothing has come since the last answer.
  ///
  /// What a provider sends unasked would else be taken for the answer to the next request, of
  /// another client. Costs a system call only where something may have come.
  func isStillSilent() -> Bool {
    do throws(StreamError) {
      return try !socket.tryRead(into: &inbound) && inbound.isEmpty
    } catch {
      return false
    }
  }

  /// Gives memory back while idle.
  func rest() { inbound.releaseIfEmpty(to: socket.buffers) }

  /// The session of this connection, once: TLS 1.3 servers send it after the handshake, so it has
  /// come when an answer has begun.
  func takeNewResumption() -> TLSResumption? {
    guard hasNewSession else { return nil }
    hasNewSession = false
    return socket.resumption
  }

  /// Sends a request and waits for the head of its answer.
  ///
  /// - Throws: `.clientLeft` as soon as the client's connection is gone.
  func exchange(
    head: [UInt8], body: [UInt8], method: HTTPMethod, for client: StreamSocket?,
    sendUntil: MonotonicTime, headUntil: MonotonicTime
  ) async throws(UpstreamFailure) -> ResponseHead {
    decoder = BodyDecoder(BodyFraming.none)
    requestCount += 1
    isAwaitingHead = false
    do throws(StreamError) {
      if try !queue(head, body) {
        try await socket.write(head, body, orGone: client, until: sendUntil)
      }
    } catch {
      switch error {
      case .peerGone: throw .clientLeft
      case .timedOut: throw .timedOut
      // An early refusal (401, 413) may already lie in the socket though it was closed to us.
      case .closed, .failed: break
      }
    }
    isAwaitingHead = true
    return try await readHead(method: method, for: client, until: headUntil)
  }

  /// Leaves a small request to the end of the loop's turn; false if it is not small.
  private func queue(_ head: [UInt8], _ body: [UInt8]) throws(StreamError) -> Bool {
    guard head.count + body.count <= Self.queuedBytesMax else { return false }
    return try socket.queue {
      $0.append(contentsOf: head)
      $0.append(contentsOf: body)
    }
  }

  /// Goes on waiting for the head of an answer whose client has left.
  func awaitHead(
    method: HTTPMethod, until deadline: MonotonicTime
  ) async throws(UpstreamFailure) -> ResponseHead {
    try await readHead(method: method, for: nil, until: deadline)
  }

  private func readHead(
    method: HTTPMethod, for client: StreamSocket?, until deadline: MonotonicTime
  ) async throws(UpstreamFailure) -> ResponseHead {
    parser.reset()
    var interims = 0
    var hasBytes = false
    while true {
      while !inbound.isEmpty {
        guard let (head, consumed) = try parsed() else { break }
        inbound.consume(consumed)
        parser.reset()
        guard head.isInterim else {
          keepsAlive = head.keepsAlive
          let framing = head.framing(forRequestMethod: method)
          decoder = BodyDecoder(framing)
          isAwaitingHead = false
          if framing == .untilClose { keepsAlive = false }
          return head
        }
        interims += 1
        guard interims <= Self.interimMax, head.status != 101 else {
          throw .broken("the provider sent interim answers without end")
        }
      }
      do throws(StreamError) {
        try await socket.read(
          into: &inbound, room: Self.streamReadBytes, orGone: client, until: deadline)
        hasBytes = true
      } catch {
        switch error {
        case .peerGone: throw .clientLeft
        case .timedOut: throw .timedOut
        case .closed, .failed:
          guard hasBytes || !inbound.isEmpty else { throw .closedWithoutAnswer }
          throw .broken("the provider closed the connection within the head of its answer")
        }
      }
    }
  }

  private func parsed() throws(UpstreamFailure) -> (ResponseHead, Int)? {
    do throws(HeadError) {
      let found = try inbound.withSpan { bytes throws(HeadError) in try parser.parse(bytes) }
      return found.map { ($0.head, $0.consumed) }
    } catch {
      throw .broken("the provider's answer is not HTTP/1.1: \(error.message)")
    }
  }

  /// Reads the next bytes of the body and hands their content to `consume`.
  ///
  /// - Returns: False when the body has ended as its framing says.
  func readBody(
    for client: StreamSocket?, until deadline: MonotonicTime,
    _ consume: (Span<UInt8>) -> Void
  ) async throws(UpstreamFailure) -> Bool {
    while true {
      if decoder.isFinished { return false }
      if !inbound.isEmpty, try decode(consume) { return true }
      if decoder.isFinished { return false }
      do throws(StreamError) {
        let before = inbound.count
        try await socket.read(into: &inbound, room: readBytes, orGone: client, until: deadline)
        let isBulk = inbound.count - before >= readBytes
        readBytes = isBulk ? Self.bulkReadBytes : Self.streamReadBytes
      } catch {
        switch error {
        case .peerGone: throw .clientLeft
        case .timedOut: throw .timedOut
        case .closed:
          do throws(BodyError) {
            try decoder.finishedByClose()
            return false
          } catch { throw .broken("the provider's answer ended early") }
        case .failed(let reason): throw .broken(reason)
        }
      }
    }
  }

  /// - Returns: Whether any content was handed over.
  private func decode(_ consume: (Span<UInt8>) -> Void) throws(UpstreamFailure) -> Bool {
    var hasContent = false
    do throws(BodyError) {
      let consumed = try inbound.withSpan { bytes throws(BodyError) in
        var position = 0
        while let piece = try decoder.next(in: bytes, &position) {
          hasContent = true
          consume(bytes.extracting(piece))
        }
        return position
      }
      inbound.consume(consumed)
    } catch {
      throw .broken("the provider's body is not framed as it says")
    }
    inbound.releaseIfEmpty(to: socket.buffers)
    return hasContent
  }
}
