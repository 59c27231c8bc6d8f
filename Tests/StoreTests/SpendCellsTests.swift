import Gateway
import Providers
import Testing

@testable import Store

@Suite("Cells of spend")
struct SpendCellsTests {
  private static let quarter: Int64 = 2_000_000

  private func receipt(
    _ id: String, quarter: Int64 = quarter, nanoUSD: Int64 = 7, model: String = "m",
    countsModel: Bool = false
  ) -> Receipt {
    var receipt = Receipt(
      requestID: id, startedAtMilliseconds: quarter * SpendQuarter.milliseconds + 5)
    receipt.model = model
    receipt.usage.inputTokens = 10
    receipt.usage.outputTokens = 3
    receipt.charge = Charge(
      userID: "user_1", tokenID: "token_1", nanoUSD: nanoUSD, countsModel: countsModel)
    return receipt
  }

  private func known(
    _ subject: String, in database: Database, models: Bool = false
  ) throws -> KnownUse {
    try SpendCells.known(
      subject, spendFrom: .min, daysFrom: 0, modelsToo: models, in: database)
  }

  @Test func aRowIsCountedOnce() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for _ in 0..<3 {
        _ = try ledger.add(contentsOf: [receipt("a"), receipt("b"), receipt("a")])
      }
      #expect(ledger.takeCharges().count == 2)
      #expect(ledger.takeCharges().isEmpty)
      for subject in ["user_1", "token_1"] {
        let known = try known(subject, in: database)
        #expect(known.cells == [SpendCell(quarter: Self.quarter, nanoUSD: 14)])
        #expect(
          known.days == [
            KnownUse.Day(
              quarter: Self.quarter, model: nil, requests: 2, inputTokens: 20, outputTokens: 6)
          ])
      }
    }
  }

  @Test func modelsAreCountedWhereTheyAreLimited() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      try ledger.add(receipt("a", model: "x y", countsModel: true))
      try ledger.add(receipt("b", model: "z"))
      let days = try known("user_1", in: database, models: true).days
      #expect(days.map(\.model).contains("x y") && days.count == 2)
      #expect(try known("user_1", in: database).days.map(\.requests) == [2])
      #expect(try known("user_", in: database, models: true).days.isEmpty)
    }
  }

  @Test func aRefusedRequestIsNotCounted() throws {
    try withDatabase { database throws in
      var refused = receipt("a")
      refused.charge = nil
      try Ledger(database).add(refused)
      #expect(try database.integer("SELECT count(*) FROM spend_cell") == 0)
    }
  }

  @Test func absurdAmountsStayInRange() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for id in ["a", "b", "c", "d", "e"] {
        var absurd = receipt(id, nanoUSD: .max)
        absurd.usage.inputTokens = .max
        absurd.usage.outputTokens = -5
        #expect(try ledger.add(contentsOf: [absurd]) == 0)
      }
      let known = try known("user_1", in: database)
      #expect(known.cells.first?.nanoUSD == 1 << 61)
      #expect(known.days.first?.outputTokens == 0)
    }
  }

  @Test func aBatchThatIsTakenBackLeavesNothing() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      try? database.transaction { () throws(StoreError) in
        _ = try ledger.add(contentsOf: [receipt("a")])
        throw .damaged("test")
      }
      _ = ledger.takeCharges()
      #expect(try database.integer("SELECT count(*) FROM spend_cell") == 0)
      try ledger.add(receipt("a"))
      #expect(try known("user_1", in: database).cells.map(\.nanoUSD) == [7])
    }
  }

  @Test func oldCellsComeTogether() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 0..<10 {
        try ledger.add(
          receipt("r\(number)", quarter: Self.quarter + Int64(number), countsModel: true))
      }
      var gone = 0
      while true {
        let step = try SpendCells.fold(before: Self.quarter + 6, rowsMax: 4, in: database)
        gone += step
        guard step > 0 else { break }
      }
      #expect(gone == 18)
      let cells = try known("user_1", in: database).cells
      #expect(cells.first == SpendCell(quarter: -1, nanoUSD: 42) && cells.count == 5)
      #expect(cells.reduce(0) { $0 + $1.nanoUSD } == 70)
      #expect(try known("user_1", in: database, models: true).days.count == 8)
    }
  }
}
