import Gateway
import JSON
import Network
import Store
import Testing

@testable import Server

@Suite("Rows whose time is over", .timeLimit(.minutes(10)))
struct LedgerKeeperTests {
  /// More rows than a step takes go all the same, and the young one stays.
  @Test func goWhileTheApplianceRuns() throws {
    var options = TestBench.Options()
    options.settings = #""requests_kept_days":2"#
    let bench = try TestBench(options)
    defer { bench.stop() }
    let now = wallClockMilliseconds()
    let writer = bench.installation.writer
    var rows = (0..<1_100).map {
      Receipt(requestID: "old-\($0)", startedAtMilliseconds: now - 3 * 86_400_000)
    }
    rows.append(Receipt(requestID: "young", startedAtMilliseconds: now))
    let lost = try writer.performAndWait { [rows] database throws(StoreError) in
      try Ledger(database).add(contentsOf: rows)
    }
    #expect(lost == 0)
    let loop = try EventLoop()
    try loop.start(name: "test")
    defer { loop.stop() }
    let records = bench.installation.records
    LedgerKeeper(loop: loop, writer: writer, log: bench.lines.log()) { records.snapshot.settings }
      .start()
    try eventually("only the young row") {
      try bench.perform("requests.list", ["limit": 9])["requests"]?.array?.count == 1
    }
    #expect(try bench.perform("status")["requests_total"] == 1_101)
  }
}
