import Glibc
import HTTP
import JSON
import Network

/// One client connection of the simulator: reads requests, writes answers, misbehaves when told.
final class SimulatedConnection {
  private let socket: StreamSocket
  private let state: LoopBound<SimulatorState>
  private let loop: EventLoop
  private var input = ByteBuffer()

  private static let idle = Duration.seconds(300)
  private static let bodyBytesMax = 67_108_864

  init(socket: sending StreamSocket, state: LoopBound<SimulatorState>, loop: EventLoop) {
    self.socket = socket
    self.state = state
    self.loop = loop
  }

  /// Serves until either side ends the connection.
  func serve() async {
    do {
      while let request = try await readRequest() {
        guard try await respond(to: request.head, request.body) else { break }
      }
    } catch {
      // The client left or broke the protocol: there is nobody to tell.
    }
    socket.close()
  }

  // MARK: Requests

  private func readRequest() async throws(StreamError) -> (head: RequestHead, body: [UInt8])? {
    var parser = RequestHeadParser()
    let head: RequestHead
    while true {
      do {
        let bytes = input.storage
        if let found = try parser.parse(bytes.span.extracting(input.readable)) {
          input.consume(found.consumed)
          head = found.head
          break
        }
      } catch {
        let text = "HTTP/1.1 \(error.status) \r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        try await socket.write(Array(text.utf8), until: loop.now + Self.idle)
        return nil
      }
      try await socket.read(into: &input, room: 65_536, until: loop.now + Self.idle)
    }
    if head.expectsContinue {
      var interim: [UInt8] = []
      ResponseHeadWriter.appendContinue(to: &interim)
      try await socket.write(interim, until: loop.now + Self.idle)
    }
    var decoder = BodyDecoder(head.framing)
    var body: [UInt8] = []
    while true {
      do {
        let bytes = input.storage
        input.consume(try decoder.decode(bytes.span.extracting(input.readable), into: &body))
      } catch {
        throw .failed(error.message)
      }
      if decoder.isFinished { return (head, body) }
      guard body.count <= Self.bodyBytesMax else { throw .failed("the body is too large") }
      try await socket.read(into: &input, room: 65_536, until: loop.now + Self.idle)
    }
  }

  // MARK: Answers

  /// Says whether the connection can go on.
  private func respond(to head: RequestHead, _ body: [UInt8]) async throws(StreamError) -> Bool {
    let call = SimulatedCall(head: head, body: body)
    if call.path.hasPrefix("/_simulator/") {
      let answer = state.withValue { SimulatorControl.answer(call, $0) }
      try await write(answer, head: head, isHead: call.method == .head)
      return head.keepsAlive
    }
    let name = call.modelWithDirectives
    let parts = name.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    var directives = Behaviour()
    let isUnderstood =
      parts.count < 2 || directives.apply(directives: parts[1], separator: ";")
    let key = call.key ?? ""
    let headText = String(decoding: head.bytes, as: UTF8.self)
    let (behaviour, serial) = state.withValue { state in
      state.begin(key: key, head: headText, body: body)
      return (state.behaviour(key: key, model: name, directives: directives), state.nextSerial())
    }
    var progress = Progress()
    defer {
      state.withValue { state in
        state.end(key: key) { counters in
          if progress.status > 0 { counters.statuses[progress.status, default: 0] += 1 }
          counters.bytesOut += progress.bytes
          counters.events += progress.events
          counters.cut += progress.isCut ? 1 : 0
          counters.clientLeft += progress.isClientGone ? 1 : 0
        }
      }
    }
    let provider = SimulatedProvider(
      call: call, key: key, behaviour: behaviour, model: String(parts.first ?? ""), serial: serial,
      createdSeconds: Int(time(nil)))
    do {
      if let delay = behaviour.delayMilliseconds { try await pause(.milliseconds(delay)) }
      if let oddity = behaviour.oddity {
        return try await misbehave(oddity, keepsAlive: head.keepsAlive, &progress)
      }
      let answer: SimulatedAnswer
      if call.key == nil {
        answer = provider.error(401).answer
      } else if !isUnderstood {
        var error = provider.error(400)
        error.message = "The simulator does not understand the directives of '\(name)'."
        answer = error.answer
      } else {
        answer = state.withValue { provider.answer($0) }
      }
      return try await write(dressed(answer, call, serial, behaviour), provider, &progress)
    } catch {
      progress.isClientGone = true
      throw error
    }
  }

