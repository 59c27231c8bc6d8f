import Providers

/// What all loops learned of one provider: its keys, its pools, its retry budget.
///
/// A pool has a circuit of its own, since a level that fails must not stop the others; the
/// provider's is for what no key has to do with: that it cannot be reached.
///
/// A value without a lock, a clock or randomness; `ProviderState` guards it. It follows the newest
/// roster it has seen, so that a request that began before a key was taken out does not use it.
struct ProviderHealth {
  struct PoolHealth {
    let level: Int
    let range: Range<Int>
    var circuit = Circuit()
  }

  let policy: HealthPolicy
  private var revision: UInt64 = 0
  private(set) var roster: [Key] = []
  private(set) var places: [String: Int] = [:]
  var keys: [KeyHealth] = []
  private(set) var pools: [PoolHealth] = []
  private(set) var circuit = Circuit()
  var lanes: LaneSet
  /// Of keys that are not in use: pending, disabled.
  var otherChecks: [String: KeyCheck] = [:]
  private var retryBudget = RetryBudget()
  private var choices: UInt64 = 0
  private var tickets: UInt64 = 0

  init(policy: HealthPolicy) {
    self.policy = policy
    lanes = LaneSet(countMax: policy.lanesMax)
  }

  // MARK: - Choosing

  mutating func choose(_ request: KeyRequest, roster: Roster, now: Moment) -> KeyAnswer {
    adopt(roster)
    guard let pool = pools.firstIndex(where: { $0.level == request.level }) else {
      return .none(Obstacle())
    }
    let providerVerdict = circuit.verdict(now: now)
    if case .blocked(let until) = providerVerdict { return stopped(circuit, until, now) }
    let poolVerdict = pools[pool].circuit.verdict(now: now)
    if case .blocked(let until) = poolVerdict { return stopped(pools[pool].circuit, until, now) }
    let place = lane(pool: pool, model: request.model, now: now)
    let isPoolProbe = poolVerdict == .probe
    let isProviderProbe = providerVerdict == .probe
    let isProbe = isPoolProbe || isProviderProbe
    if let again = delay(of: request.ticket, lane: place, isProbe: isProbe, now: now) {
      return .none(Obstacle(againAt: again, usableAt: again, isCooling: true))
    }
    exclude(request, lane: place)
    guard let index = pick(request, lane: place, now: now) else {
      return .none(obstacle(lane: place, request, now: now))
    }
    if request.isRetry, !retryBudget.spend(now: now, policy: policy.retryBudget) {
      return .none(Obstacle(isBudgetSpent: true))
    }
    if request.isFirst { retryBudget.countRequest(now: now, policy: policy.retryBudget) }
    lanes[place].line.admitted(number: request.ticket)
    let isInTurn = request.affinity == nil && request.pinned == nil
    lanes[place].chose(index, inTurn: isInTurn)
    if isInTurn { readAhead(lane: place, after: index) }
    if isProviderProbe { circuit.beginProbe(now: now, policy: policy.providerCircuit) }
    return .use(
      grant(
        index, lane: place, pool: pool, isPoolProbe: isPoolProbe,
        isProviderProbe: isProviderProbe, now: now))
  }

  /// Nobody passes an open circuit; who waits for one looks again now and then.
  private func stopped(_ circuit: Circuit, _ until: Moment, _ now: Moment) -> KeyAnswer {
    let again = min(until, now + policy.lookAgain)
    return .none(
      Obstacle(
        againAt: again, usableAt: circuit.isProbing ? again : until, isCircuitOpen: true))
  }

  private mutating func grant(
    _ index: Int, lane place: Int, pool: Int, isPoolProbe: Bool, isProviderProbe: Bool, now: Moment
  ) -> Grant {
    let keyPlace = lanes[place].range.lowerBound + index
    // A circuit that is not closed is in the entry too: mostly the key's health need not be looked at.
    let isKeyProbe =
      lanes[place].entries[index].blockedUntil > .distantPast
      && keys[keyPlace].circuit.verdict(now: now) == .probe
    if isKeyProbe {
      keys[keyPlace].circuit.beginProbe(now: now, policy: policy.keyCircuit)
      refresh(key: keyPlace)
    }
    if isPoolProbe { pools[pool].circuit.beginProbe(now: now, policy: policy.poolCircuit) }
    return Grant(
      key: roster[keyPlace], level: pools[pool].level, model: lanes[place].model, grantedAt: now,
      isPoolProbe: isPoolProbe, isKeyProbe: isKeyProbe, isProviderProbe: isProviderProbe,
      place: keyPlace, revision: revision,
      memory: GrantMemory(roster[keyPlace], ReadAhead(keys, keyPlace)))
  }

