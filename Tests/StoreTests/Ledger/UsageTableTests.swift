import Testing

@testable import Store

@Suite("Tables of the roll-ups")
struct UsageTableTests {
  /// What a cell holds, read as it is stored.
  private static func cells(_ database: Database) throws -> [[Int64]: [Int64]] {
    let columns = ["start", "subject"] + UsageCells.amounts
    let rows = try database.prepare("SELECT \(columns.joined(separator: ", ")) FROM usage_hour")
    var cells: [[Int64]: [Int64]] = [:]
    while try rows.step() {
      let values = columns.indices.map { rows.int($0) }
      cells[Array(values[..<2])] = Array(values[2...])
    }
    return cells
  }

  /// An amount of any size, seldom as large as it can be, sometimes taken out.
  private static func amount(_ chance: inout SeededChance) -> Int64 {
    let size =
      switch Int.random(in: 0..<12, using: &chance) {
      case 0: Int64.max
      case 1: Int64.random(in: 0 ... .max, using: &chance)
      case 2...6: Int64(0)
      default: Int64.random(in: 0...9_999, using: &chance)
      }
    return Int.random(in: 0..<40, using: &chance) == 0 ? -size : size
  }

  /// Whatever is added in any order, each sum is the exact one, kept between 0 and what 64 bits hold.
  @Test(arguments: 0..<4)
  func cellsAreTheSums(seed: UInt64) throws {
    var chance = SeededChance(state: seed)
    try withDatabase { database throws in
      let table = try UsageTable("usage_hour", database)
      var expected: [[Int64]: [Int64]] = [:]
      for _ in 0..<600 {
        let place: [Int64] = [
          3_600_000 * .random(in: 0..<3, using: &chance), .random(in: 1...4, using: &chance),
        ]
        var amounts = UsageCells.amounts.map { _ in Self.amount(&chance) }
        // Nothing is taken out of a cell that is not there.
        if expected[place] == nil { amounts = amounts.map { max(0, $0) } }
        let before = expected[place] ?? amounts.map { _ in 0 }
        expected[place] = zip(before, amounts).map { before, amount in
          let (sum, overflow) = before.addingReportingOverflow(amount)
          return overflow ? .max : max(0, sum)
        }
        try table.add(amounts, start: place[0], subject: place[1])
      }
      #expect(try Self.cells(database) == expected, "seed \(seed)")
    }
  }

  /// A sum that is full is kept at its end, and the others of its cell are added all the same.
  @Test func aFullSumDoesNotHoldUpItsNeighbours() throws {
    try withDatabase { database throws in
      let table = try UsageTable("usage_hour", database)
      var amounts = UsageCells.amounts.map { _ in Int64(1) }
      amounts[6] = .max - 1
      for _ in 0..<3 {
        try database.transaction { () throws(StoreError) in
          try table.add(amounts, start: 0, subject: 1)
        }
      }
      var sums = UsageCells.amounts.map { _ in Int64(3) }
      sums[6] = .max
      #expect(try Self.cells(database) == [[0, 1]: sums])
    }
  }

  /// What SQLite refuses for any other reason is refused.
  @Test func aRefusalIsThrown() throws {
    try withDatabase { database throws in
      let table = try UsageTable("usage_hour", database)
      try table.add(UsageCells.amounts.map { _ in 1 }, start: 0, subject: 1)
      for event in ["INSERT", "UPDATE"] {
        try database.execute(
          """
          CREATE TRIGGER refuse_\(event) BEFORE \(event) ON usage_hour
          BEGIN SELECT raise(ABORT, 'no'); END
          """)
      }
      for subject in [Int64(1), 2] {
        #expect(throws: StoreError.self) {
          try table.add(UsageCells.amounts.map { _ in 1 }, start: 0, subject: subject)
        }
      }
      #expect(try Self.cells(database)[[0, 1]]?.first == 1)
    }
  }
}
