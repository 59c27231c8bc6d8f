// Who has to wait, for what, and until when.

extension ProviderHealth {
  /// Nobody passes an open circuit; who waits for one looks again now and then.
  func stopped(_ circuit: Circuit, _ until: Moment, _ now: Moment) -> KeyAnswer {
    let again = min(until, now + policy.lookAgain)
    return .none(
      Obstacle(
        againAt: again, usableAt: circuit.isProbing ? again : until,
        restEndsAt: circuit.isProbing ? nil : until, isCircuitOpen: true))
  }

  /// Says why a lane has no key: the careful look, taken only then.
  ///
  /// Keys are added and heal while others rest: who waits looks again now and then for those too.
  func obstacle(lane place: Int, _ request: KeyRequest, now: Moment) -> Obstacle {
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
      let isCooling = pair.coolsUntil > now
      let again = min(until, now + (isCooling ? policy.coolingLook : policy.lookAgain))
      let end = isCooling || !key.circuit.isProbing ? until : nil
      obstacle.isCooling = obstacle.isCooling || isCooling
      obstacle.isCircuitOpen = obstacle.isCircuitOpen || !isCooling
      obstacle.againAt = Obstacle.earlier(obstacle.againAt, again)
      obstacle.usableAt = Obstacle.earlier(obstacle.usableAt, end ?? again)
      obstacle.restEndsAt = Obstacle.earlier(obstacle.restEndsAt, end)
    }
    return obstacle
  }

  // MARK: - Lines

  /// When a request may ask again that has others before it in a lane's line; nil: it may go now.
  mutating func delay(
    of ticket: UInt64?, lane place: Int, isProbe: Bool, now: Moment
  ) -> Moment? {
    guard !lanes[place].line.isEmpty else { return nil }
    // The probe of a pool is one request: the first in the line.
    let usable = isProbe ? 1 : lanes[place].usableCount(now: now)
    guard usable > 0 else { return nil }
    return lanes[place].line.delay(
      of: ticket, usableKeys: usable, now: now, spacing: policy.lineSpacing)
  }

  /// What keeps back a request that has others before it: what its keys still rest for, and if none
  /// does any more, what those in the line have waited for.
  func inLine(
    until again: Moment, lane place: Int, _ request: KeyRequest, isProbe: Bool, now: Moment
  ) -> Obstacle {
    guard !isProbe else {
      return Obstacle(againAt: again, usableAt: again, isCircuitOpen: true)
    }
    var obstacle = obstacle(lane: place, request, now: now)
    obstacle.againAt = again
    obstacle.usableAt = again
    obstacle.restEndsAt = nil
    obstacle.isInLine = true
    if !obstacle.isCooling, !obstacle.isCircuitOpen {
      let isForCooling = lanes[place].line.isForCooling
      obstacle.isCooling = isForCooling
      obstacle.isCircuitOpen = !isForCooling
    }
    return obstacle
  }

  /// Takes a ticket in the line of a pool and model, or notes that its holder still waits; nil if
  /// the line is full.
  ///
  /// Who was in it before comes back with its old ticket, to its old place.
  mutating func join(
    level: Int, model: String, roster: Roster, _ stay: Stay, now: Moment
  ) -> UInt64? {
    adopt(roster)
    guard let pool = pools.firstIndex(where: { $0.level == level }) else { return nil }
    let place = lane(pool: pool, model: model, now: now)
    let isIn = stay.ticket.map { lanes[place].line.holds($0) } ?? false
    guard isIn || lanes[place].line.count < policy.lineMax else { return nil }
    if stay.ticket == nil { tickets += 1 }
    let number = stay.ticket ?? tickets
    lanes[place].line.join(number: number, deadline: stay.deadline, looksAt: stay.looksAt)
    if let isForCooling = stay.isForCooling { lanes[place].line.isForCooling = isForCooling }
    return number
  }

  mutating func leave(ticket: UInt64, level: Int, model: String) {
    guard let place = lanes.place(level: level, model: model) else { return }
    lanes[place].line.leave(number: ticket)
  }
}
