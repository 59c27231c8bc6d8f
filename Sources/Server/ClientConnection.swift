import Gateway
import HTTP
import Network
import Providers

/// One client's connection: reads heads, runs exchanges one after the other, keeps it alive.
///
/// Pipelined requests wait in the buffer until the answer before them is out. Belongs to one task.
final class ClientConnection {
  let socket: StreamSocket
  let worker: Worker
  var writer: ClientWriter
  private let inFlight: LoopBound<InFlight>
  private var inbound = ByteBuffer()
  private var parser: RequestHeadParser
  /// The last token that came over this connection, and whose it is in a snapshot.
  private var known: (credential: [UInt8], digest: TokenDigestBytes)?
  private var knownCaller: (generation: UInt64, caller: Caller)?
  /// Empty; its memory is what the last request with limits had for its readings.
  var spareReadings = AccountReadings()
  /// A longer credential than tokens are is digested again each time.
  private static let knownBytesMax = 256

  /// What a refused request may still send before we stop listening to it.
  private static let discardBytesMax = 1_048_576
  private static let discardTime = Duration.seconds(3)
  /// What a client may still send after its last answer: cut off earlier, it would see a reset and
  /// not the answer.
  private static let lingerBytesMax = 33_554_432

  init(_ socket: StreamSocket, worker: Worker) {
    self.socket = socket
    self.worker = worker
    inFlight = LoopBound(InFlight(), on: worker.loop)
    let configuration = worker.node.configuration
    writer = ClientWriter(socket, stallMax: configuration.clientStall, on: worker.loop)
    parser = RequestHeadParser(
      limits: HeadLimits(headBytesMax: configuration.requestHeadBytesMax))
  }

  var loop: EventLoop { worker.loop }

  /// Who is connected; asked of the kernel once, and only when a rule needs it.
  private(set) lazy var peer: IPAddress? = socket.peerAddress.flatMap { IPAddress(bytes: $0.bytes) }

  /// Whose request is under way; nil: none.
  func carries(_ caller: Caller?) { inFlight.withValue { $0.caller = caller } }

  /// Why the operator has broken off the request under way; nil: he has not.
  var cut: Refusal? { inFlight.withValue { $0.cut } }

  /// Whose token it is, which a client sends again with every request; nil: nobody's.
  ///
  /// Digested once as long as the same bytes come, and looked up once in each snapshot.
  func caller(_ credential: [UInt8], _ snapshot: Snapshot) -> Caller? {
    let digest: TokenDigestBytes
    if let known, known.credential == credential {
      if let knownCaller, knownCaller.generation == snapshot.generation {
        return knownCaller.caller
      }
      digest = known.digest
    } else {
      digest = worker.node.digest(credential)
      known = credential.count <= Self.knownBytesMax ? (credential, digest) : nil
    }
    let caller = snapshot.caller(digest: digest)
    knownCaller = nil
    if let caller, known != nil { knownCaller = (snapshot.generation, caller) }
    return caller
  }

  func run() async {
    worker.note(socket.ticket, inFlight)
    defer {
      worker.note(socket.ticket, nil)
      socket.close()
    }
    if let tls = worker.node.tls {
      let deadline = loop.now + worker.node.configuration.headerTimeout
      do { try await socket.acceptTLS(tls, until: deadline) } catch { return }
    }
    while true {
      guard let head = await nextHead() else { return await finishSending() }
      let exchange = Exchange(head, on: self)
      guard await exchange.run() else { return await linger() }
    }
  }

  // MARK: heads

  /// Waits for the next request; nil when the connection is over.
  private func nextHead() async -> RequestHead? {
    parser.reset()
    writer.reset()
    let node = worker.node
    var deadline =
      loop.now
      + (inbound.isEmpty ? node.configuration.keepAliveIdle : node.configuration.headerTimeout)
    while true {
      do throws(HeadError) {
        if !inbound.isEmpty, let found = try parse() { return found }
      } catch {
        await refuse(error)
        return nil
      }
      let wasEmpty = inbound.isEmpty
      if wasEmpty, worker.node.isDraining { return nil }
      inFlight.withValue { $0.isIdle = wasEmpty }
      defer { inFlight.withValue { $0.isIdle = false } }
      inbound.releaseIfEmpty(to: loop.buffers)
      do throws(StreamError) {
        try await socket.read(into: &inbound, until: deadline)
      } catch {
        if error == .timedOut, !wasEmpty { await refuse(status: 408, Refusal.requestTimeout) }
        return nil
      }
      if wasEmpty { deadline = loop.now + node.configuration.headerTimeout }
    }
  }

