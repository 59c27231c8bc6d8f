import Providers
import Gateway
import Log
import Locks
import Testing

@testable import Server

/// Keeps the lines of a log.
final class LogLines: Sendable {
  private let lines = Guarded<[String]>([])

  func log(least: LogLevel = .debug) -> EventLog {
    EventLog(least: least) { [self] bytes in
      lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
    }
  }

  var all: [String] { lines.withLock { $0 } }
  var text: String { all.joined() }
}

@Suite("The log of the server")
struct EventLogTests {
  @Test func makesNoLineBelowItsLevel() {
    let lines = LogLines()
    let log = lines.log(least: .warn)
    log.log(.info, "a.happened") { _ in Issue.record("the fields of an unwanted line were made") }
    log.log(.error, "b.happened") { $0.field("name", "x y") }
    #expect(lines.all.count == 1)
    #expect(lines.text.hasSuffix("level=error event=b.happened name=\"x y\"\n"))
  }

  @Test(arguments: [
    (Receipt.Outcome.failed, "warn"), (.cut, "warn"), (.served, "debug"), (.rejected, "debug"),
    (.refused, "debug"), (.abandoned, "debug"),
  ])
  func aFinishedRequestMattersByItsOutcome(_ outcome: Receipt.Outcome, level: String) {
    let lines = LogLines()
    var receipt = Receipt(requestID: "req_1", startedAtMilliseconds: 0)
    receipt.outcome = outcome
    receipt.status = 502
    receipt.attempts = 3
    receipt.user = "ada"
    receipt.endpoint = .chatCompletions
    receipt.provider = "open"
    receipt.key = "first"
    receipt.anomalies = ["a \"line\"\nbreak"]
    lines.log().log(receipt)
    #expect(lines.all.count == 1)
    #expect(lines.text.filter { $0 == "\n" }.count == 1)
    for field in [
      "level=\(level) event=request.finished request=req_1 outcome=\(outcome.rawValue) status=502",
      "attempts=3", "user=ada", "endpoint=chat/completions", "provider=open", "key=first",
    ] {
      #expect(lines.text.contains(field), "\(field) in \(lines.text)")
    }
  }
}
