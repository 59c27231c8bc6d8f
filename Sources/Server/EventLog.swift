import Gateway
package import Log
import Providers

/// Writes log lines of the node's level and above.
///
/// Shared by all loops. A line is made only if its level is wanted.
package final class EventLog: Sendable {
  private let least: LogLevel
  private let write: @Sendable ([UInt8]) -> Void

  /// `write` takes whole lines, from any thread, and must not block for long.
  package init(least: LogLevel, write: @escaping @Sendable ([UInt8]) -> Void) {
    self.least = least
    self.write = write
  }

  func log(
    _ level: LogLevel, _ event: StaticString, _ fields: (inout LogLine) -> Void
  ) {
    guard level >= least else { return }
    var line = LogLine(level, event, atMilliseconds: wallClockMilliseconds())
    fields(&line)
    write(line.finish())
  }

  private static func level(_ outcome: Receipt.Outcome) -> LogLevel {
    switch outcome {
    case .failed, .cut, .crashed: .warn
    case .served, .rejected, .refused, .abandoned: .debug
    }
  }

  /// Whether a request that ends so is worth a line; to be asked before a receipt is handed over.
  func wants(_ outcome: Receipt.Outcome) -> Bool { Self.level(outcome) >= least }

  /// A finished request: failures at `warn`, the others at `debug`, since the ledger has them all.
  func log(_ receipt: Receipt) {
    log(Self.level(receipt.outcome), "request.finished") { line in
      line.field("request", receipt.requestID)
      line.field("outcome", receipt.outcome.rawValue)
      line.field("status", receipt.status)
      line.field("attempts", receipt.attempts)
      line.field("user", receipt.user)
      line.field("endpoint", receipt.endpoint?.rawValue)
      line.field("provider", receipt.provider)
      line.field("key", receipt.key)
      line.field("ms", receipt.durationMilliseconds)
      if let anomaly = receipt.anomalies.first { line.text("reason", anomaly) }
    }
  }
}
