import Testing

@testable import Gateway

@Suite("Health of keys")
struct KeyHealthTests {
  let policy = HealthPolicy()

  func health() throws -> KeyHealth { KeyHealth(try RosterTests.key("k")) }

  @Test func doubtDoublesWithFailuresInARow() throws {
    var health = try health()
    for expected in [1, 2, 4, 8, 16, 30, 30] as [Double] {
      health.failureDoubtUntil = .distantPast
      health.providerFailed(
        isProbe: false, isAlone: false, retryAfter: nil, now: .at(0), policy: policy, random: 0)
      #expect(health.doubtUntil == .at(expected))
    }
    health.succeeded(now: .at(1))
    #expect(health.doubtUntil == .distantPast && health.blockedUntil == .distantPast)
  }

  /// While it is tried, and after a trial without a verdict, it is in doubt as after a failure.
  @Test func aTrialRenewsTheDoubt() throws {
    var health = try health()
    health.providerFailed(
      isProbe: false, isAlone: false, retryAfter: nil, now: .at(0), policy: policy, random: 0)
    #expect(health.isFailing)
    health.beginTrial(now: .at(5), policy: policy)
    #expect(health.doubtUntil == .at(7) && health.isFailing)
    health.providerFailed(
      isProbe: false, isAlone: false, retryAfter: nil, now: .at(6), policy: policy, random: 0)
    #expect(health.doubtUntil == .at(8))
    health.beginTrial(now: .at(9), policy: policy)
    health.succeeded(now: .at(9))
    #expect(health.doubtUntil == .distantPast && !health.isFailing)
  }

  @Test func fiveFailuresInARowOpenTheCircuit() throws {
    var health = try health()
    for count in 1...5 {
      #expect(health.blockedUntil == .distantPast, "after \(count - 1)")
      health.providerFailed(
        isProbe: false, isAlone: false, retryAfter: nil, now: .at(0), policy: policy, random: 0)
    }
    #expect(health.blockedUntil == .at(5))
  }

  /// What fails with all keys is the provider: no key is left alone for it when that is over.
  @Test func failuresOfOneThatIsAloneCountOnce() throws {
    var health = try health()
    for _ in 1...20 {
      health.providerFailed(
        isProbe: false, isAlone: true, retryAfter: nil, now: .at(3), policy: policy, random: 0)
    }
    #expect(health.isFailing && health.doubtUntil == .at(4))
    #expect(health.blockedUntil == .distantPast)
    for _ in 1...6 {
      health.providerFailed(
        isProbe: false, isAlone: false, retryAfter: nil, now: .at(5), policy: policy, random: 0)
    }
    #expect(health.blockedUntil == .at(10))
    health.circuit.beginProbe(now: .at(10), policy: policy.keyCircuit)
    health.providerFailed(
      isProbe: true, isAlone: true, retryAfter: nil, now: .at(11), policy: policy, random: 0)
    #expect(health.circuit.verdict(now: .at(11)) == .probe)
  }

