package import Providers

/// What a validation of ours found out about a key.
package enum KeyValidation: String, Sendable, CaseIterable {
  case valid
  case invalid
  case outOfMoney = "out_of_money"
  /// The provider could not be asked, or its answer says nothing of the key.
  case undecided
}

/// All that the answer to a validation says.
package struct KeyFindings: Sendable {
  package var verdict: KeyValidation
  /// The models that the provider shows to the key; nil where it told no whole list.
  package var models: Set<String>?
  package var quota: QuotaReading?

  package init(
    _ verdict: KeyValidation, models: Set<String>? = nil, quota: QuotaReading? = nil
  ) {
    self.verdict = verdict
    self.models = models
    self.quota = quota
  }
}

/// The last validation of a key.
package struct KeyCheck: Equatable, Sendable {
  package var verdict: KeyValidation
  package var at: Moment
  /// Shared by keys that have the same.
  package var models: Set<String>?
}

/// When and how many keys are validated without a reason.
package struct KeyCheckPolicy: Sendable {
  /// Between two validations of a healthy key, half of it more or less; nil: never.
  package var interval: Duration?
  /// How many are given out at most.
  package var countMax: Int

  package init(interval: Duration?, countMax: Int) {
    self.interval = interval
    self.countMax = countMax
  }
}
