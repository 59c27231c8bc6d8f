import Gateway
import HTTP
import Network
import Providers

/// One try with one key: a connection, the request on it, the head of the answer.
///
/// One object: it would be copied into the frames of every step that knows it.
final class Attempt {
  enum End {
    case answered(UpstreamConnection, ResponseHead)
    case failed(AttemptEnd)
    case clientLeft
  }

  let choice: Failover.Choice
  let request: Request
  /// Whether we asked for the usage of a stream whose client did not.
  private(set) var hidesUsage = false
  /// Whether a byte of the request may have reached the provider.
  private(set) var wasSent = false
  /// The client was gone before the head of the answer came: it is heard for its usage alone.
  private(set) var clientHasLeft = false
  /// What became of the provider once the client had left.
  private(set) var ending = ReceiptEnding.clientLeft
  private let exchange: Exchange
  private let origin: UpstreamOrigin
  /// Where its connection comes from, and goes to when it can carry another request.
  let lane: UpstreamLane

  @inline(never)
  init(_ choice: Failover.Choice, _ request: Request, of exchange: Exchange) {
    self.choice = choice
    self.request = request
    self.exchange = exchange
    let provider = choice.candidate.provider
    let origin = UpstreamOrigin(
      isSecure: provider.profile.target.isSecure, host: provider.profile.target.host,
      port: provider.profile.target.port, allowsPrivate: provider.profile.allowsPrivate)
    self.origin = origin
    lane = exchange.worker.withPool { $0.lane(origin) }
  }

  private var worker: Worker { exchange.worker }
  private var connection: ClientConnection { exchange.connection }
  private var clientHead: RequestHead { exchange.head }
  private var deadline: MonotonicTime { exchange.deadline }
  private var settings: RuntimeSettings { exchange.snapshot.settings }
  /// What the provider sees of a passthrough's path.
  var passthroughPath: String? {
    guard request.route.endpoint == .passthrough else { return nil }
    return String(decoding: clientHead.bytes[request.route.upstreamPath], as: UTF8.self)
  }
  /// Whether its answer is text of a model, so that tokens can be estimated from it.
  var answersWithText: Bool {
    guard let passthroughPath else { return request.route.endpoint.answersWithText }
    let dialect = choice.candidate.provider.dialect
    return AnswerReader.Kind.forPath(dialect: dialect, path: passthroughPath).answersWithText
  }
  private var isStream: Bool { request.facts.isStream || request.route.isStreamPath }
  /// Whether the provider is heard to its end when the client leaves.
  var drains: Bool { request.caller.user.disconnect == .drain }
  /// What silence means for a request that is under way: it may have been carried out and billed,
  /// unless it streams or is safe to repeat.
  var timedOut: AttemptEnd {
    .timedOut(billable: !isStream && !request.route.endpoint.isSafeToRepeat)
  }

  /// What pricing must know of it beside its answer.
  var pricedCall: PricedCall {
    let candidate = choice.candidate
    var call = PricedCall(
      endpoint: request.route.endpoint,
      requestedModel: candidate.model.isEmpty ? nil : candidate.model,
      vendor: candidate.provider.vendor)
    call.inputCharacters = request.facts.inputCharacters.map(Int64.init)
    call.imageSize = request.facts.imageSize
    call.imageQuality = request.facts.imageQuality
    call.imageCount = request.facts.choiceCount
    return call
  }

  /// Sends the request and waits for the head of the answer.
  ///
  /// A reused connection that closes without a byte of answer is replaced once by a fresh one: the
  /// provider had closed it before our request came.
  func send(_ body: [UInt8]) async -> End {
    let (head, content) = compose(body)
    if let idle = lane.take() {
      wasSent = true
      if let end = await exchange(on: idle, head, content) { return end }
    }
    do throws(ConnectFailure) {
      let fresh = try await connect()
      wasSent = true
      return await exchange(on: fresh, head, content) ?? .failed(.brokeOff)
    } catch {
      switch error {
      case .clientLeft: return .clientLeft
      case .failed(let end): return .failed(end)
      }
    }
  }

