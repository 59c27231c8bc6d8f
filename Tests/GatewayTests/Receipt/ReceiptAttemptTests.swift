import Testing

@testable import Gateway

@Suite("Attempts in a receipt")
struct ReceiptAttemptTests {
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
