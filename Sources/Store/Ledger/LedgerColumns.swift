import Gateway
import JSON
import Providers

/// The columns of the request table in the one order in which they are written and read.
enum LedgerColumns {
  static let all = listed + ["detail"]

  /// Those that a list of requests needs.
  static let listed = facts + usage

  /// All of them as they follow one another in the table, behind its own number.
  static let inTable = facts[..<costPlace] + usage + facts[costPlace...] + ["detail"]

  private static let costPlace = facts.firstIndex(of: "cost_nano_usd") ?? facts.count

  private static let facts = [
    "request_id", "started_at", "finished_at", "user", "token", "dialect", "endpoint", "model",
    "upstream_model", "provider", "key", "level", "attempts", "status", "stream", "outcome",
    "usage_source", "cost_nano_usd", "anomalies", "ttft_ms", "duration_ms", "price_version",
  ]

  /// Where the usage begins, counted from 0.
  static let usageStart = facts.count

  static let usage = [
    "input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens",
    "cache_write_5m_tokens", "cache_write_1h_tokens", "reasoning_tokens", "input_audio_tokens",
    "output_audio_tokens", "input_image_tokens", "output_image_tokens",
    "cached_input_audio_tokens", "cached_input_image_tokens", "tool_use_input_tokens",
    "accepted_prediction_tokens", "rejected_prediction_tokens",
  ]

  /// The whole receipt of a row that was selected with `all`.
  static func fullReceipt(of row: borrowing Statement) throws(StoreError) -> Receipt {
    var receipt = try receipt(of: row)
    // Rows of before there was a detail have none.
    guard !row.isNull(listed.count) else { return receipt }
    guard ReceiptDetail.read(row.bytes(listed.count), into: &receipt) else {
      throw .damaged("request \(receipt.requestID) has a detail that cannot be read")
    }
    return receipt
  }

  /// The receipt of a row that was selected with `listed`, without its detail.
  static func receipt(of row: borrowing Statement) throws(StoreError) -> Receipt {
    var receipt = Receipt(requestID: row.text(0), startedAtMilliseconds: row.int(1))
    receipt.user = row.optionalText(3)
    receipt.token = row.optionalText(4)
    receipt.dialect = row.optionalText(5).flatMap { Dialect(rawValue: $0) }
    receipt.endpoint = row.optionalText(6).flatMap { Endpoint(rawValue: $0) }
    receipt.model = row.optionalText(7)
    receipt.upstreamModel = row.optionalText(8)
    receipt.provider = row.optionalText(9)
    receipt.key = row.optionalText(10)
    receipt.level = row.optionalInt(11).map { Int(truncatingIfNeeded: $0) }
    receipt.attempts = Int(truncatingIfNeeded: row.int(12))
    receipt.status = Int(truncatingIfNeeded: row.int(13))
    receipt.isStream = row.int(14) != 0
    guard let outcome = Receipt.Outcome(rawValue: row.text(15)),
      let source = Receipt.UsageSource(rawValue: row.text(16))
    else { throw .damaged("request \(receipt.requestID) has an unknown outcome") }
    receipt.outcome = outcome
    receipt.usageSource = source
    receipt.costNanoUSD = row.optionalInt(17)
    receipt.anomalies = try anomalies(of: row.bytes(18), receipt.requestID)
    receipt.timeToFirstTokenMilliseconds = row.optionalInt(19)
    receipt.durationMilliseconds = row.int(20)
    receipt.priceVersion = row.optionalText(21)
    receipt.usage = usage { row.int(usageStart + $0) }
    return receipt
  }

  private static func anomalies(
    of text: [UInt8], _ requestID: String
  ) throws(StoreError) -> [String] {
    guard text.count > 2 else { return [] }
    guard let array = (try? JSONValue(parsing: text))?.array else {
      throw .damaged("request \(requestID) has anomalies that are no JSON array")
    }
    return array.compactMap(\.string)
  }

  /// The values of a usage in the order of `usage`.
  static func forEach<Failure: Error>(
    _ usage: Usage, _ body: (Int64) throws(Failure) -> Void
  ) throws(Failure) {
    try body(usage.inputTokens)
    try body(usage.outputTokens)
    try body(usage.cachedInputTokens)
    try body(usage.cacheWriteTokens)
    try body(usage.cacheWrite5mTokens)
    try body(usage.cacheWrite1hTokens)
    try body(usage.reasoningTokens)
    try body(usage.inputAudioTokens)
    try body(usage.outputAudioTokens)
    try body(usage.inputImageTokens)
    try body(usage.outputImageTokens)
    try body(usage.cachedInputAudioTokens)
    try body(usage.cachedInputImageTokens)
    try body(usage.toolUseInputTokens)
    try body(usage.acceptedPredictionTokens)
    try body(usage.rejectedPredictionTokens)
  }

  /// A usage from its values in the order of `usage`.
  static func usage(_ value: (Int) -> Int64) -> Usage {
    var usage = Usage()
    usage.inputTokens = value(0)
    usage.outputTokens = value(1)
    usage.cachedInputTokens = value(2)
    usage.cacheWriteTokens = value(3)
    usage.cacheWrite5mTokens = value(4)
    usage.cacheWrite1hTokens = value(5)
    usage.reasoningTokens = value(6)
    usage.inputAudioTokens = value(7)
    usage.outputAudioTokens = value(8)
    usage.inputImageTokens = value(9)
    usage.outputImageTokens = value(10)
    usage.cachedInputAudioTokens = value(11)
    usage.cachedInputImageTokens = value(12)
    usage.toolUseInputTokens = value(13)
    usage.acceptedPredictionTokens = value(14)
    usage.rejectedPredictionTokens = value(15)
    return usage
  }
}
