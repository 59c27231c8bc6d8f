import Providers
import Testing

@testable import Gateway

@Suite("Attempts in a receipt")
struct ReceiptAttemptTests {
  private static let ends: [(AttemptEnd, ReceiptAttempt.End, Int64?)] = [
    (.served, .served, nil), (.answered(.success), .served, nil),
    (.answered(.clientFault), .clientFault, nil),
    (.answered(.keyCannotServeModel), .keyCannotServeModel, nil),
    (.answered(.rateLimited(retryAfter: .seconds(20))), .rateLimited, 20_000),
    (.answered(.rateLimited(retryAfter: nil)), .rateLimited, nil),
    (.answered(.outOfMoney), .outOfMoney, nil), (.answered(.keySuspect), .keySuspect, nil),
    (.answered(.providerFailing(retryAfter: .milliseconds(1_500))), .providerFailing, 1_500),
    (.answered(.providerFailing(retryAfter: .seconds(-1))), .providerFailing, 0),
    (.answered(.rateLimited(retryAfter: .seconds(Int64.max))), .rateLimited, .max),
    (.connectFailed, .connectFailed, nil), (.tlsFailed, .tlsFailed, nil),
    (.timedOut(billable: true), .timedOutBillable, nil),
    (.timedOut(billable: false), .timedOut, nil), (.brokeOff, .brokeOff, nil),
    (.cutAfterContent, .cutAfterContent, nil), (.clientLeft, .clientLeft, nil),
  ]

  @Test func everyEndHasItsReason() {
    for (end, reason, retryAfter) in Self.ends {
      var attempt = Self.attempt("k")
      attempt.note(end, from: Moment(nanoseconds: 1_000_000), to: Moment(nanoseconds: 8_999_999))
      #expect(attempt.end == reason)
      #expect(attempt.retryAfterMilliseconds == retryAfter, "\(end)")
      #expect(attempt.durationMilliseconds == 7)
    }
    #expect(Set(Self.ends.map(\.1)).count == ReceiptAttempt.End.allCases.count)
  }

  @Test func everyReasonHasItsOwnNumberAndWords() {
    let all = ReceiptAttempt.End.allCases
    #expect(all.map { Int($0.rawValue) } == Array(0..<all.count))
    #expect(Set(all.map(\.code)).count == all.count)
    #expect(Set(all.map(\.text)).count == all.count)
  }

  @Test func onlyWhatMayHaveBeenCarriedOutMayBeBilled() {
    let billed = ReceiptAttempt.End.allCases.filter { end in
      var attempt = Self.attempt("k")
      attempt.end = end
      return attempt.mayBeBilled
    }
    #expect(billed == [.timedOutBillable, .timedOut, .brokeOff, .cutAfterContent, .clientLeft])
  }

  @Test func aClockThatStandsStillOrGoesBackCountsNothing() {
    #expect(Moment(nanoseconds: 5).milliseconds(since: Moment(nanoseconds: 9_000_000)) == 0)
    #expect(Moment.distantFuture.milliseconds(since: .distantPast) == 0)
  }

  @Test func theFirstOnesAndTheLastAreListed() {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    for number in 1...100 { receipt.append(Self.attempt("\(number)")) }
    #expect(receipt.trail.count == Receipt.trailMax)
    #expect(receipt.trail.map(\.key) == (1...63).map(String.init) + ["100"])
  }

  @Test func whatTheyMayHaveCostIsSummedAndSaturates() {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    #expect(receipt.possibleCostNanoUSD == 0)
    for cost: Int64? in [5, nil, 7] {
      var attempt = Self.attempt("k")
      attempt.possibleCostNanoUSD = cost
      receipt.append(attempt)
    }
    #expect(receipt.possibleCostNanoUSD == 12)
    var dear = Self.attempt("k")
    dear.possibleCostNanoUSD = .max
    receipt.append(dear)
    #expect(receipt.possibleCostNanoUSD == .max)
  }

  static func attempt(_ key: String) -> ReceiptAttempt {
    ReceiptAttempt(provider: "p", model: "m", key: key, level: 1, waitMilliseconds: 0)
  }
}
