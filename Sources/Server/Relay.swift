import Gateway
import HTTP
import Network
import Providers

/// Carries one answer from a provider to the client, and reads it on the way.
///
/// Nothing goes out before it is sure that this answer is the one: an error of the key or provider,
/// or a stream that breaks before its first content, ends here and the next key is tried. After
/// content, a break is made visible to the client, unless the stream had come to its own end: then
/// nothing is missing. A refusal of the request itself is the client's, with a status of its own or
/// within a stream. One task uses it.
///
/// What is marked never to be inlined has values of some size, which would else lie in the frame
/// of the asynchronous function that calls it, for as long as a stream lasts.
final class Relay {
  enum End {
    /// The client has its whole answer.
    case answered
    /// The client has a part of it, and knows.
    case cut
    /// Nothing has gone out: the next key.
    case next(AttemptEnd)
    /// The provider does not know `stream_options`: the same again without it.
    case again
    case clientLeft
  }

  /// How much of an answer's start is held back for failover.
  private static let holdBytesMax = 65_536
  /// How long the last event waits for the end of its body.
  private static let endTime = Duration.milliseconds(50)
  /// An error answer is read up to here to be classified; what is beyond is relayed unread.
  private static let errorBytesMax = 262_144
  private static let errorTime = Duration.seconds(10)

  let upstream: UpstreamConnection
  let answer: ResponseHead
  let attempt: Attempt
  let exchange: Exchange
  let worker: Worker
  let connection: ClientConnection
  private let framing: ResponseFraming
  var reader: AnswerReader
  /// Content that may go to the client and has not gone yet.
  var out: [UInt8] = []
  var hasBegun = false
  private var hasEnded = false
  /// The provider refuses the request, in an error within its stream before any content.
  private(set) var isRejected = false
  var firstContentAt: MonotonicTime?
  /// Until when the last event waits for the end of its body.
  private var endUntil: MonotonicTime?
  var outcome = Receipt.Outcome.failed
  var ending: ReceiptEnding?
  var facts = AnswerFacts()
  /// Whether the answer has been read as far as it came.
  var hasFacts = false
  /// Whether the client's connection can carry another request.
  var clientMayGoOn: Bool

  @inline(never)
  init(
    _ upstream: UpstreamConnection, _ answer: ResponseHead, _ attempt: Attempt, _ exchange: Exchange
  ) {
    self.upstream = upstream
    self.answer = answer
    self.attempt = attempt
    self.exchange = exchange
    worker = exchange.worker
    connection = exchange.connection
    clientMayGoOn = exchange.keepsAlive
    framing = answer.framing(forRequestMethod: exchange.head.method)
    let coding = answer.fields.first("content-encoding")
    reader = AnswerReader(
      dialect: attempt.choice.candidate.provider.dialect, endpoint: attempt.request.route.endpoint,
      contentType: Array(answer.fields.first("content-type") ?? []),
      isCoded: coding.map { !$0.isEmpty && !$0.elementsEqual("identity".utf8) } ?? false,
      hidesUsage: attempt.hidesUsage, passthroughPath: attempt.passthroughPath)
  }

  /// Relays the answer, or finds that another attempt is needed.
  ///
  /// `onCommitted` is called once the answer has begun to go out, with what that says of the key:
  /// from there on the request is not needed again. `beforeLastByte` is called when all of the answer
  /// is here and its last bytes are not on their way yet: the account can be settled.
  func run(onCommitted: (AttemptEnd) -> Void, beforeLastByte: () -> Void) async -> End {
    guard (200..<300).contains(answer.status) else {
      return await relayError(onCommitted, beforeLastByte)
    }
    guard !attempt.clientHasLeft else { return await hearOut(beforeLastByte) }
    let holdUntil = worker.loop.now + exchange.snapshot.settings.holdBackTime
    while true {
      var breakage: AttemptEnd?
      switch await readMore(holdUntil) {
      case .more: break
      case .held: reader.release(into: &out)
      case .late: break
      case .ended: breakage = end()
      case .failed(let reason): breakage = isWhole() ? nil : reason
      case .clientLeft: return await hearOut(beforeLastByte)
      }
      if reader.failure != nil { breakage = .brokeOff }
      if !hasBegun, reader.phase == .holding || hasEnded, let event = errorEvent,
        event.cameBeforeContent
      {
        switch classify(event) {
        case .success: break
        case .clientFault: isRejected = true
        case let verdict: return giveUp(.answered(verdict))
        }
        reader.release(into: &out)
      }
      if let breakage {
        guard hasBegun else { return giveUp(breakage) }
        return await endCut(breakage, beforeLastByte)
      }
      guard hasBegun || hasEnded || !out.isEmpty else { continue }
      if !hasBegun {
        begin(status: answer.status)
        onCommitted(isRejected ? .answered(.clientFault) : .served)
      }
      if hasEnded { return await finish(isRejected ? .rejected : .served, beforeLastByte) }
      guard !awaitsEnd() else { continue }
      guard await flush(isLast: false) else { return await hearOut(beforeLastByte) }
    }
  }

