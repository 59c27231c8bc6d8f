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
      #expect(ledger.takeCharges().map(\.charge.nanoUSD) == [14])
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

  /// Charges of a token are told in one sum as long as they differ in the amount alone.
  @Test func chargesOfAKindAreToldTogether() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      func row(
        _ id: String, quarter: Int64 = Self.quarter, _ change: (inout Charge) -> Void
      ) -> Receipt {
        var row = receipt(id, quarter: quarter)
        if var charge = row.charge {
          change(&charge)
          row.charge = charge
        }
        return row
      }
      let rows = [
        row("a") { _ in }, row("b") { $0.nanoUSD = 5 }, row("free") { $0.nanoUSD = 0 },
        row("c") { $0.countedInRun = 9 },
        row("d") { ($0.countedInRun, $0.isUserCounted) = (9, true) },
        row("e") { ($0.countedInRun, $0.isUserCounted) = (9, true) },
        row("f", quarter: Self.quarter + 1) { _ in },
        row("g") { $0.tokenID = "token_2" }, row("h") { $0.userID = "user_2" },
        row("i") { $0.nanoUSD = .max }, row("j") { $0.nanoUSD = .max },
      ]
      #expect(try ledger.add(contentsOf: rows) == 0)
      let told = ledger.takeCharges()
      let sums = told.map { stored in
        let charge = stored.charge
        return "\(charge.userID) \(charge.tokenID) \(stored.quarter - Self.quarter) "
          + "\(charge.countedInRun) \(charge.isUserCounted) \(charge.nanoUSD)"
      }
      #expect(
        sums == [
          "user_1 token_1 0 0 false 12", "user_1 token_1 0 9 false 7",
          "user_1 token_1 0 9 true 14", "user_1 token_1 1 0 false 7",
          "user_1 token_2 0 0 false 7", "user_2 token_1 0 0 false 7",
          "user_1 token_1 0 0 false \(Int64.max)", "user_1 token_1 0 0 false \(Int64.max)",
        ])
      // What has been told is not told again with what follows.
      try ledger.add(row("k") { _ in })
      #expect(ledger.takeCharges().map(\.charge.nanoUSD) == [7])
    }
  }

  /// More users than places are kept for, batch after batch: each has what its rows say.
  @Test func manyUsersKeepTheirSums() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for batch in 0..<3 {
        let rows = (0..<2_500).map { number in
          var row = receipt("\(batch)-\(number)")
          row.charge?.userID = "user_\(number)"
          row.charge?.tokenID = "token_\(number)"
          return row
        }
        let lost = try database.transaction { () throws(StoreError) in
          try ledger.add(contentsOf: rows + [receipt("\(batch)")])
        }
        #expect(lost == 0)
      }
      for subject in ["user_0", "token_2499", "user_1700"] {
        #expect(try known(subject, in: database).cells.map(\.nanoUSD) == [21])
      }
      for subject in ["user_1", "token_1"] {
        #expect(try known(subject, in: database).cells.map(\.nanoUSD) == [42])
      }
      #expect(try database.integer("SELECT sum(requests) FROM spend_cell") == 3 * 2 * 2_501)
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
