import Providers

// Validations of keys and what they find; what is shown of keys.

extension ProviderHealth {
  /// Keys whose validation is due, at most as many as the policy says.
  mutating func takeValidations(
    roster: Roster, _ checks: KeyCheckPolicy, now: Moment, random: UInt64
  ) -> [Key] {
    adopt(roster)
    var due: [Key] = []
    var random = random
    for place in keys.indices where due.count < checks.countMax {
      random = StableHash.mix(random)
      if keys[place].takeValidation(
        now: now, policy: policy, interval: checks.interval, random: random)
      {
        due.append(self.roster[place])
      }
    }
    return due
  }

  /// `roster` may be newer than what is known here: a key can be validated before it is used.
  mutating func validated(_ key: Key, _ findings: KeyFindings, roster: Roster, now: Moment) {
    adopt(roster)
    guard let place = places[key.id] else {
      if otherChecks.count >= Self.otherChecksMax { otherChecks = [:] }
      otherChecks[key.id] = KeyCheck(
        verdict: findings.verdict, at: now, models: findings.models)
      return
    }
    guard keys[place].incarnation == key.incarnation else { return }
    keys[place].validated(findings.verdict, now: now, policy: policy)
    if findings.verdict == .valid { shows(findings.models, key: place) }
    if let quota = findings.quota, quota.countsAllModels {
      keys[place].quota = Quota(reading: quota, readAt: now)
    }
    refresh(key: place)
  }

  /// Keys that are not in use and whose last validation is remembered.
  private static let otherChecksMax = 1_024

  /// A whole list of the provider's models, or none, for a key.
  private mutating func shows(_ models: Set<String>?, key place: Int) {
    // Keys of one account see the same list: one copy of it will do.
    let known = models.flatMap { models in
      keys.lazy.compactMap { $0.lastCheck?.models }.first { $0 == models }
    }
    keys[place].showsModels(known ?? models)
    for lane in lanes.indices where lanes[lane].range.contains(place) {
      let index = place - lanes[lane].range.lowerBound
      let showing = Self.showing(lanes[lane].model, roster[place], keys[place])
      lanes[lane].note(showing, index, keys: keys)
      // What it refused before is worth a try again, unless it still does not show it.
      if showing != .notShown {
        lanes[lane].change(index, of: keys[place].rest) { $0.unfitUntil = .distantPast }
      }
    }
  }

  /// Brings what providers show to the keys into a lane that was made just now.
  static func noteShown(in lane: inout Lane, _ roster: [Key], _ keys: [KeyHealth]) {
    for index in lane.entries.indices {
      let place = lane.range.lowerBound + index
      let showing = showing(lane.model, roster[place], keys[place])
      if showing != .unknown { lane.note(showing, index, keys: keys) }
    }
  }

  /// The operator's own list decides where there is one.
  private static func showing(
    _ model: String, _ key: Key, _ health: KeyHealth
  ) -> Lane.Showing {
    guard key.models == nil, !model.isEmpty, let models = health.lastCheck?.models else {
      return .unknown
    }
    return models.contains(model) ? .shown : .notShown
  }

  // MARK: - Status

  /// How the keys stand, for one model alone or for all.
  func status(for model: String? = nil, now: Moment) -> [KeyStatus] {
    pools.flatMap { pool in
      let stop = stop(of: pool, now: now)
      return pool.range.map { place in
        let left = keys[place].quota.map { $0.left(of: "") } ?? []
        let cooling = lanes.cooling(key: place, now: now)
        let leftOfModels = lanes.left(key: place)
        return KeyStatus(
          keys[place], cooling: cooling.filter { model == nil || $0.model == model },
          left: left + leftOfModels.filter { model == nil || $0.model == model }, stop: stop,
          now: now)
      }
    }
  }

  private func stop(of pool: PoolHealth, now: Moment) -> KeyStatus.Stop? {
    if circuit.blockedUntil > now {
      return .init(reason: "the provider cannot be reached", until: circuit.blockedUntil)
    }
    if pool.circuit.blockedUntil > now {
      return .init(
        reason: "the provider keeps failing at level \(pool.level)",
        until: pool.circuit.blockedUntil)
    }
    return nil
  }
}
