/// What was wrong with an answer, as the short fixed codes of `AnswerFacts.anomalies`.
package enum AnswerAnomaly: String, CaseIterable, Sendable {
  /// A content coding that we did not ask for: relayed, not read.
  case codedAnswer = "coded_answer"
  /// A body that was promised to be JSON and is not.
  case answerNotJSON = "answer_not_json"
  /// An event of a stream whose data is not JSON.
  case eventNotJSON = "event_not_json"
  /// A figure below 0: taken as not stated.
  case usageNegative = "usage_negative"
  /// A figure above 2^40: taken as not stated.
  case usageOutOfRange = "usage_out_of_range"
  /// A figure that is not whole: rounded up.
  case usageFraction = "usage_fraction"
  /// A figure that is not a number: taken as not stated.
  case usageNotANumber = "usage_not_a_number"
  /// A figure that is stated twice in one answer or event, with two values: the last is taken.
  case usageRepeated = "usage_repeated"
  /// More tokens read from and written to the cache than there was input.
  case cachedExceedsInput = "cached_exceeds_input"
  /// More reasoning than output.
  case reasoningExceedsOutput = "reasoning_exceeds_output"
  /// The provider's total is not the sum of its parts by any known rule.
  case totalMismatch = "usage_total_mismatch"
  /// An iteration of a kind that is not known to be billed or not.
  case unknownIteration = "usage_iteration_unknown"
  /// A cost or duration below 0 or not a number: dropped.
  case amountUnreadable = "amount_unreadable"
}

/// A set of anomalies; reports each once, in the order of their declaration.
struct AnswerAnomalies: Equatable, Sendable {
  private var bits: UInt32 = 0

  mutating func insert(_ anomaly: AnswerAnomaly) {
    guard let index = AnswerAnomaly.allCases.firstIndex(of: anomaly) else { return }
    bits |= 1 << UInt32(index)
  }

  mutating func formUnion(_ other: AnswerAnomalies) { bits |= other.bits }

  var codes: [String] {
    guard bits != 0 else { return [] }
    return AnswerAnomaly.allCases.enumerated()
      .filter { bits & 1 << UInt32($0.offset) != 0 }
      .map(\.element.rawValue)
  }
}
