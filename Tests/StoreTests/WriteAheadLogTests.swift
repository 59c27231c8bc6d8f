import Foundation
import Gateway
import Synchronization
import Testing

@testable import Store

@Suite("The write-ahead log", .timeLimit(.minutes(10)))
struct WriteAheadLogTests {
  /// Readers that follow on each other so closely that one is always in the middle of reading:
  /// the log is emptied all the same.
  @Test func staysSmallWithAReaderAlwaysOpen() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      let writer = try Writer(path: path)
      defer { writer.close() }
      let isOver = Atomic<Bool>(false)
      let readings = Atomic<Int>(0)
      let thread = DispatchGroup()
      DispatchQueue.global().async(group: thread) {
        // The next one begins to read before the last one ends.
        guard var reading = try? Database(path: path, .reader),
          var next = try? Database(path: path, .reader), Self.begin(reading)
        else { return }
        while !isOver.load(ordering: .relaxed) {
          usleep(150_000)
          guard Self.begin(next) else { return }
          try? reading.execute("COMMIT")
          swap(&reading, &next)
          readings.add(1, ordering: .relaxed)
        }
      }
      var largest: Int64 = 0
      // About 300 MB of log, were it never emptied.
      for batch in 0..<150 {
        let rows = (0..<400).map { number in
          var row = receipt("\(batch)-\(number)", at: Int64(batch) * 1_000)
          row.model = String(repeating: "m", count: 400)
          row.anomalies = [String(repeating: "a", count: 500)]
          return row
        }
        let lost = try writer.performAndWait { [rows] database throws(StoreError) in
          try Ledger(database).add(contentsOf: rows)
        }
        #expect(lost == 0)
        largest = max(largest, size("\(path)-wal"))
      }
      isOver.store(true, ordering: .relaxed)
      thread.wait()
      print("log at most \(largest) bytes, \(readings.load(ordering: .relaxed)) readings")
      #expect(largest < 64 * 1_048_576)
      #expect(largest > 1_048_576)
      #expect(readings.load(ordering: .relaxed) > 3)
    }
  }

  private static func begin(_ database: Database) -> Bool {
    (try? database.execute("BEGIN")) != nil
      && (try? database.integer("SELECT count(*) FROM meta")) != nil
  }

  private func size(_ path: String) -> Int64 {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
  }
}
