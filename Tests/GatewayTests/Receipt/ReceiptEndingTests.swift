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
}
