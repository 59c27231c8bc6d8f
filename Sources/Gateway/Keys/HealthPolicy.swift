/// The figures of key and provider health, in one place.
package struct HealthPolicy: Sendable {
  /// First rest of a (key, model) that is rate limited without a stated time; doubles each time.
  package var cooldownFirst: Duration = .seconds(1)
  package var cooldownMax: Duration = .seconds(60)
  /// A provider's `Retry-After` counts up to this: one request an hour then sees whether it holds.
  package var retryAfterMax: Duration = .seconds(3_600)
  /// How long it is remembered that a key cannot do a model.
  package var unfitRest: Duration = .seconds(600)

  /// After a failure of the provider, other keys go before this one; doubles each time in a row.
  package var doubtFirst: Duration = .seconds(1)
  package var doubtMax: Duration = .seconds(30)

  package var keyCircuit = Circuit.Policy(
    failuresMin: 5, gapMax: .seconds(30), openFirst: .seconds(5), openMax: .seconds(60))
  /// Counted across the keys of a pool: a thousand keys need not each fail.
  ///
  /// A probe is a request that would be refused else: one in five seconds is no load, and a provider
  /// that is back is used again soon.
  package var poolCircuit = Circuit.Policy(
    failuresMin: 10, gapMax: .seconds(30), openFirst: .seconds(2), openMax: .seconds(5))

  /// How many keys of a stopped pool are asked in quick succession.
  ///
  /// Nothing bad is known of them, and one may serve. When so many have failed, the others will too.
  package var looksMax = 256

  /// Counted across all levels: for want of a connection no level is better than another.
  package var providerCircuit = Circuit.Policy(
    failuresMin: 10, gapMax: .seconds(30), openFirst: .seconds(2), openMax: .seconds(5))

  package var retryBudget = RetryBudget.Policy()

  /// Between two validations of one key; doubles until a request succeeds with it.
  package var validationGapFirst: Duration = .seconds(10)
  package var validationGapMax: Duration = .seconds(600)
  /// The first validation of a key that ran out of money: filling an account takes a person.
  package var moneyGapFirst: Duration = .seconds(60)
  package var moneyGapMax: Duration = .seconds(3_600)

  /// Requests that waited are let go in batches of the usable keys, this far apart.
  package var lineSpacing: Duration = .milliseconds(10)
  package var lineMax = 4_096
  /// How often a request that waits for a circuit looks again: it may close at any moment.
  package var lookAgain: Duration = .milliseconds(100)
  /// How often one looks that waits for keys to cool: others may be added or heal.
  ///
  /// A full line looks at a large pool as many times in that span as it has requests.
  package var coolingLook: Duration = .seconds(1)

  /// Models of one pool whose state is kept; beyond it, the longest unused is forgotten.
  package var lanesMax = 128

  package init() {}
}

/// Random bits as an argument become a jitter: policy has no randomness of its own.
enum Jitter {
  /// `duration` lengthened by up to a quarter, so that those who rest do not come back at once.
  static func lengthened(_ duration: Duration, by random: UInt64) -> Duration {
    let parts = Int64(truncatingIfNeeded: random >> 54)  // 0...1023
    return duration + duration * Int(parts) / 4_096
  }

  /// `first` doubled `times` times, at most `limit`.
  static func doubled(_ first: Duration, times: Int, limit: Duration) -> Duration {
    var duration = first
    for _ in 0..<min(max(times, 0), 40) {
      guard duration < limit else { break }
      duration = duration * 2
    }
    return min(duration, limit)
  }
}
