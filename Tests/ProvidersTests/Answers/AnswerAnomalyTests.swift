import Testing

@testable import Providers

@Suite("Anomalies")
struct AnswerAnomalyTests {
  @Test func areReportedOnceInTheirOrder() {
    var anomalies = AnswerAnomalies()
    #expect(anomalies.codes.isEmpty)
    anomalies.insert(.totalMismatch)
    anomalies.insert(.usageNegative)
    anomalies.insert(.usageNegative)
    var more = AnswerAnomalies()
    more.insert(.codedAnswer)
    anomalies.formUnion(more)
    #expect(anomalies.codes == ["coded_answer", "usage_negative", "usage_total_mismatch"])
  }

  @Test func codesAreShortAndPlain() {
    for anomaly in AnswerAnomaly.allCases {
      #expect(anomaly.rawValue.count <= 32)
      #expect(anomaly.rawValue.allSatisfy { $0.isLowercase || $0 == "_" || $0.isNumber })
    }
  }
}
