import Fetch
import Gateway
import HTTP
import Network
import Providers

/// Asks providers about keys that they seem to have refused, with requests of our own.
///
/// Never with a client's request: a 401 may be about the request. A list of models costs nothing
/// and needs a valid key everywhere. Runs on the control loop; the asking is done by `FetchPool`.
final class KeyProbe: Sendable {
  private static let period = Duration.seconds(1)
  private static let timeoutMilliseconds = 15_000
  private static let answerBytesMax = 8 * 1_048_576

  private let loop: EventLoop
  private let pool: FetchPool
  private let snapshot: @Sendable () -> Snapshot
  private let authorityFile: String?

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
        for provider in snapshot().allProviders { ask(provider) }
      }
    }
  }

  private func ask(_ provider: Provider) {
    for key in provider.keysNeedingProbe(now: Self.now()) {
      let request = Self.request(provider.profile, key, authorityFile: authorityFile)
      let dialect = provider.dialect
      let isTaken = pool.submit(request) { result in
        provider.probeResult(key, Self.verdict(result, dialect), now: Self.now())
      }
      if !isTaken { provider.probeResult(key, .undecided, now: Self.now()) }
    }
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

  /// What an answer says of the key, by the same table as for clients' requests.
  static func verdict(
    _ result: Result<FetchResponse, FetchError>, _ dialect: Dialect
  ) -> KeyValidation {
    guard case .success(let answer) = result else { return .undecided }
    if (200..<300).contains(answer.status) { return .valid }
    var fields = HeaderFields()
    for header in answer.headers { fields.append(name: header.name, value: header.value) }
    let verdict = ErrorTable.classify(
      dialect: dialect, status: answer.status, fields: fields, body: answer.body.span,
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
