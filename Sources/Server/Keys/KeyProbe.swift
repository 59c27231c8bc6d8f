import Fetch
import Gateway
import HTTP
import Network
import Providers
import Synchronization

/// Asks providers about keys, with requests of our own: those that they seem to have refused, at
/// once and again until they heal; the others now and then.
///
/// Never with a client's request: a 401 may be about the request. A list of models costs nothing
/// and needs a valid key everywhere. What is due is found on the control loop, once a second and a
/// bounded number of keys at a time; the asking is done by `FetchPool`.
final class KeyProbe: Sendable {
  private static let period = Duration.seconds(1)
  private static let timeoutMilliseconds = 15_000
  private static let answerBytesMax = 8 * 1_048_576
  /// Questions that are out or wait for a thread: what is due beyond waits for its turn.
  private static let inFlightMax = 64

  private let loop: EventLoop
  private let pool: FetchPool
  private let snapshot: @Sendable () -> Snapshot
  private let authorityFile: String?
  private let inFlight = Atomic<Int>(0)

  init(
    loop: EventLoop, pool: FetchPool, authorityFile: String?,
    snapshot: @escaping @Sendable () -> Snapshot
  ) {
    self.loop = loop
    self.pool = pool
    self.authorityFile = authorityFile
    self.snapshot = snapshot
  }

  func start() {
    Task.detached(executorPreference: loop) { [self] in
      while true {
        await loop.wait(until: loop.now + Self.period)
        askAboutAllThatIsDue()
      }
    }
  }

  private func askAboutAllThatIsDue() {
    let snapshot = snapshot()
    let interval = snapshot.settings.keyCheckInterval
    for provider in snapshot.allProviders {
      let room = Self.inFlightMax - inFlight.load(ordering: .relaxed)
      guard room > 0 else { return }
      let checks = KeyCheckPolicy(interval: interval > .zero ? interval : nil, countMax: room)
      let due = provider.keysNeedingProbe(
        checks, now: Self.now(), random: UInt64.random(in: 0 ... .max))
      for key in due where !ask(provider, key) {
        provider.probeResult(key, KeyFindings(.undecided), now: Self.now())
      }
    }
  }

  /// Asks a provider about one key; what it finds is known to all loops before `completion`.
  ///
  /// `completion` is called on a thread of the pool. False, and it is never called, where too much
  /// waits already.
  func ask(
    _ provider: Provider, _ key: Key,
    completion: @escaping @Sendable (KeyFindings) -> Void = { _ in }
  ) -> Bool {
    let request = Self.request(provider.profile, key, authorityFile: authorityFile)
    inFlight.add(1, ordering: .relaxed)
    let isTaken = pool.submit(request) { [self] result in
      inFlight.subtract(1, ordering: .relaxed)
      let findings = Self.findings(result, provider.profile)
      provider.probeResult(key, findings, now: Self.now())
      completion(findings)
    }
    if !isTaken { inFlight.subtract(1, ordering: .relaxed) }
    return isTaken
  }

  private static func now() -> Moment { Moment(nanoseconds: MonotonicTime.now().nanoseconds) }

  /// `GET` of the provider's list of models, with the key.
  static func request(
    _ profile: ProviderProfile, _ key: Key, authorityFile: String?
  ) -> FetchRequest {
    let target = profile.target
    var url = target.isSecure ? "https://" : "http://"
    url += String(decoding: target.hostHeader, as: UTF8.self)
    url += String(decoding: profile.modelListPath, as: UTF8.self)
    var query: [String] = []
    let whole = ModelListNames.wholeListQuery(profile.dialect)
    if !whole.isEmpty { query.append(whole) }
    if profile.style == .azure, let version = profile.apiVersion {
      query.append("api-version=\(version)")
    }
    let secret = String(decoding: key.secret.bytes, as: UTF8.self)
    var headers: [(name: String, value: String)] = []
    switch profile.auth {
    case .bearer: headers.append(("authorization", "Bearer \(secret)"))
    case .xAPIKey: headers.append(("x-api-key", secret))
    case .apiKey: headers.append(("api-key", secret))
    case .xGoogAPIKey: headers.append(("x-goog-api-key", secret))
    case .query(let name): query.append("\(name)=\(percentEncoded(key.secret.bytes))")
    case .none: break
    }
    if profile.dialect == .anthropic { headers.append(("anthropic-version", "2023-06-01")) }
    for header in profile.headers { headers.append((header.name, header.value)) }
    if !query.isEmpty { url += "?" + query.joined(separator: "&") }
    let allowsPrivate = profile.allowsPrivate
    var request = FetchRequest(
      url,
      way: .network { peer in
        guard let address = SocketAddress(bytes: peer.bytes, port: peer.port) else { return false }
        switch AddressPolicy.verdict(on: address) {
        case .allowed: return true
        case .needsAllowPrivate: return allowsPrivate
        case .refused: return false
        }
      })
    request.headers = headers
    request.timeoutMilliseconds = timeoutMilliseconds
    request.responseBytesMax = answerBytesMax
    request.caFile = authorityFile
    return request
  }

  /// All that an answer says: of the key, the models it may use, and what is left of its limits.
  static func findings(
    _ result: Result<FetchResponse, FetchError>, _ profile: ProviderProfile
  ) -> KeyFindings {
    var findings = KeyFindings(verdict(result, profile.dialect))
    guard case .success(let answer) = result else { return findings }
    if (200..<300).contains(answer.status) {
      findings.models = ModelListNames.read(answer.body, profile: profile)
    }
    findings.quota = QuotaHeaders.read(
      fields(of: answer), nowMilliseconds: { wallClockMilliseconds() })
    return findings
  }

  private static func fields(of answer: FetchResponse) -> HeaderFields {
    var fields = HeaderFields()
    for header in answer.headers { fields.append(name: header.name, value: header.value) }
    return fields
  }

  /// What an answer says of the key, by the same table as for clients' requests.
  static func verdict(
    _ result: Result<FetchResponse, FetchError>, _ dialect: Dialect
  ) -> KeyValidation {
    guard case .success(let answer) = result else { return .undecided }
    if (200..<300).contains(answer.status) { return .valid }
    let verdict = ErrorTable.classify(
      dialect: dialect, status: answer.status, fields: fields(of: answer), body: answer.body.span,
      nowMilliseconds: wallClockMilliseconds())
    switch verdict {
    case .keySuspect: return .invalid
    case .outOfMoney: return .outOfMoney
    // The provider knew who asked before it said no to the rest.
    case .rateLimited, .keyCannotServeModel: return .valid
    case .success, .clientFault, .providerFailing: return .undecided
    }
  }

  /// Every byte that is not unreserved (RFC 3986 section 2.3) as `%XX`.
  private static func percentEncoded(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in bytes {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
      default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
