import HTTP
import JSON
import Locks
package import Network

/// Takes operations from the command line over a Unix socket of mode 0600.
///
/// One request a connection: `POST /admin/v1/operations` with `{"operation", "arguments"}`. Runs on
/// the control loop; the operations themselves block, so each runs on a thread of its own, of which
/// there are few: whoever may connect is the operator.
package final class AdminSocket: Sendable {
  /// Answers one request's body, sent by `peer`, with the answer's status and body; may block.
  package typealias Handler =
    @Sendable (_ body: [UInt8], _ peer: PeerCredentials?) -> (status: Int, body: [UInt8])

  private static let bodyBytesMax = 256 * 1_048_576
  private static let patience = Duration.seconds(60)
  /// A document of more bytes, some hundred records, leaves free memory behind that is worth the
  /// milliseconds of giving it back.
  private static let largeBytes = 65_536

  private let loop: EventLoop
  private let handler: Handler

  package init(loop: EventLoop, handler: @escaping Handler) {
    self.loop = loop
    self.handler = handler
  }

  /// Begins to listen.
  package func start(path: String) throws(SystemError) {
    let failure = FirstFailure()
    let latch = Latch(1)
    Task.detached(executorPreference: loop) { [self] in
      let listener: Listener
      do throws(SystemError) {
        listener = try Listener(unixPath: path, loop: loop)
      } catch {
        failure.note(error)
        return latch.countDown()
      }
      latch.countDown()
      await accept(listener)
    }
    latch.wait()
    if let error = failure.failure { throw error }
  }

  private func accept(_ listener: Listener) async {
    while true {
      do {
        let socket = try await listener.accept()
        Task.detached(executorPreference: loop) { [self] in await serve(socket) }
      } catch {
        await loop.wait(until: loop.now + .milliseconds(100))
      }
    }
  }

  private func serve(_ socket: StreamSocket) async {
    defer { socket.close() }
    guard let work = await request(on: socket).map(Work.init) else { return }
    let answer = await perform(work, socket.peerCredentials)
    var out: [UInt8] = []
    ResponseHeadWriter.appendStatusLine(answer.status, to: &out)
    ResponseHeadWriter.appendField("content-type", "application/json", to: &out)
    ResponseHeadWriter.appendField("content-length", answer.body.count, to: &out)
    ResponseHeadWriter.appendField("connection", "close", to: &out)
    ResponseHeadWriter.appendEnd(to: &out)
    do {
      try await socket.write(out, answer.body, until: loop.now + Self.patience)
    } catch {}
  }

  private struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
  }

  /// What a thread of its own is given, and what it brings back.
  private final class Work: Sendable {
    private let body: Guarded<[UInt8]?>
    private let bodyBytes: Int
    private let made = Guarded<Answer?>(nil)

    init(_ body: [UInt8]) {
      self.body = Guarded(body)
      bodyBytes = body.count
    }

    var answer: Answer? { made.withLock { $0 } }
    var isLarge: Bool { bodyBytes + (answer?.body.count ?? 0) > AdminSocket.largeBytes }

    /// Does it once; nobody holds the body afterwards.
    func perform(_ handler: Handler, _ peer: PeerCredentials?) {
      let body = body.withLock { body in
        defer { body = nil }
        return body ?? []
      }
      let (status, answer) = handler(body, peer)
      made.withLock { $0 = Answer(status: status, body: answer) }
    }
  }

  private func perform(_ work: Work, _ peer: PeerCredentials?) async -> Answer {
    _ = await loop.wait(until: .distantFuture) { [handler] done in
      do {
        try Thread.start(name: "operation") {
          work.perform(handler, peer)
          if work.isLarge { FreeMemory.giveBack() }
          done()
        }
      } catch {
        done()
      }
    }
    return work.answer
      ?? Answer(
        status: 503,
        body: Array(
          #"{"error":{"code":"overloaded","message":"No thread could be started."}}"#.utf8))
  }

  /// The body of the request on `socket`, or nil if it was answered or gave up.
  private func request(on socket: StreamSocket) async -> [UInt8]? {
    let deadline = loop.now + Self.patience
    var inbound = ByteBuffer()
    var parser = RequestHeadParser()
    var decoder: BodyDecoder?
    var body: [UInt8] = []
    do {
      while true {
        try await socket.read(into: &inbound, room: 65_536, until: deadline)
        if decoder == nil {
          guard
            let (head, consumed) = try parser.parse(
              inbound.storage.span.extracting(inbound.readable))
          else { continue }
          inbound.consume(consumed)
          let isRight = head.pathBytes.elementsEqual("/admin/v1/operations".utf8)
          guard isRight, head.method == .post else {
            await refuse(socket, 404, "POST /admin/v1/operations is all there is here.")
            return nil
          }
          if head.expectsContinue {
            var out: [UInt8] = []
            ResponseHeadWriter.appendContinue(to: &out)
            try await socket.write(out, until: deadline)
          }
          decoder = BodyDecoder(head.framing)
          // At once: grown step by step, a document leaves several times its size behind.
          if case .length(let count) = head.framing, count <= Self.bodyBytesMax {
            body.reserveCapacity(count)
          }
        }
        if var reading = decoder {
          let consumed = try reading.decode(
            inbound.storage.span.extracting(inbound.readable), into: &body)
          inbound.consume(consumed)
          guard body.count <= Self.bodyBytesMax else {
            await refuse(socket, 413, "The document is too large.")
            return nil
          }
          if reading.isFinished { return body }
          decoder = reading
        }
      }
    } catch {
      return nil
    }
  }

  private func refuse(_ socket: StreamSocket, _ status: Int, _ message: StaticString) async {
    var out: [UInt8] = []
    let body = Array("{\"error\":{\"code\":\"invalid\",\"message\":\"\(message)\"}}".utf8)
    ResponseHeadWriter.appendStatusLine(status, to: &out)
    ResponseHeadWriter.appendField("content-length", body.count, to: &out)
    ResponseHeadWriter.appendField("connection", "close", to: &out)
    ResponseHeadWriter.appendEnd(to: &out)
    do { try await socket.write(out, body, until: loop.now + .seconds(5)) } catch {}
  }
}
