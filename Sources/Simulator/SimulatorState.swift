import JSON

/// What the simulator remembers: counters, the latest requests, stored responses, failures.
///
/// Belongs to the simulator's loop.
final class SimulatorState {
  let options: SimulatorOptions
  let port: UInt16
  private(set) var counters: [String: KeyCounters] = [:]
  private(set) var redirectsFollowed = 0
  private var latest: [LatestRequest] = []
  private var responses: [String: StoredResponse] = [:]
  private var responseOrder: [String] = []
  private var failures: [RuntimeFailure] = []
  private var random: UInt64
  private var serial = 0

  private static let latestMax = 512
  private static let bodyShownMax = 65_536
  private static let responsesMax = 10_000

  init(options: SimulatorOptions, port: UInt16) {
    self.options = options
    self.port = port
    random = options.seed
  }

  struct KeyCounters {
    var requests = 0
    var open = 0
    var statuses: [Int: Int] = [:]
    var bytesIn = 0
    var bytesOut = 0
    var events = 0
    /// Connections that we ended in the middle.
    var cut = 0
    /// Requests whose client went away before the end.
    var clientLeft = 0
  }

  private struct LatestRequest {
    let key: String
    let head: String
    let body: [UInt8]
  }

  struct StoredResponse {
    let key: String
    let value: JSONValue
    /// What is read of it first, one after the other.
    var stages: [JSONValue]
  }

  /// A failure set at run time.
  private struct RuntimeFailure {
    let key: String
    let model: String
    let behaviour: Behaviour
    var times: Int?
  }

  /// A number that is never given twice, for ids.
  func nextSerial() -> Int {
    serial += 1
    return serial
  }

  /// What a request meets: the defaults, then its key's rule, the rate, its model's directives,
  /// and what was set at run time.
  func behaviour(key: String, model: String, directives: Behaviour) -> Behaviour {
    var result = options.behaviour
    if let rule = options.keyRules.first(where: { key.contains($0.substring) }) {
      result.merge(rule.behaviour)
    }
    if let rule = options.rateRule, nextRandom() < rule.share { result.merge(rule.behaviour) }
    result.merge(directives)
    let place = failures.firstIndex { failure in
      (failure.key.isEmpty || key.contains(failure.key))
        && (failure.model.isEmpty || model.contains(failure.model)) && failure.times != 0
    }
    if let place {
      result.merge(failures[place].behaviour)
      if let times = failures[place].times { failures[place].times = times - 1 }
    }
    return result
  }

  func begin(key: String, head: String, body: [UInt8]) {
    counters[key, default: KeyCounters()].requests += 1
    counters[key, default: KeyCounters()].open += 1
    counters[key, default: KeyCounters()].bytesIn += body.count
    if latest.count >= Self.latestMax { latest.removeFirst() }
    latest.append(LatestRequest(key: key, head: head, body: Array(body.prefix(Self.bodyShownMax))))
  }

  func end(key: String, _ change: (inout KeyCounters) -> Void) {
    counters[key, default: KeyCounters()].open -= 1
    change(&counters[key, default: KeyCounters()])
  }

  func noteRedirectFollowed() { redirectsFollowed += 1 }

  /// Keeps a response of the Responses API; the oldest go when there are too many.
  ///
  /// Each of `stages` is read once before `value` is.
  func store(_ value: JSONValue, id: String, key: String, stages: [JSONValue] = []) {
    if responseOrder.count >= Self.responsesMax {
      responses[responseOrder.removeFirst()] = nil
    }
    responses[id] = StoredResponse(key: key, value: value, stages: stages)
    responseOrder.append(id)
  }

  /// A stored response: only the key that made it knows it, as at the real provider.
  func response(_ id: String, key: String) -> JSONValue? {
    guard let stored = responses[id], stored.key == key else { return nil }
    return stored.value
  }

  /// The same as it stands now; one that is made in the background is further when it is next read.
  func readResponse(_ id: String, key: String) -> JSONValue? {
    guard let value = response(id, key: key) else { return nil }
    guard responses[id]?.stages.isEmpty == false else { return value }
    return responses[id]?.stages.removeFirst()
  }

  /// Puts another value in the place of a stored response, which no stages come before.
  func change(_ value: JSONValue, id: String, key: String) {
    guard response(id, key: key) != nil else { return }
    responses[id] = StoredResponse(key: key, value: value, stages: [])
  }

  func removeResponse(_ id: String, key: String) -> Bool {
    guard response(id, key: key) != nil else { return false }
    responses[id] = nil
    responseOrder.removeAll { $0 == id }
    return true
  }

  // MARK: Control

  func reset() {
    counters = [:]
    latest = []
    failures = []
    redirectsFollowed = 0
    random = options.seed
  }

  /// Takes the place of what was set before; says what is wrong, or nil.
  ///
  /// `{"failures": [{"key": SUBSTRING, "model": SUBSTRING, "do": DIRECTIVES, "times": N}]}`, where
  /// all but `do` is optional.
  func setFailures(_ document: JSONValue) -> String? {
    var list: [RuntimeFailure] = []
    for entry in document["failures"]?.array ?? [] {
      var behaviour = Behaviour()
      let directives = entry["do"]?.string ?? ""
      guard !directives.isEmpty, behaviour.apply(directives: directives[...], separator: ",") else {
        return "'do' must hold directives, as 'status=429,retry-after=2', not '\(directives)'"
      }
      list.append(
        RuntimeFailure(
          key: entry["key"]?.string ?? "", model: entry["model"]?.string ?? "",
          behaviour: behaviour, times: entry["times"]?.int.map { Int($0) }))
    }
    failures = list
    return nil
  }

  var countersDocument: JSONValue {
    let keys = counters.sorted { $0.key < $1.key }.map { key, count in
      let statuses = count.statuses.sorted { $0.key < $1.key }
      return JSONValue.Member(
        key,
        [
          "requests": number(count.requests), "open": number(count.open),
          "statuses": .object(statuses.map { JSONValue.Member("\($0.key)", number($0.value)) }),
          "bytes_in": number(count.bytesIn), "bytes_out": number(count.bytesOut),
          "events": number(count.events), "cut": number(count.cut),
          "client_left": number(count.clientLeft),
        ])
    }
    return ["keys": .object(keys), "redirects_followed": number(redirectsFollowed)]
  }

  /// The latest requests, oldest first, as they came: for tests of what reaches a provider.
  var requestsDocument: JSONValue {
    let list = latest.map { request -> JSONValue in
      [
        "key": .string(request.key), "head": .string(request.head),
        "body": .string(String(decoding: request.body, as: UTF8.self)),
        "body_base64": .string(Base64.encoded(request.body)),
      ]
    }
    return ["requests": .array(list)]
  }

  /// Uniform in 0..<1; splitmix64.
  private func nextRandom() -> Double {
    random = random &+ 0x9E37_79B9_7F4A_7C15
    var mixed = random
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) / 9_007_199_254_740_992
  }
}

func number(_ value: Int) -> JSONValue { .int(Int64(value)) }