  /// What is counted of one answer.
  private struct Progress {
    var status = 0
    var bytes = 0
    var events = 0
    var isCut = false
    var isClientGone = false
  }

  /// With the fields that real providers send along, so that what must not pass can be seen not
  /// to.
  private func dressed(
    _ answer: SimulatedAnswer, _ call: SimulatedCall, _ serial: Int, _ behaviour: Behaviour
  ) -> SimulatedAnswer {
    var answer = answer
    let left = behaviour.remainingRequests
    switch call.dialect {
    case .openai:
      answer.fields += [
        ("x-request-id", "req_sim\(serial)"), ("openai-organization", "org-simulator"),
        ("openai-processing-ms", "1"), ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-remaining-requests", "\(left ?? 9_999)"),
        ("x-ratelimit-reset-requests", behaviour.resetSeconds.map { "\($0)s" } ?? "6ms"),
        ("set-cookie", "__cf_bm=simulated; path=/; HttpOnly"), ("server", "simulator"),
      ]
    case .anthropic:
      answer.fields += [
        ("request-id", "req_sim\(serial)"), ("anthropic-organization-id", "org-simulator"),
        ("anthropic-ratelimit-requests-limit", "4000"),
        ("anthropic-ratelimit-requests-remaining", "\(left ?? 3_999)"), ("server", "simulator"),
      ]
    case .gemini:
      answer.fields += [
        ("server-timing", "gfet4t7; dur=1"), ("x-frame-options", "SAMEORIGIN"),
        ("server", "simulator"),
      ]
    }
    return answer
  }

  private func write(
    _ answer: SimulatedAnswer, _ provider: SimulatedProvider, _ progress: inout Progress
  ) async throws(StreamError) -> Bool {
    progress.status = answer.status
    let behaviour = provider.behaviour
    switch answer.body {
    case .whole(let bytes):
      let content = behaviour.isCoded ? StoredGzip.encoded(bytes) : bytes
      var out = head(of: answer, length: content.count, isCoded: behaviour.isCoded)
      if behaviour.cutAfter != nil, answer.status == 200 {
        out += content.prefix(content.count / 2)
        progress.isCut = true
      } else {
        out += content
      }
      progress.bytes += out.count
      try await socket.write(out, until: loop.now + Self.idle)
    case .events(let events):
      try await stream(events, answer, provider, &progress)
    }
    return !progress.isCut && provider.call.head.keepsAlive
  }

  private func stream(
    _ events: [[UInt8]], _ answer: SimulatedAnswer, _ provider: SimulatedProvider,
    _ progress: inout Progress
  ) async throws(StreamError) {
    let behaviour = provider.behaviour
    var events = events
    if let count = behaviour.errorEventAfter, count < events.count {
      var error = provider.error(provider.call.dialect == .anthropic ? 529 : 500)
      error.message = "The simulator was told to fail in the middle."
      events = Array(events.prefix(count)) + [error.event]
    }
    if behaviour.isCoded { events = [StoredGzip.encoded(Array(events.joined()))] }
    let interval = Duration.milliseconds(behaviour.intervalMilliseconds ?? 5)
    var out = head(of: answer, length: nil, isCoded: behaviour.isCoded)
    for (place, event) in events.enumerated() {
      if place == behaviour.cutAfter {
        progress.isCut = true
        break
      }
      if place == behaviour.stallAfter { try await pause(.seconds(3_600)) }
      ChunkedCoding.appendChunk(event.span, to: &out)
      progress.bytes += out.count
      progress.events += 1
      try await socket.write(out, until: loop.now + Self.idle)
      out.removeAll(keepingCapacity: true)
      if place < events.count - 1, interval > .zero { try await pause(interval) }
    }
    if !progress.isCut { ChunkedCoding.appendLastChunk(to: &out) }
    progress.bytes += out.count
    if !out.isEmpty { try await socket.write(out, until: loop.now + Self.idle) }
  }