  /// Whether what there is to send waits for the end of the body.
  ///
  /// By the last event a client knows that it has all, and may act on it. So that it does not know
  /// before the account is written down, that event goes out with the end, which comes at once.
  private func awaitsEnd() -> Bool {
    guard reader.hasEnded, out.count <= Self.holdBytesMax else { return false }
    let until = endUntil ?? worker.loop.now + Self.endTime
    endUntil = until
    return worker.loop.now < until
  }

  /// The body has ended as HTTP has it: the rest goes out, if the answer is whole in itself.
  @inline(never)
  private func end() -> AttemptEnd? {
    hasEnded = true
    finishReading()
    return lacksItsEnd ? .brokeOff : nil
  }

  /// Whether nothing is missing though the connection broke; then the rest goes out.
  ///
  /// A client that was told of a length waits for all of it, whatever the events say.
  @inline(never)
  private func isWhole() -> Bool {
    guard !hasBegun || connection.writer.canExtend else { return false }
    hasEnded = cameToItsEnd()
    return hasEnded
  }

  /// Whether the connection of a stream broke behind the event that ends it; finishes the reading.
  ///
  /// Of what is no stream of events only HTTP can say that it is whole.
  @inline(never)
  func cameToItsEnd() -> Bool {
    guard reader.hasEnded, reader.failure == nil else { return false }
    finishReading()
    switch reader.errorEventFraming {
    case .sse(let isInsideEvent, _): return !isInsideEvent
    case .lines(let isInsideLine): return !isInsideLine
    case .array, .other: return false
    }
  }

  /// Whether the body has ended as HTTP has it and not in itself; to be asked once it is read.
  ///
  /// Where only the connection's end tells, an answer that lacks its own end was cut; elsewhere one
  /// that lacks an end which nobody leaves out.
  var lacksItsEnd: Bool {
    switch framing {
    case .untilClose: !reader.isComplete || reader.lacksItsEnd
    case .length, .chunked: reader.lacksItsEnd
    case .none: false
    }
  }

  @inline(never)
  func finishReading() {
    facts = reader.finish(into: &out)
    hasFacts = true
  }

  /// What a stored response says of how it was made is no failure of its reading.
  @inline(never)
  private func classify(_ event: ErrorEventFacts) -> AnswerClass {
    guard attempt.request.route.endpoint != .response else { return .success }
    return ErrorTable.classifyEvent(
      dialect: attempt.choice.candidate.provider.dialect, ErrorSignals(event))
  }

  /// Where the reader has given its facts away, they alone know of it.
  private var errorEvent: ErrorEventFacts? { hasFacts ? facts.errorEvent : reader.errorEvent }

  // MARK: reading

  private enum Reading {
    case more
    /// The time for holding back is over.
    case held
    /// The end of the body is not to be waited for any longer.
    case late
    case ended
    case failed(AttemptEnd)
    case clientLeft
  }

  private func readMore(_ holdUntil: MonotonicTime) async -> Reading {
    let now = worker.loop.now
    let silenceUntil = min(exchange.deadline, now + exchange.snapshot.settings.streamSilenceTimeout)
    let mayHold = !hasBegun && reader.phase == .holding
    let isHolding = mayHold && now < holdUntil
    // However steadily more of it comes, such as comments that keep the connection alive.
    if mayHold, !isHolding, reader.heldBytes > 0 { return .held }
    let endUntil = endUntil.flatMap { now < $0 ? $0 : nil }
    do throws(UpstreamFailure) {
      let hasMore = try await upstream.readBody(
        for: connection.socket,
        until: isHolding
          ? min(holdUntil, silenceUntil) : min(endUntil ?? silenceUntil, silenceUntil)
      ) { content in
        reader.feed(content, into: &out)
      }
      if !hasMore || upstream.isBodyFinished { return .ended }
      if !hasBegun, reader.heldBytes > Self.holdBytesMax { return .held }
      return .more
    } catch {
      switch error {
      case .clientLeft: return .clientLeft
      case .timedOut where isHolding && MonotonicTime.now() < silenceUntil: return .held
      case .timedOut where endUntil != nil && MonotonicTime.now() < silenceUntil: return .late
      case .timedOut: return .failed(attempt.timedOut)
      case .broken, .closedWithoutAnswer: return .failed(.brokeOff)
      }
    }
  }

  // MARK: writing

