import Providers

// What the end of an attempt says of a key, of its models and of its pool.

extension ProviderHealth {
  mutating func closePool(_ pool: Int?) {
    guard let pool else { return }
    pools[pool].circuit.succeeded()
    if pools[pool].probes > 0 { pools[pool].probes = 0 }
  }

  mutating func limited(
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

  mutating func failed(
    _ grant: Grant, key: Int, pool: Int?, retryAfter: Duration?, now: Moment, random: UInt64
  ) {
    let wasFailing = keys[key].isFailing
    keys[key].providerFailed(
      isProbe: grant.isKeyProbe, isAlone: !hasGoodKey(beside: key, grant, now: now),
      retryAfter: retryAfter, now: now, policy: policy, random: random)
    if let place = lanes.place(level: grant.level, model: grant.model) {
      lanes[place].line.restart()
    }
    // A trial that fails says nothing of the pool, which has a key with a good record; nor does a
    // retry with a key that is known to fail, or one failure of the good one would stop them all.
    guard let pool, !grant.isTrial, !(grant.isRetry && wasFailing && !grant.isPoolProbe) else {
      return
    }
    pools[pool].circuit.failed(
      isProbe: grant.isPoolProbe, reopening: reopening(pool, wasFailing: wasFailing), now: now,
      policy: policy.poolCircuit, random: random)
  }

  /// Whether another key could serve what an attempt has failed to.
  private func hasGoodKey(beside key: Int, _ grant: Grant, now: Moment) -> Bool {
    guard let place = lanes.place(level: grant.level, model: grant.model),
      lanes[place].range.contains(key)
    else { return true }
    let index = key - lanes[place].range.lowerBound
    return lanes[place].hasGoodKey(beside: index, now: now)
  }

  /// A probe that finds out one more key says little of the others, and so does one of the key that
  /// served last: the next is asked soon, and where so many have failed that all must, at an even pace.
  private func reopening(_ pool: Int, wasFailing: Bool) -> Circuit.Reopening {
    guard !wasFailing || pools[pool].hasProbedServedLast else { return .twiceAsLong }
    return pools[pool].probes <= policy.looksMax ? .briefly : .asLong
  }

  mutating func note(_ quota: Quota, _ grant: Grant, key keyPlace: Int) {
    if quota.reading.countsAllModels {
      keys[keyPlace].quota = quota
    } else if let place = lanes.place(level: grant.level, model: grant.model),
      lanes[place].range.contains(keyPlace)
    {
      let rest = rest(of: keyPlace)
      lanes[place].note(quota, keyPlace - lanes[place].range.lowerBound, of: rest)
    }
  }

  mutating func changePair(
    _ grant: Grant, _ keyPlace: Int, _ change: (inout Lane.Pair) -> Void
  ) {
    guard let place = lanes.place(level: grant.level, model: grant.model),
      lanes[place].range.contains(keyPlace)
    else { return }
    let rest = rest(of: keyPlace)
    lanes[place].change(keyPlace - lanes[place].range.lowerBound, of: rest, change)
  }
}