  private func write(
    _ answer: SimulatedAnswer, head: RequestHead, isHead: Bool
  ) async throws(StreamError) {
    guard case .whole(let bytes) = answer.body else { return }
    let out = self.head(of: answer, length: bytes.count, isCoded: false)
    try await socket.write(isHead ? out : out + bytes, until: loop.now + Self.idle)
  }

  private func head(of answer: SimulatedAnswer, length: Int?, isCoded: Bool) -> [UInt8] {
    var out: [UInt8] = []
    ResponseHeadWriter.appendStatusLine(answer.status, to: &out)
    ResponseHeadWriter.appendDate(nowMilliseconds: Int64(time(nil)) * 1_000, to: &out)
    ResponseHeadWriter.appendField("content-type", answer.contentType, to: &out)
    if isCoded { ResponseHeadWriter.appendField("content-encoding", "gzip" as String, to: &out) }
    if let length {
      ResponseHeadWriter.appendField("content-length", length, to: &out)
    } else {
      ResponseHeadWriter.appendField("transfer-encoding", "chunked" as String, to: &out)
    }
    for field in answer.fields { out += Array("\(field.name): \(field.value)\r\n".utf8) }
    ResponseHeadWriter.appendEnd(to: &out)
    return out
  }

  // MARK: Misbehaviour

  private func misbehave(
    _ oddity: Behaviour.Oddity, keepsAlive: Bool, _ progress: inout Progress
  ) async throws(StreamError) -> Bool {
    progress.isCut = oddity != .hang
    switch oddity {
    case .hang: try await pause(.seconds(3_600))
    case .drop: break
    case .garbage: try await send("\u{0}\u{1}this is not HTTP at all\r\n\r\n", &progress)
    case .garbageBody:
      progress.isCut = false
      try await send(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"no\": ][",
        &progress)
      return keepsAlive
    case .redirect:
      let port = state.withValue { $0.port }
      try await send(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:\(port)/_simulator/redirected\r\n"
          + "content-length: 0\r\n\r\n", &progress)
      progress.isCut = false
      return keepsAlive
    case .headers:
      try await send("HTTP/1.1 200 OK\r\n", &progress)
      let block = (0..<1_024).map { "x-flood-\($0): \(String(repeating: "y", count: 100))\r\n" }
        .joined()
      for _ in 0..<(20 * 1_048_576 / block.utf8.count) { try await send(block, &progress) }
      try await send("content-length: 2\r\n\r\n{}", &progress)
    case .endless:
      try await send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ", &progress)
      let block = String(repeating: "x", count: 65_536)
      for _ in 0..<4_096 { try await send(block, &progress) }
    }
    return false
  }

  private func send(_ text: String, _ progress: inout Progress) async throws(StreamError) {
    progress.bytes += text.utf8.count
    try await socket.write(Array(text.utf8), until: loop.now + Self.idle)
  }

  /// Waits, and notices when the client leaves meanwhile.
  private func pause(_ duration: Duration) async throws(StreamError) {
    let end = loop.now + duration
    while loop.now < end {
      do {
        // Bytes of a next request may come in; only the end of the stream matters here.
        try await socket.waitReadable(until: end)
      } catch .timedOut {
        return
      }
      guard try socket.tryRead(into: &input, room: 65_536) || !socket.isPeerGone else {
        throw .closed
      }
    }
  }
}