  /// Marks what this choice must leave out.
  private mutating func exclude(_ request: KeyRequest, lane place: Int) {
    choices &+= 1
    let range = lanes[place].range
    for key in request.tried {
      if let keyPlace = places[key.id], range.contains(keyPlace) {
        lanes[place].entries[keyPlace - range.lowerBound].excludedBy = choices
      }
    }
  }

  private func pick(_ request: KeyRequest, lane place: Int, now: Moment) -> Int? {
    if let pinned = request.pinned {
      guard let keyPlace = places[pinned.id], lanes[place].range.contains(keyPlace) else {
        return nil
      }
      let index = keyPlace - lanes[place].range.lowerBound
      let entry = lanes[place].entries[index]
      return entry.blockedUntil <= now && entry.excludedBy != choices ? index : nil
    }
    if let user = request.affinity {
      return lanes[place].next(for: user, now: now, stamp: choices)
    }
    return lanes[place].next(now: now, stamp: choices)
  }

  private mutating func delay(
    of ticket: UInt64?, lane place: Int, isProbe: Bool, now: Moment
  ) -> Moment? {
    guard !lanes[place].line.isEmpty else { return nil }
    // The probe of a pool is one request: the first in the line.
    let usable = isProbe ? 1 : lanes[place].usableCount(now: now)
    guard usable > 0 else { return nil }
    return lanes[place].line.delay(
      of: ticket, usableKeys: usable, now: now, spacing: policy.lineSpacing)
  }

  /// Says why a lane has no key: the careful look, taken only then.
  private func obstacle(lane place: Int, _ request: KeyRequest, now: Moment) -> Obstacle {
    var obstacle = Obstacle()
    let lane = lanes[place]
    for index in lane.entries.indices {
      let keyPlace = lane.range.lowerBound + index
      if let pinned = request.pinned, roster[keyPlace].id != pinned.id { continue }
      let pair = lane.pairs[index]
      let key = keys[keyPlace]
      guard pair.isListed, key.blockedUntil != .distantFuture else { continue }
      if pair.unfitUntil > now {
        obstacle.isUnfit = true
        continue
      }
      let until = lane.entries[index].blockedUntil
      guard until > now else { continue }
      if pair.coolsUntil > now {
        obstacle.isCooling = true
        obstacle.usableAt = Obstacle.earlier(obstacle.usableAt, until)
        obstacle.againAt = Obstacle.earlier(obstacle.againAt, until)
      } else {
        let again = min(until, now + policy.lookAgain)
        obstacle.isCircuitOpen = true
        obstacle.usableAt = Obstacle.earlier(
          obstacle.usableAt, key.circuit.isProbing ? again : until)
        obstacle.againAt = Obstacle.earlier(obstacle.againAt, again)
      }
    }
    return obstacle
  }

  // MARK: - Waiting

  /// Takes a ticket in the line of a pool and model; nil if the line is full.
  ///
  /// Who was in it before comes back with its old ticket, to its old place.
  mutating func join(
    level: Int, model: String, roster: Roster, deadline: Moment, now: Moment,
    again old: UInt64? = nil
  ) -> UInt64? {
    adopt(roster)
    guard let pool = pools.firstIndex(where: { $0.level == level }) else { return nil }
    let place = lane(pool: pool, model: model, now: now)
    guard lanes[place].line.count < policy.lineMax else { return nil }
    if old == nil { tickets += 1 }
    let number = old ?? tickets
    lanes[place].line.join(number: number, deadline: deadline)
    return number
  }

  mutating func leave(ticket: UInt64, level: Int, model: String) {
    guard let place = lanes.place(level: level, model: model) else { return }
    lanes[place].line.leave(number: ticket)
  }

  // MARK: - Learning

