import Testing

@testable import Gateway

/// That nothing else is read and nothing traps is in the tests of the whole detail.
@Suite("Readings and further decisions in bytes")
struct ReceiptDetailReadingsTests {
  static var full: AccountReadings {
    var readings = AccountReadings()
    for (number, kind) in LimitKind.allCases.enumerated() {
      readings.limits.append(
        LimitReading(
          isOfToken: number % 2 == 0, kind: kind, pattern: number % 3 == 0 ? "gpt-4*" : nil,
          max: .max, before: Int64(number), takes: -1, after: number % 4 == 0 ? nil : .min))
    }
    for (number, period) in BudgetDefinition.Period.allCases.enumerated() {
      readings.budgets.append(
        BudgetReading(
          isOfToken: number % 2 == 0, period: period, isAligned: number % 3 == 0,
          zoneName: "Europe/Berlin", limitNanoUSD: .max, spentBefore: Int64(number),
          reservedBefore: .min, takes: 7, spentAfter: number % 2 == 0 ? nil : 0))
    }
    return readings
  }

  private func comesBack(_ receipt: Receipt) -> Bool {
    var bytes: [UInt8] = []
    ReceiptDetail.append(receipt, to: &bytes)
    var read = Receipt(requestID: "r", startedAtMilliseconds: 0)
    return ReceiptDetail.read(bytes, into: &read) && read == receipt
  }

  @Test func everyCaseComesBack() {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.readings = Self.full
    #expect(comesBack(receipt))
    let levels: [Decisions.Level?] = [nil, .user(0), .mapping(-1), .token(.max), .header(.min)]
    let admissions: [Decisions.Admission?] = [nil, .unlimited, .allowed, .refusedBy("é")]
    for level in levels {
      for admission in admissions {
        receipt.decisions.level = level
        receipt.decisions.admission = admission
        #expect(comesBack(receipt))
      }
    }
  }

  @Test func longListsAreCut() throws {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    let (limit, budget) = (Self.full.limits[0], Self.full.budgets[0])
    receipt.readings.limits = Array(repeating: limit, count: 1_000)
    receipt.readings.budgets = Array(repeating: budget, count: 1_000)
    var bytes: [UInt8] = []
    ReceiptDetail.append(receipt, to: &bytes)
    var read = Receipt(requestID: "r", startedAtMilliseconds: 0)
    try #require(ReceiptDetail.read(bytes, into: &read))
    #expect(read.readings.limits.count == AccountReadings.limitsMax)
    #expect(read.readings.budgets.count == AccountReadings.budgetsMax)
  }

  /// A refusal by a limit has neither plan nor attempts, and its detail is kept all the same.
  @Test func theJournalKeepsThem() {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    func kept() -> Receipt? {
      var bytes: [UInt8] = []
      ReceiptCoding.append(receipt, to: &bytes)
      return ReceiptCodingTests.decode(bytes)
    }
    receipt.decisions.admission = .refusedBy("user 'ada' limits: 1 request a minute")
    #expect(kept()?.decisions == receipt.decisions)
    receipt.decisions.admission = .allowed
    receipt.readings = Self.full
    // With the admission they would be written twice.
    #expect(kept()?.readings.isEmpty == true)
    receipt.status = 200
    #expect(kept() == receipt)
  }
}
