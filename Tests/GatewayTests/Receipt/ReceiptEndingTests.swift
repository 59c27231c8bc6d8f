import Testing

@testable import Gateway

@Suite("Endings of answers")
struct ReceiptEndingTests {
  /// Scripts search for these words: they never change.
  @Test func theCodesAreFixed() {
    #expect(
      ReceiptEnding.allCases.map(\.rawValue) == [
        "client_left", "client_left_drained", "client_left_drain_capped", "provider_broke_off",
        "provider_silent", "cut_by_operator", "error_event",
      ])
  }

  @Test func eachIsSaidOnce() {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    for ending in [ReceiptEnding.errorEvent, .clientLeft, .errorEvent, .clientLeft] {
      receipt.note(ending)
    }
    #expect(receipt.anomalies == ["error_event", "client_left"])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var outcome = Receipt.Outcome.abandoned
    let before: [String]
    let after: [String]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "nothing is said", before: [], after: ["client_left"]),
    Case(
      name: "something else is", before: ["error response"],
      after: ["error response", "client_left"]),
    Case(
      name: "an error of the answer", before: ["error_event"],
      after: ["error_event", "client_left"]),
    Case(name: "drained", before: ["client_left_drained"], after: ["client_left_drained"]),
    Case(name: "capped", before: ["client_left_drain_capped"], after: ["client_left_drain_capped"]),
    Case(name: "broken off", before: ["provider_broke_off"], after: ["provider_broke_off"]),
    Case(name: "cut", before: ["cut_by_operator", "x"], after: ["cut_by_operator", "x"]),
    Case(name: "served", outcome: .served, before: [], after: []),
    Case(name: "failed", outcome: .failed, before: ["x"], after: ["x"]),
  ]

  /// A request that was abandoned always says how.
  @Test(arguments: cases)
  func leavingIsSaid(_ example: Case) {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.outcome = example.outcome
    receipt.anomalies = example.before
    for _ in 0..<2 { receipt.noteLeaving(.clientLeft) }
    #expect(receipt.anomalies == example.after)
  }
}
