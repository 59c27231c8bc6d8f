package import Gateway
import JSON
import Providers

/// Writes rows of the request table; belongs to the owner's connection.
///
/// A row costs about 4.5 µs in batches of 500 if request ids rise with time, and three times that
/// if they are in no order: then each row touches a page of the index of ids that no other does.
package final class Ledger {
  private let database: Database
  private let insert: Statement

  /// Longest text of a column, in bytes: what a client sends as a model name can be megabytes.
  package static let textBytesMax = 512
  private static let anomaliesMax = 32

  package init(_ database: Database) throws(StoreError) {
    self.database = database
    let names = LedgerColumns.all
    let values = (1...names.count).map { "?\($0)" }
    // A request that is there already is the same request: a replay doubles nothing.
    insert = try database.prepare(
      """
      INSERT INTO request (\(names.joined(separator: ", ")))
      VALUES (\(values.joined(separator: ", "))) ON CONFLICT (request_id) DO NOTHING
      """, isKept: true)
  }

  /// Adds the row of a request; in the caller's transaction.
  package func add(_ receipt: Receipt) throws(StoreError) {
    try bind(receipt)
    try insert.run()
  }

  /// Corrects how a request ended; all else of its row stays.
  package static func amend(_ receipt: Receipt, in database: Database) throws(StoreError) {
    let statement = try database.prepare("UPDATE request SET outcome = ?2 WHERE request_id = ?1")
    try statement.bind(1, clipped(receipt.requestID))
    try statement.bind(2, receipt.outcome.rawValue)
    try statement.run()
  }

  /// Removes a few of the oldest rows; in the caller's transaction.
  ///
  /// - Parameters:
  ///   - milliseconds: Rows that finished before this Unix time go.
  ///   - rowsMax: How many at most: a step must not hold the writer up.
  ///   - database: The owner's.
  /// - Returns: How many went.
  /// - Throws: `StoreError.sqlite`.
  package static func purge(
    finishedBefore milliseconds: Int64, rowsMax: Int, in database: Database
  ) throws(StoreError) -> Int {
    let statement = try database.prepare(
      """
      DELETE FROM request WHERE id IN
        (SELECT id FROM request WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)
      """)
    try statement.bind(1, milliseconds)
    try statement.bind(2, Int64(rowsMax))
    try statement.run()
    return database.changeCount
  }

  /// In the order of `LedgerColumns.all`; the round trip of a test holds the two together.
  private func bind(_ receipt: Receipt) throws(StoreError) {
    let (finished, overflow) = receipt.startedAtMilliseconds
      .addingReportingOverflow(receipt.durationMilliseconds)
    try insert.bind(1, clipped(receipt.requestID))
    try insert.bind(2, receipt.startedAtMilliseconds)
    try insert.bind(3, overflow ? receipt.startedAtMilliseconds : finished)
    try insert.bind(4, clipped(receipt.user))
    try insert.bind(5, clipped(receipt.token))
    try insert.bind(6, receipt.dialect?.rawValue)
    try insert.bind(7, receipt.endpoint?.rawValue)
    try insert.bind(8, clipped(receipt.model))
    try insert.bind(9, clipped(receipt.upstreamModel))
    try insert.bind(10, clipped(receipt.provider))
    try insert.bind(11, clipped(receipt.key))
    try insert.bind(12, receipt.level.map { Int64($0) })
    try insert.bind(13, Int64(receipt.attempts))
    try insert.bind(14, Int64(receipt.status))
    try insert.bind(15, receipt.isStream ? 1 : 0)
    try insert.bind(16, receipt.outcome.rawValue)
    try insert.bind(17, receipt.usageSource.rawValue)
    try insert.bind(18, receipt.costNanoUSD)
    try insert.bind(19, Self.text(anomalies: receipt.anomalies))
    try insert.bind(20, receipt.timeToFirstTokenMilliseconds)
    try insert.bind(21, receipt.durationMilliseconds)
    try bind(receipt.usage, from: LedgerColumns.usageStart + 1)
  }

  /// In the order of `LedgerColumns.usage`.
  private func bind(_ usage: Usage, from position: Int) throws(StoreError) {
    try insert.bind(position, usage.inputTokens)
    try insert.bind(position + 1, usage.outputTokens)
    try insert.bind(position + 2, usage.cachedInputTokens)
    try insert.bind(position + 3, usage.cacheWriteTokens)
    try insert.bind(position + 4, usage.cacheWrite5mTokens)
    try insert.bind(position + 5, usage.cacheWrite1hTokens)
    try insert.bind(position + 6, usage.reasoningTokens)
    try insert.bind(position + 7, usage.inputAudioTokens)
    try insert.bind(position + 8, usage.outputAudioTokens)
    try insert.bind(position + 9, usage.inputImageTokens)
    try insert.bind(position + 10, usage.outputImageTokens)
    try insert.bind(position + 11, usage.cachedInputAudioTokens)
    try insert.bind(position + 12, usage.cachedInputImageTokens)
    try insert.bind(position + 13, usage.toolUseInputTokens)
    try insert.bind(position + 14, usage.acceptedPredictionTokens)
    try insert.bind(position + 15, usage.rejectedPredictionTokens)
  }

  private static func text(anomalies: [String]) -> String {
    guard !anomalies.isEmpty else { return "[]" }
    return JSONValue.array(anomalies.prefix(anomaliesMax).map { .string(clipped($0)) }).text
  }
}

/// At most `Ledger.textBytesMax` bytes of a text, cut between characters.
func clipped(_ text: String) -> String {
  guard text.utf8.count > Ledger.textBytesMax else { return text }
  var end = text.utf8.index(text.startIndex, offsetBy: Ledger.textBytesMax)
  while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
    end = text.utf8.index(before: end)
  }
  return String(text[..<end])
}

private func clipped(_ text: String?) -> String? { text.map { clipped($0) } }