  /// Takes note of how an attempt ended; `quota` is what its answer says is left of the key's
  /// limits.
  mutating func report(
    _ grant: Grant, _ end: AttemptEnd, quota: QuotaReading? = nil, now: Moment, random: UInt64
  ) {
    reached(grant, end, now: now, random: random)
    let pool = pools.firstIndex { $0.level == grant.level }
    guard let keyPlace = grant.revision == revision ? grant.place : newPlace(of: grant.key) else {
      if let pool, grant.isPoolProbe { pools[pool].circuit.releaseProbe(now: now) }
      return
    }
    let before = rest(of: keyPlace)
    switch end {
    case .served, .answered(.success), .answered(.clientFault):
      closePool(pool)
      keys[keyPlace].succeeded(now: now)
      if let place = lanes.place(level: grant.level, model: grant.model),
        lanes[place].range.contains(keyPlace)
      {
        let rest = rest(of: keyPlace)
        lanes[place].served(keyPlace - lanes[place].range.lowerBound, of: rest)
      }
    case .answered(.keyCannotServeModel):
      closePool(pool)
      keys[keyPlace].couldNotServe(now: now)
      let until = now + policy.unfitRest
      changePair(grant, keyPlace) { $0.unfitUntil = until }
    case .answered(.rateLimited(let retryAfter)):
      limited(grant, key: keyPlace, pool: pool, retryAfter: retryAfter, now: now, random: random)
    case .answered(.outOfMoney):
      closePool(pool)
      keys[keyPlace].ranOutOfMoney(now: now, policy: policy)
    case .answered(.keySuspect):
      closePool(pool)
      keys[keyPlace].becameSuspect(now: now, policy: policy)
    case .answered(.providerFailing(let retryAfter)):
      failed(grant, key: keyPlace, pool: pool, retryAfter: retryAfter, now: now, random: random)
    case .cutAfterContent:
      keys[keyPlace].takeBackSuccess(now: now)
      failed(grant, key: keyPlace, pool: pool, retryAfter: nil, now: now, random: random)
    case .connectFailed, .tlsFailed, .timedOut, .brokeOff:
      failed(grant, key: keyPlace, pool: pool, retryAfter: nil, now: now, random: random)
    case .clientLeft:
      if let pool, grant.isPoolProbe { pools[pool].circuit.releaseProbe(now: now) }
      if grant.isKeyProbe { keys[keyPlace].circuit.releaseProbe(now: now) }
    }
    if let quota { note(Quota(reading: quota, readAt: now), grant, key: keyPlace) }
    if before != rest(of: keyPlace) { refresh(key: keyPlace) }
  }

  /// Where a key of an older roster stands now; nil if it is gone, or its secret has changed.
  private func newPlace(of key: Key) -> Int? {
    guard let place = places[key.id], keys[place].incarnation == key.incarnation else { return nil }
    return place
  }

  private func rest(of keyPlace: Int) -> KeyHealth.Rest { keys.span[keyPlace].rest }

  /// Whether there was a connection: for that, one key is as good as another.
  private mutating func reached(_ grant: Grant, _ end: AttemptEnd, now: Moment, random: UInt64) {
    switch end {
    case .connectFailed, .tlsFailed:
      circuit.failed(
        isProbe: grant.isProviderProbe, now: now, policy: policy.providerCircuit, random: random)
    case .clientLeft:
      if grant.isProviderProbe { circuit.releaseProbe(now: now) }
    case .served, .answered, .timedOut, .brokeOff, .cutAfterContent:
      circuit.succeeded()
    }
  }

  private mutating func closePool(_ pool: Int?) {
    if let pool { pools[pool].circuit.succeeded() }
  }

  private mutating func limited(
    _ grant: Grant, key: Int, pool: Int?, retryAfter: Duration?, now: Moment, random: UInt64
  ) {
    closePool(pool)
    keys[key].refused(now: now)
    let policy = policy
    changePair(grant, key) { pair in
      // Attempts that were under way when the first was told tell nothing new.
      let isNews = grant.grantedAt >= pair.limitedAt
      let rest: Duration
      if let retryAfter, retryAfter > .zero {
        rest = min(retryAfter, policy.retryAfterMax)
      } else {
        let times = isNews ? pair.limitedInARow : max(0, pair.limitedInARow - 1)
        let doubled = Jitter.doubled(
          policy.cooldownFirst, times: times, limit: policy.cooldownMax)
        rest = Jitter.lengthened(doubled, by: random)
      }
      if isNews {
        pair.limitedInARow += 1
        pair.limitedAt = now
      }
      pair.coolsUntil = max(pair.coolsUntil, now + rest)
    }
    if let place = lanes.place(level: grant.level, model: grant.model) {
      lanes[place].line.restart()
    }
  }

