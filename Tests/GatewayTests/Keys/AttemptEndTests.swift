import Providers
import Testing

@testable import Gateway

@Suite("Ends of attempts")
struct AttemptEndTests {
  static let cases: [(AttemptEnd, isFinal: Bool, isProviderFailure: Bool, isTimeout: Bool)] = [
    (.served, true, false, false),
    (.answered(.success), true, false, false),
    (.answered(.clientFault), true, false, false),
    (.answered(.keyCannotServeModel), false, false, false),
    (.answered(.rateLimited(retryAfter: nil)), false, false, false),
    (.answered(.outOfMoney), false, false, false),
    (.answered(.keySuspect), false, false, false),
    (.answered(.providerFailing(retryAfter: nil)), false, true, false),
    (.connectFailed, false, true, false),
    (.tlsFailed, false, true, false),
    (.timedOut(billable: false), false, true, true),
    (.timedOut(billable: true), true, true, true),
    (.brokeOff, false, true, false),
    (.cutAfterContent, true, true, false),
    (.clientLeft, true, false, false),
  ]

  @Test(arguments: cases)
  func means(_ end: AttemptEnd, isFinal: Bool, isProviderFailure: Bool, isTimeout: Bool) {
    #expect(end.isFinal == isFinal)
    #expect(end.isProviderFailure == isProviderFailure)
    #expect(end.isTimeout == isTimeout)
  }
}