  private func parse() throws(HeadError) -> RequestHead? {
    let found = try inbound.withSpan { bytes throws(HeadError) in try parser.parse(bytes) }
    guard let (head, consumed) = found else { return nil }
    inbound.consume(consumed)
    return head
  }

  private func refuse(_ error: HeadError) async {
    let refusal: Refusal =
      switch error.status {
      case 431: .headTooLarge(limitBytes: worker.node.configuration.requestHeadBytesMax)
      case 501: .notImplemented(error.message)
      case 505: .versionNotSupported
      default: .malformed(error.message)
      }
    await refuse(status: error.status, refusal)
  }

  /// Answers a connection that holds no request we could read, and ends it.
  private func refuse(status: Int, _ refusal: Refusal) async {
    let id = worker.nextRequestID(nowMilliseconds: wallClockMilliseconds())
    let body = refusal.body(dialect: .openai, requestID: id)
    let answer = LocalAnswer(status: status, body: body, allow: nil, retryAfterSeconds: nil)
    let head = answer.head(requestID: id, dialect: .openai, keepsAlive: false)
    // RFC 9110, section 9.3.2: no answer to HEAD has a body, not even this one.
    let isHead = inbound.withSpan { bytes in
      let start = bytes.indices.first { bytes[$0] > 0x20 } ?? 0
      return "HEAD ".utf8.enumerated().allSatisfy { offset, byte in
        start + offset < bytes.count && bytes[start + offset] == byte
      }
    }
    writer.begin(head: head, framing: isHead ? .headOnly : .length, length: body.count)
    do throws(StreamError) { try await writer.send(body, isLast: true) } catch { return }
    await linger()
  }

  // MARK: bodies

  /// Reads more bytes; what came before is kept.
  func readMore(until deadline: MonotonicTime, room: Int) async throws(StreamError) {
    try await socket.read(into: &inbound, room: room, until: deadline)
  }

  var hasBufferedBytes: Bool { !inbound.isEmpty }

  /// Gives memory back while an answer is awaited and relayed, which may take minutes.
  func rest() { inbound.releaseIfEmpty(to: loop.buffers) }

  /// Decodes what is buffered of a body.
  func decode(
    _ decoder: inout BodyDecoder, _ consume: (Span<UInt8>) -> Void
  ) throws(BodyError) {
    guard !inbound.isEmpty else { return }
    let consumed = try inbound.withSpan { bytes throws(BodyError) in
      var position = 0
      while let piece = try decoder.next(in: bytes, &position) { consume(bytes.extracting(piece)) }
      return position
    }
    inbound.consume(consumed)
  }

  /// Reads the rest of a refused request's body and throws it away, within bounds.
  ///
  /// - Returns: Whether the connection can serve another request.
  func discard(_ decoder: inout BodyDecoder) async -> Bool {
    // What is announced to be too much to wait for is not begun: the answer goes out at once.
    if let rest = decoder.remainingBytes, rest > Self.discardBytesMax { return false }
    let deadline = loop.now + Self.discardTime
    var discarded = 0
    while !decoder.isFinished {
      do throws(BodyError) {
        try decode(&decoder) { discarded += $0.count }
      } catch { return false }
      if decoder.isFinished { break }
      guard discarded <= Self.discardBytesMax else { return false }
      do throws(StreamError) {
        try await readMore(until: deadline, room: 16_384)
      } catch { return false }
    }
    return true
  }

  /// Lets the last answer go out, as far as the client takes it.
  private func finishSending() async {
    guard socket.isSending else { return }
    do throws(StreamError) {
      try await socket.finishSending(until: loop.now + worker.node.configuration.clientStall)
    } catch {}
  }

  /// Lets the client read the last answer before the connection is closed on it (RFC 9112, 9.6).
  private func linger() async {
    await finishSending()
    socket.shutdownWrites()
    let deadline = loop.now + .seconds(2)
    var discarded = inbound.count
    inbound.removeAll()
    do throws(StreamError) {
      while discarded <= Self.lingerBytesMax {
        try await socket.read(into: &inbound, room: 65_536, until: deadline)
        discarded += inbound.count
        inbound.removeAll()
      }
    } catch {}
  }
}