  private mutating func failed(
    _ grant: Grant, key: Int, pool: Int?, retryAfter: Duration?, now: Moment, random: UInt64
  ) {
    keys[key].providerFailed(
      isProbe: grant.isKeyProbe, retryAfter: retryAfter, now: now, policy: policy, random: random)
    if let place = lanes.place(level: grant.level, model: grant.model) {
      lanes[place].line.restart()
    }
    guard let pool else { return }
    pools[pool].circuit.failed(
      isProbe: grant.isPoolProbe, now: now, policy: policy.poolCircuit, random: random)
  }

  private mutating func note(_ quota: Quota, _ grant: Grant, key keyPlace: Int) {
    if quota.reading.countsAllModels {
      keys[keyPlace].quota = quota
    } else if let place = lanes.place(level: grant.level, model: grant.model),
      lanes[place].range.contains(keyPlace)
    {
      let rest = rest(of: keyPlace)
      lanes[place].note(quota, keyPlace - lanes[place].range.lowerBound, of: rest)
    }
  }

  private mutating func changePair(
    _ grant: Grant, _ keyPlace: Int, _ change: (inout Lane.Pair) -> Void
  ) {
    guard let place = lanes.place(level: grant.level, model: grant.model),
      lanes[place].range.contains(keyPlace)
    else { return }
    let rest = rest(of: keyPlace)
    lanes[place].change(keyPlace - lanes[place].range.lowerBound, of: rest, change)
  }

  /// Brings what a key's health says into every lane that holds it.
  mutating func refresh(key keyPlace: Int) {
    let rest = rest(of: keyPlace)
    for place in lanes.indices where lanes[place].range.contains(keyPlace) {
      lanes[place].refresh(keyPlace - lanes[place].range.lowerBound, of: rest)
    }
  }

  // MARK: - Rosters and lanes

  /// Follows a newer roster; what is known of keys that stay is kept.
  mutating func adopt(_ newer: Roster) {
    guard newer.revision > revision else { return }
    let oldKeys = keys
    let oldPlaces = places
    let oldPools = pools
    revision = newer.revision
    roster = newer.keys
    places = Dictionary(
      zip(newer.keys.map(\.id), newer.keys.indices), uniquingKeysWith: { first, _ in first })
    keys = newer.keys.map { key in
      if let place = oldPlaces[key.id], oldKeys[place].incarnation == key.incarnation {
        oldKeys[place]
      } else {
        KeyHealth(key)
      }
    }
    pools = newer.pools.map { pool in
      let circuit = oldPools.first { $0.level == pool.level }?.circuit
      return PoolHealth(level: pool.level, range: pool.range, circuit: circuit ?? Circuit())
    }
    lanes.rebuild { old in
      guard let pool = pools.first(where: { $0.level == old.level }) else { return nil }
      var lane = Lane(level: old.level, model: old.model, range: pool.range, keys: roster)
      for index in lane.entries.indices {
        let key = roster[pool.range.lowerBound + index]
        if let place = oldPlaces[key.id], old.range.contains(place) {
          lane.inherit(
            index, from: old, at: place - old.range.lowerBound,
            keepsPair: oldKeys[place].incarnation == key.incarnation)
        }
      }
      for index in lane.entries.indices {
        let place = oldPlaces[roster[pool.range.lowerBound + index].id]
        if place.map({ !old.range.contains($0) }) ?? true { lane.beginTurns(index) }
      }
      Self.noteShown(in: &lane, roster, keys)
      return lane
    }
    for place in keys.indices { refresh(key: place) }
  }

  /// The place of the lane of a pool and model; made if there is none.
  private mutating func lane(pool: Int, model: String, now: Moment) -> Int {
    lanes.place(level: pools[pool].level, model: model, now: now) {
      var lane = Lane(
        level: pools[pool].level, model: model, range: pools[pool].range, keys: roster)
      for index in lane.entries.indices {
        lane.refresh(index, of: keys[lane.range.lowerBound + index].rest)
      }
      Self.noteShown(in: &lane, roster, keys)
      return lane
    }
  }
}