  /// Head and body of the request as the provider gets it; a function of its own for the reason that
  /// `Relay` gives.
  @inline(never)
  private func compose(_ body: [UInt8]) -> (head: [UInt8], body: [UInt8]) {
    let (route, facts, candidate) = (request.route, request.facts, choice.candidate)
    let profile = candidate.provider.profile
    hidesUsage = UpstreamRequest.asksForUsage(
      route, facts, worker.node.streamUsage(of: candidate.provider))
    let edited = UpstreamRequest.editedBody(
      route, facts, profile: profile, model: candidate.model, injectUsage: hidesUsage,
      outputCap: exchange.reservation?.outputCap, body: body.span)
    let content = edited ?? body
    var head: [UInt8] = []
    UpstreamRequest.head(
      route, facts, clientHead, profile: profile, model: candidate.model,
      keySecret: choice.key.secret.bytes, bodyBytes: content.count, into: &head)
    return (head, content)
  }

  /// Nil: the connection was an old one and had been closed before our request came.
  private func exchange(
    on upstream: UpstreamConnection, _ head: [UInt8], _ body: [UInt8]
  ) async -> End? {
    let now = MonotonicTime.now()
    let headTimeout = isStream ? settings.streamHeadTimeout : settings.responseHeadTimeout
    do throws(UpstreamFailure) {
      let answer = try await upstream.exchange(
        head: head, body: body, method: clientHead.method, for: connection.socket,
        sendUntil: min(deadline, now + settings.responseHeadTimeout),
        headUntil: min(deadline, now + headTimeout))
      lane.keepSession(of: upstream)
      return .answered(upstream, answer)
    } catch {
      var failure = error
      if error == .clientLeft, drains, upstream.isAwaitingHead, connection.cut == nil {
        do throws(UpstreamFailure) {
          let answer = try await hearOut(upstream, until: now + headTimeout)
          return .answered(upstream, answer)
        } catch {
          failure = error
        }
      }
      upstream.close()
      switch failure {
      case .clientLeft: return .clientLeft
      case .timedOut: return .failed(timedOut)
      // A fresh connection in its place would be for nobody.
      case .closedWithoutAnswer where upstream.wasReused: return clientHasLeft ? .clientLeft : nil
      case .closedWithoutAnswer, .broken: return .failed(.brokeOff)
      }
    }
  }

  /// The head of the answer though the client is gone.
  ///
  /// - Throws: `.clientLeft` if none comes within the cap, else how the provider broke.
  private func hearOut(
    _ upstream: UpstreamConnection, until headUntil: MonotonicTime
  ) async throws(UpstreamFailure) -> ResponseHead {
    clientHasLeft = true
    ending = .drainCapped
    let until = min(deadline, headUntil, MonotonicTime.now() + settings.drainTime)
    while MonotonicTime.now() < until, !worker.node.isDraining, connection.cut == nil {
      let pause = min(until, MonotonicTime.now() + .seconds(1))
      do throws(UpstreamFailure) {
        let answer = try await upstream.awaitHead(method: clientHead.method, until: pause)
        ending = .drained
        return answer
      } catch {
        guard error == .timedOut else {
          ending = .providerBrokeOff
          throw error
        }
      }
    }
    throw .clientLeft
  }

  private enum ConnectFailure: Error {
    case clientLeft
    case failed(AttemptEnd)
  }

  private func connect() async throws(ConnectFailure) -> UpstreamConnection {
    let until = min(deadline, MonotonicTime.now() + settings.connectTimeout)
    do throws(ConnectError) {
      let addresses = try await worker.node.resolver.resolve(
        origin.host, port: origin.port, on: worker.loop, until: until)
      let socket = try await Connector.connect(
        to: addresses, allowsPrivate: origin.allowsPrivate, on: worker.loop,
        orGone: connection.socket, until: until)
      guard origin.isSecure else { return UpstreamConnection(socket) }
      return try await secure(socket, until: until)
    } catch {
      if error == .peerGone { throw .clientLeft }
      worker.node.noteConnectFailure(choice.candidate.provider.name, error)
      throw .failed(.connectFailed)
    }
  }

  private func secure(
    _ socket: StreamSocket, until: MonotonicTime
  ) async throws(ConnectError) -> UpstreamConnection {
    do throws(StreamError) {
      try await socket.connectTLS(
        worker.node.configuration.upstreamTLS, host: origin.host,
        resuming: lane.resumption, orGone: connection.socket,
        until: until)
      return UpstreamConnection(socket)
    } catch {
      switch error {
      case .peerGone: throw .peerGone
      case .timedOut: throw .timedOut
      case .closed: throw .failed("TLS: the provider closed the connection")
      case .failed(let reason): throw .failed(reason)
      }
    }
  }
}