  /// A client's request may only throw suspicion: other keys go first, the key stays usable.
  @Test func aSuspectKeyStaysUsableUntilAValidation() throws {
    var health = try health()
    health.becameSuspect(now: .at(1), policy: policy)
    #expect(health.blockedUntil == .distantPast && health.doubtUntil == .distantFuture)
    #expect(health.validationDueAt == .at(1))
    #expect(health.takeValidation(now: .at(0.9), policy: policy) == false)
    #expect(health.takeValidation(now: .at(1), policy: policy) == true)
    #expect(health.takeValidation(now: .at(2), policy: policy) == false, "given out once")
    health.validated(.invalid, now: .at(3), policy: policy)
    #expect(health.blockedUntil == .distantFuture)
    #expect(
      health.takeValidation(now: .at(11), policy: policy) == true, "asked again after the gap")
    health.validated(.undecided, now: .at(12), policy: policy)
    #expect(health.blockedUntil == .distantFuture)
    #expect(health.takeValidation(now: .at(31), policy: policy) == true)
    health.validated(.valid, now: .at(32), policy: policy)
    #expect(health.blockedUntil == .distantPast && health.doubtUntil == .distantPast)
    #expect(health.validationDueAt == nil)
  }

  @Test func aSuccessEndsASuspicion() throws {
    var health = try health()
    health.becameSuspect(now: .at(1), policy: policy)
    health.succeeded(now: .at(1))
    #expect(health.validity == .good && health.validationDueAt == nil)
  }

  /// Suspicion thrown again and again does not have us ask the provider each time.
  @Test func validationsKeepTheirGap() throws {
    var health = try health()
    var asked: [Double] = []
    for second in stride(from: 0.0, to: 600, by: 0.5) {
      health.becameSuspect(now: .at(second), policy: policy)
      if health.takeValidation(now: .at(second), policy: policy) {
        asked.append(second)
        health.validated(.valid, now: .at(second), policy: policy)
      }
    }
    #expect(asked == [0, 10, 30, 70, 150, 310])
  }

  @Test func aKeyWithoutMoneyRestsUntilAValidation() throws {
    var health = try health()
    health.ranOutOfMoney(now: .at(0), policy: policy)
    #expect(health.blockedUntil == .distantFuture)
    #expect(health.validationDueAt == .at(60))
    #expect(health.takeValidation(now: .at(60), policy: policy) == true)
    health.validated(.outOfMoney, now: .at(61), policy: policy)
    #expect(health.blockedUntil == .distantFuture && health.validationDueAt == .at(120))
    #expect(health.takeValidation(now: .at(120), policy: policy) == true)
    health.validated(.valid, now: .at(121), policy: policy)
    #expect(health.blockedUntil == .distantPast)
  }

  @Test func aValidationMayFindTheAccountEmpty() throws {
    var health = try health()
    health.becameSuspect(now: .at(0), policy: policy)
    #expect(health.takeValidation(now: .at(0), policy: policy) == true)
    health.validated(.outOfMoney, now: .at(1), policy: policy)
    #expect(health.isOutOfMoney && health.validity == .good)
    #expect(health.blockedUntil == .distantFuture)
  }

  // MARK: - Routine

  /// A healthy key is looked at between half an interval and one and a half, whatever chance says.
  @Test(arguments: [0, 1, .max / 2, .max] as [UInt64])
  func healthyKeysAreLookedAtNowAndThen(random: UInt64) throws {
    var health = try health()
    var asked: [Double] = []
    for second in stride(from: 0.0, to: 600, by: 1) {
      let isDue = health.takeValidation(
        now: .at(second), policy: policy, interval: .seconds(100), random: random)
      if isDue {
        asked.append(second)
        health.validated(.valid, now: .at(second), policy: policy)
      }
    }
    #expect((3...12).contains(asked.count), "\(asked)")
    for (one, next) in zip([0] + asked, asked) { #expect((50...151).contains(next - one)) }
  }

  @Test func withoutAnIntervalNobodyLooksAtAHealthyKey() throws {
    var health = try health()
    for second in stride(from: 0.0, to: 100_000, by: 100) {
      #expect(health.takeValidation(now: .at(second), policy: policy) == false)
    }
  }

  @Test func aShorterIntervalCountsAtOnce() throws {
    var health = try health()
    let long = Duration.seconds(100_000)
    #expect(health.takeValidation(now: .at(0), policy: policy, interval: long) == false)
    let short = Duration.seconds(10)
    #expect(health.takeValidation(now: .at(1), policy: policy, interval: short) == false)
    #expect(health.takeValidation(now: .at(16), policy: policy, interval: short) == true)
  }

  /// A healthy key that could not be asked about stays healthy, and is not hunted.
  @Test func aRoutineWithoutAnAnswerChangesNothing() throws {
    var health = try health()
    health.validated(.undecided, now: .at(1), policy: policy)
    #expect(health.validity == .good && health.validationDueAt == nil)
    #expect(health.lastCheck == KeyCheck(verdict: .undecided, at: .at(1), models: nil))
  }

  @Test func aRoutineFindsAKeyInvalid() throws {
    var health = try health()
    health.validated(.invalid, now: .at(1), policy: policy)
    #expect(health.blockedUntil == .distantFuture && health.validationDueAt == .at(11))
  }

  // MARK: - What is shown

  @Test func theSuccessRateIsOfTheLastMinutes() throws {
    var health = try health()
    for _ in 0..<3 { health.succeeded(now: .at(10)) }
    health.refused(now: .at(11))
    #expect(health.recent.counts(now: .at(12)) == (3, 4))
    #expect(health.recent.counts(now: .at(1_000)) == (0, 0))
    #expect(health.successes == 3 && health.failures == 1)
  }

  @Test func aStreamThatIsCutIsOneAttemptThatFailed() throws {
    var health = try health()
    health.succeeded(now: .at(10))
    health.takeBackSuccess(now: .at(11))
    health.providerFailed(
      isProbe: false, isAlone: false, retryAfter: nil, now: .at(11), policy: policy, random: 0)
    #expect(health.recent.counts(now: .at(12)) == (0, 1))
    #expect(health.successes == 0 && health.failures == 1)
  }

  /// The provider took the key, so it is good; the request was not served all the same.
  @Test func aModelThatItCannotDoIsNoSuccess() throws {
    var health = try health()
    health.becameSuspect(now: .at(1), policy: policy)
    health.couldNotServe(now: .at(2))
    #expect(health.validity == .good && health.validationDueAt == nil)
    #expect(health.recent.counts(now: .at(3)) == (0, 2))
    #expect(health.successes == 0 && health.failures == 2)
  }
}