  @inline(never)
  private func begin(status: Int) {
    hasBegun = true
    firstContentAt = .now()
    var head: [UInt8] = []
    head.reserveCapacity(512)
    ResponseHeadWriter.appendStatusLine(status, to: &head)
    ResponseHeaders.append(
      from: answer, requestID: exchange.receipt.requestID, dialect: exchange.dialect,
      isPassthrough: attempt.request.route.endpoint == .passthrough, into: &head)
    exchange.appendLimitFields(to: &head)
    let clientFraming: ClientWriter.Framing
    var length: Int?
    if exchange.head.method == .head || framing == .none && out.isEmpty {
      clientFraming = status == 204 || status == 304 ? .none : .headOnly
    } else if hasEnded {
      (clientFraming, length) = (.length, out.count)
    } else if case .length(let announced) = framing, !attempt.hidesUsage {
      (clientFraming, length) = (.length, announced)
    } else if exchange.head.minorVersion > 0 {
      clientFraming = .chunked
    } else {
      clientFraming = .untilClose
      clientMayGoOn = false
    }
    if !clientMayGoOn || worker.node.isDraining {
      clientMayGoOn = false
      ResponseHeadWriter.appendField("connection", "close", to: &head)
    }
    connection.writer.begin(head: head, framing: clientFraming, length: length)
  }

  /// Sends what may go; false when the client is gone.
  private func flush(isLast: Bool) async -> Bool {
    guard isLast || !out.isEmpty else { return true }
    do throws(StreamError) {
      try await connection.writer.send(out, isLast: isLast)
      out.removeAll(keepingCapacity: out.capacity <= 16_384)
      return true
    } catch {
      return false
    }
  }

  // MARK: ends

  private func finish(_ outcome: Receipt.Outcome, _ beforeLastByte: () -> Void) async -> End {
    self.outcome = outcome
    beforeLastByte()
    guard await flush(isLast: true) else { return leave() }
    attempt.lane.put(upstream, now: worker.loop.now)
    return .answered
  }

  /// The answer broke after content had gone out: the client is told, or its connection is broken.
  private func endCut(_ end: AttemptEnd, _ beforeLastByte: () -> Void) async -> End {
    ending = end.isTimeout ? .providerSilent : .providerBrokeOff
    await tellOfCut(end.isTimeout ? .upstreamTimeout : .upstreamExhausted, beforeLastByte)
    return .cut
  }

  /// Ends an answer in the middle so that the client can see that it is not whole.
  ///
  /// What came of a last event that will not be whole is left out, for a client would try to read
  /// it; where a part of it is out, the connection is broken.
  @inline(never)
  func tellOfCut(_ refusal: Refusal, _ beforeLastByte: () -> Void) async {
    outcome = .cut
    upstream.close()
    clientMayGoOn = false
    if !hasFacts { finishReading() }
    reader.dropUnfinishedEvent(from: &out)
    let notice = ErrorEvent.bytes(
      dialect: exchange.dialect, endpoint: attempt.request.route.endpoint,
      framing: reader.errorEventFraming, refusal: refusal, requestID: exchange.receipt.requestID)
    beforeLastByte()
    guard let notice, connection.writer.canExtend else {
      // With all of an announced length it would look whole.
      if !hasEnded { _ = await flush(isLast: false) }
      return connection.socket.abort()
    }
    out.append(contentsOf: notice)
    if !(await flush(isLast: true)) { connection.socket.abort() }
  }

  @inline(never)
  private func giveUp(_ end: AttemptEnd) -> End {
    // An error in a whole answer leaves the connection good; a cut does not.
    attempt.lane.put(upstream, now: worker.loop.now)
    return .next(end)
  }

  // MARK: errors

  /// Reads an error answer, decides whose fault it is, and passes it on only if it is the client's.
  private func relayError(
    _ onCommitted: (AttemptEnd) -> Void, _ beforeLastByte: () -> Void
  ) async -> End {
    let until = min(exchange.deadline, worker.loop.now + Self.errorTime)
    let client = attempt.clientHasLeft ? nil : connection.socket
    var isWhole = false
    do throws(UpstreamFailure) {
      while out.count < Self.errorBytesMax, !isWhole {
        isWhole =
          !(try await upstream.readBody(for: client, until: until) { content in
            content.withUnsafeBufferPointer { out.append(contentsOf: $0) }
          })
      }
    } catch {
      if error == .clientLeft { return leave() }
    }
    let provider = attempt.choice.candidate.provider
    let body = out
    if attempt.hidesUsage, ErrorTable.rejectsStreamUsage(status: answer.status, body: body.span) {
      worker.node.noteStreamUsageRefused(by: provider.id)
      // To nobody it is not sent again: the refusal stands.
      let end = giveUp(.answered(.clientFault))
      return connection.socket.isPeerGone ? end : .again
    }
    let verdict = ErrorTable.classify(
      dialect: provider.dialect, status: answer.status, fields: answer.fields, body: body.span,
      nowMilliseconds: wallClockMilliseconds())
    guard verdict == .clientFault else { return giveUp(.answered(verdict)) }
    guard isWhole else { return giveUp(.answered(.providerFailing(retryAfter: nil))) }
    guard !attempt.clientHasLeft else { return giveUp(.answered(.clientFault)) }
    hasEnded = true
    begin(status: answer.status)
    onCommitted(.answered(.clientFault))
    return await finish(.rejected, beforeLastByte)
  }
}
