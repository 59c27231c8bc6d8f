import Gateway
import JSON
import Network
import Providers

// How upstream keys are shown: the record without its secret, and how the key does.

extension Administration {
  /// By provider, then the higher levels first, then by label.
  func keyViews(_ values: [JSONValue], in snapshot: Snapshot) -> [JSONValue] {
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    var statuses: [String: KeyStatus] = [:]
    for name in Set(values.compactMap { $0["provider"]?.string }) {
      guard let provider = snapshot.provider(named: name) else { continue }
      for status in provider.state.status(now: now) { statuses[status.keyID] = status }
    }
    let views = values.map { keyView($0, statuses, now, in: snapshot) }
    return views.sorted { left, right in
      let (one, other) = (sortKey(left), sortKey(right))
      return one < other
    }
  }

  private func sortKey(_ view: JSONValue) -> (String, Int64, String) {
    (view["provider"]?.string ?? "", -(view["level"]?.int ?? 0), view["label"]?.string ?? "")
  }

  private func keyView(
    _ value: JSONValue, _ statuses: [String: KeyStatus], _ now: Moment, in snapshot: Snapshot
  ) -> JSONValue {
    guard let provider = value["provider"]?.string.flatMap({ snapshot.provider(named: $0) }),
      let label = value["label"]?.string,
      let id = snapshot.id(of: RecordName(kind: .key, ownerID: provider.id, name: label)),
      let key = snapshot.key(id: id)
    else { return value }
    var view = value
    view["secret"] = nil
    view["fingerprint"] = nil
    view["level"] = .int(Int64(key.level))
    view["weight"] = .int(Int64(key.weight))
    // No list is not an empty one: that serves nothing.
    if view["models"] == nil { view["models"] = .null }
    view["status"] = .string(key.status.rawValue)
    let status = statuses[key.id]
    let isRunning = serverStatus != nil
    let unused = key.status == .active ? nil : key.status.rawValue
    view["state"] = .string(
      unused ?? status?.state.rawValue ?? (isRunning ? "ready" : "unknown"))
    if unused == nil, let status { add(status, to: &view, now) }
    if let check = status?.lastCheck ?? provider.state.check(ofUnused: key.id) {
      view["check"] = .string(check.verdict.rawValue)
      view["checked_at"] = time(check.at, now)
    }
    // A short secret would be half shown.
    let hint =
      key.secret.bytes.count >= 16
      ? String(decoding: key.secret.bytes.suffix(4), as: UTF8.self) : ""
    view["secret_hint"] = .string(hint)
    return view
  }

  private func add(_ status: KeyStatus, to view: inout JSONValue, _ now: Moment) {
    if let reason = status.reason { view["reason"] = .string(reason) }
    if let until = status.until { view["until"] = time(until, now) }
    guard serverStatus != nil else { return }
    view["successes"] = .number(String(status.successes))
    view["failures"] = .number(String(status.failures))
    view["recent_attempts"] = .int(Int64(status.recentAll))
    view["success_rate"] = status.successRate.map { .number(thousandths($0)) } ?? .null
    view["cooling"] = .array(
      status.cooling.map { rest in
        [
          "model": .string(rest.model), "until": time(rest.until, now),
          "reason": .string(rest.reason),
        ]
      })
    view["left"] = .array(
      status.left.map { left in
        var entry: JSONValue = [
          "model": left.model.isEmpty ? .null : .string(left.model),
          "of": .string(left.kind.code), "remaining": .int(left.remaining),
          "limit": left.limit.map { .int($0) } ?? .null, "read_at": time(left.readAt, now),
        ]
        if let end = left.resetsAt { entry["resets_at"] = time(end, now) }
        return entry
      })
  }

  /// The last validation of a key, in use or not; nil: none since the appliance began.
  func check(of key: Key) -> KeyCheck? {
    guard let state = snapshot.provider(id: key.providerID)?.state else { return nil }
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    let inUse = state.status(now: now).first { $0.keyID == key.id }
    return inUse?.lastCheck ?? state.check(ofUnused: key.id)
  }

  /// A fraction from 0 to 1 with three digits.
  private func thousandths(_ fraction: Double) -> String {
    let parts = Int((fraction * 1_000).rounded())
    guard parts < 1_000 else { return "1" }
    return "0." + String(parts + 1_000).dropFirst()
  }

  /// A moment of this process as a wall time.
  func time(_ moment: Moment, _ now: Moment) -> JSONValue {
    let ahead = (moment - now).wholeMilliseconds
    return .string(Timestamp.text(wallClockMilliseconds() + ahead))
  }
}
