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
    /// The place of the key that served last: no other has a better record.
    var servedLast: Int?
    /// How often it was probed since it stopped.
    var probes = 0
    /// The last of those asked the key that served last.
    var hasProbedServedLast = false

    /// Whether the next probe asks the key that served last, which may have failed but for a moment.
    ///
    /// The first one does, and others now and then; between those the other keys are asked in turn.
    var shouldProbeServedLast: Bool { probes == 0 || probes > 1 && probes & (probes - 1) == 0 }

    mutating func noteProbe(_ turn: Turn) {
      probes += 1
      hasProbedServedLast = turn.hasServedLast
    }
  }

  let policy: HealthPolicy
  private var revision: UInt64 = 0
  private(set) var roster: [Key] = []
  private(set) var places: [String: Int] = [:]
  var keys: [KeyHealth] = []
  var pools: [PoolHealth] = []
  private(set) var circuit = Circuit()
  var lanes: LaneSet
  /// Of keys that are not in use: pending, disabled.
  var otherChecks: [String: KeyCheck] = [:]
  private var retryBudget = RetryBudget()
  private var choices: UInt64 = 0
  var tickets: UInt64 = 0

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
    var poolVerdict = pools[pool].circuit.verdict(now: now, mayHasten: request.isRetry)
    var isEarly = false
    if case .blocked(let until) = poolVerdict {
      if request.isLastResort, !request.isCounted {
        retryBudget.countRequest(now: now, policy: policy.retryBudget)
      }
      guard request.isLastResort, !pools[pool].circuit.isProbing,
        retryBudget.hasEarned(now: now, policy: policy.retryBudget)
      else { return stopped(pools[pool].circuit, until, now) }
      isEarly = true
      poolVerdict = .probe
    }
    let place = lane(pool: pool, model: request.model, now: now)
    let isPoolProbe = poolVerdict == .probe
    let isProviderProbe = providerVerdict == .probe
    let isProbe = isPoolProbe || isProviderProbe
    if let again = delay(of: request.ticket, lane: place, isProbe: isProbe, now: now) {
      return .none(inLine(until: again, lane: place, request, isProbe: isProbe, now: now))
    }
    exclude(request, lane: place)
    guard let turn = pick(request, pool: pool, lane: place, isProbe: isProbe, now: now) else {
      return .none(obstacle(lane: place, request, now: now))
    }
    let isRetry =
      request.isRetry || (request.followsFailure && pools[pool].circuit.isFailing)
    if isEarly { retryBudget.spendEarned(now: now, policy: policy.retryBudget) }
    // The retry that a trial may need is set aside with it: it costs no client its answer.
    if turn.isTrial || (isRetry && !request.isPaid) {
      guard retryBudget.spend(now: now, policy: policy.retryBudget) else {
        return .none(Obstacle(isBudgetSpent: true))
      }
    }
    if request.isFirst, !isEarly, !request.isCounted {
      retryBudget.countRequest(now: now, policy: policy.retryBudget)
    }
    lanes[place].line.admitted(number: request.ticket)
    lanes[place].chose(turn.index, inTurn: turn.isInTurn)
    if turn.isInTurn { readAhead(lane: place, after: turn.index) }
    if isProviderProbe { circuit.beginProbe(now: now, policy: policy.providerCircuit) }
    return .use(
      grant(
        turn, lane: place, pool: pool, isPoolProbe: isPoolProbe, isProviderProbe: isProviderProbe,
        isRetry: request.isRetry, now: now))
  }

  private mutating func grant(
    _ turn: Turn, lane place: Int, pool: Int, isPoolProbe: Bool, isProviderProbe: Bool,
    isRetry: Bool, now: Moment
  ) -> Grant {
    let keyPlace = lanes[place].range.lowerBound + turn.index
    // A circuit that is not closed is in the entry too: mostly the key's health need not be looked at.
    let isKeyProbe =
      lanes[place].entries[turn.index].blockedUntil > .distantPast
      && keys[keyPlace].circuit.verdict(now: now) == .probe
    if isKeyProbe {
      keys[keyPlace].circuit.beginProbe(now: now, policy: policy.keyCircuit)
    }
    if turn.isTrial { keys[keyPlace].beginTrial(now: now, policy: policy) }
    if isKeyProbe || turn.isTrial { refresh(key: keyPlace) }
    if isPoolProbe || isProviderProbe { pools[pool].noteProbe(turn) }
    if isPoolProbe { pools[pool].circuit.beginProbe(now: now, policy: policy.poolCircuit) }
    return Grant(
      key: roster[keyPlace], level: pools[pool].level, model: lanes[place].model, grantedAt: now,
      isPoolProbe: isPoolProbe, isKeyProbe: isKeyProbe, isProviderProbe: isProviderProbe,
      isTrial: turn.isTrial, isRetry: isRetry, place: keyPlace, revision: revision,
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

  /// The key that is next for a request.
  ///
  /// Retries go where a request was served last: what fails then is the provider. So does who could
  /// not pay for a retry, unless a user's own key is wanted; some of the probes; and everybody where
  /// all keys fail.
  private mutating func pick(
    _ request: KeyRequest, pool: Int, lane place: Int, isProbe: Bool, now: Moment
  ) -> Turn? {
    if let pinned = request.pinned {
      guard let keyPlace = places[pinned.id], lanes[place].range.contains(keyPlace) else {
        return nil
      }
      let index = keyPlace - lanes[place].range.lowerBound
      let isUsable = lanes[place].entries[index].isUsable(now: now, stamp: choices)
      return isUsable ? Turn(index: index, isInTurn: false) : nil
    }
    let budget = policy.retryBudget
    let isUnpaid =
      request.isFirst && request.affinity == nil && lanes[place].failingCount > 0
      && !retryBudget.hasRoom(now: now, policy: budget)
    if isProbe {
      if pools[pool].shouldProbeServedLast,
        let turn = lastServed(pool: pool, lane: place, now: now, Lane.Entry.isUsable)
      {
        return turn
      }
    } else if request.isRetry || isUnpaid,
      let turn = lastServed(pool: pool, lane: place, now: now, Lane.Entry.isGood)
    {
      return turn
    }
    let mayTry =
      request.isFirst && !request.isRetry && !isProbe && lanes[place].hasTrialDue(now: now)
      && retryBudget.hasRoomForTrial(now: now, policy: budget)
    let turn =
      if let user = request.affinity {
        lanes[place].next(for: user, now: now, stamp: choices, mayTry: mayTry)
      } else {
        lanes[place].next(now: now, stamp: choices, mayTry: mayTry)
      }
    guard let turn, lanes[place].failingCount > 0, !isProbe,
      lanes[place].entries[turn.index].isFailing, !turn.isTrial
    else { return turn }
    // None is good: what served last may have failed but for a moment.
    return lastServed(pool: pool, lane: place, now: now, Lane.Entry.isGoodButFailing) ?? turn
  }

  /// The key of a pool that served last, if the lane's entry of it will do.
  private func lastServed(
    pool: Int, lane place: Int, now: Moment,
    _ willDo: (Lane.Entry) -> (_ now: Moment, _ stamp: UInt64) -> Bool
  ) -> Turn? {
    guard let keyPlace = pools[pool].servedLast, lanes[place].range.contains(keyPlace) else {
      return nil
    }
    let index = keyPlace - lanes[place].range.lowerBound
    guard willDo(lanes[place].entries[index])(now, choices) else { return nil }
    return Turn(index: index, isInTurn: false, hasServedLast: true)
  }

  // MARK: - Learning

  /// Takes note of how an attempt ended; `quota` is what its answer says is left of the key's
  /// limits.
  mutating func report(
    _ grant: Grant, _ end: AttemptEnd, quota: QuotaReading? = nil, now: Moment, random: UInt64
  ) {
    reached(grant, end, now: now, random: random)
    if grant.isTrial, !end.isProviderFailure { retryBudget.giveBack(takenAt: grant.grantedAt) }
    let pool = pools.firstIndex { $0.level == grant.level }
    guard let keyPlace = grant.revision == revision ? grant.place : newPlace(of: grant.key) else {
      if let pool, grant.isPoolProbe { pools[pool].circuit.releaseProbe(now: now) }
      return
    }
    let before = rest(of: keyPlace)
    switch end {
    case .served, .answered(.success), .answered(.clientFault):
      retryBudget.noteServed(policy: policy.retryBudget)
      closePool(pool)
      if let pool { pools[pool].servedLast = keyPlace }
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

  func rest(of keyPlace: Int) -> KeyHealth.Rest { keys.span[keyPlace].rest }

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
    let oldLanes = lanes
    let oldRoster = roster
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
      let old = oldPools.first { $0.level == pool.level }
      return PoolHealth(
        level: pool.level, range: pool.range, circuit: old?.circuit ?? Circuit(),
        servedLast: old?.servedLast.flatMap { newPlace(of: oldRoster[$0]) })
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
    for (place, key) in roster.enumerated() {
      guard let oldPlace = oldPlaces[key.id], oldRoster[oldPlace].level != key.level,
        oldRoster[oldPlace].incarnation == key.incarnation
      else { continue }
      takeAlong(key: place, from: oldLanes, level: oldRoster[oldPlace].level, at: oldPlace)
    }
    for place in keys.indices { refresh(key: place) }
  }

  /// A key that has changed its level takes along what is known of it and of each model.
  private mutating func takeAlong(
    key keyPlace: Int, from oldLanes: LaneSet, level: Int, at oldPlace: Int
  ) {
    guard let pool = pools.firstIndex(where: { $0.range.contains(keyPlace) }) else { return }
    for oldLane in oldLanes.indices where oldLanes[oldLane].level == level {
      let index = oldPlace - oldLanes[oldLane].range.lowerBound
      guard oldLanes[oldLane].isKnown(index) else { continue }
      let model = oldLanes[oldLane].model
      let place =
        lanes.place(level: pools[pool].level, model: model)
        ?? lane(pool: pool, model: model, now: oldLanes[oldLane].usedAt)
      lanes[place].inheritPair(
        keyPlace - pools[pool].range.lowerBound, from: oldLanes[oldLane], at: index)
    }
  }

  /// The place of the lane of a pool and model; made if there is none.
  mutating func lane(pool: Int, model: String, now: Moment) -> Int {
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
