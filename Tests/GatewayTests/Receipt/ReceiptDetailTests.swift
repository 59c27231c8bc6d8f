import Testing

@testable import Gateway

@Suite("The detail of a receipt in bytes")
struct ReceiptDetailTests {
  static func full() throws -> Receipt {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.waitMilliseconds = 1_234
    receipt.decisions.access = .rules
    receipt.decisions.grants = ReceiptDetailGrantsTests.full
    receipt.decisions.refusedBy = "user 'ada' models: not in the list"
    receipt.decisions.foundBy = .mapping("m")
    receipt.decisions.level = .header(-3)
    receipt.decisions.admission = .refusedBy("user 'ada' limits: 1 request a minute")
    receipt.readings = ReceiptDetailReadingsTests.full
    receipt.plan = [
      ReceiptCandidate(provider: "open", model: "m", level: 100),
      ReceiptCandidate(provider: "azure", model: "", level: nil),
      ReceiptCandidate(provider: "é😀", model: "m", level: -1),
    ]
    for end in ReceiptAttempt.End.allCases {
      var attempt = ReceiptAttempt(
        provider: "open", model: "m", key: "key-\(end.rawValue % 3)", level: -7,
        waitMilliseconds: Int64(end.rawValue))
      attempt.end = end
      attempt.status = 500 + Int(end.rawValue)
      attempt.durationMilliseconds = .max
      attempt.retryAfterMilliseconds = end == .rateLimited ? 20_000 : nil
      attempt.possibleCostNanoUSD = end == .timedOut ? 0 : end == .brokeOff ? .max : nil
      receipt.append(attempt)
    }
    var lines: [CostLine] = []
    for (number, item) in CostItem.allCases.enumerated() {
      let field = PriceField.allCases[number % PriceField.allCases.count]
      let name = PriceName(
        field, aboveTokens: number == 3 ? 200_000 : 0,
        tier: PriceTier.allCases[number % PriceTier.allCases.count])
      let rate = PriceRate(name, DollarAmount(zeptoUSD: 1 + Int128(number) << 60))
      let iteration = number == 5 ? CostLine.Iteration(index: 2, kind: "compaction") : nil
      lines.append(
        try #require(CostLine(item, try ExactDecimal("12.5"), rate, iteration: iteration)))
    }
    receipt.bill = ReceiptBill(
      priceKey: "m", lines: lines,
      multipliers: [PriceMultiplier(name: "us", factor: try ExactDecimal("1.1"))])
    return receipt
  }

  private static func bytes(_ receipt: Receipt) -> [UInt8] {
    var bytes: [UInt8] = []
    ReceiptDetail.append(receipt, to: &bytes)
    return bytes
  }

  @Test func everyDecisionComesBack() {
    let ways: [Decisions.FoundBy?] = [
      nil, .userMap("a"), .mapping("b"), .provider("c"), .keyLists, .passthrough("d"),
      .namedID(key: "e"),
    ]
    for way in ways {
      for access in [nil, .noRules, .rules] as [Decisions.Access?] {
        var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
        receipt.decisions.foundBy = way
        receipt.decisions.access = access
        var read = Receipt(requestID: "r", startedAtMilliseconds: 0)
        #expect(ReceiptDetail.read(Self.bytes(receipt), into: &read))
        #expect(read == receipt)
      }
    }
  }

  @Test func everythingComesBack() throws {
    for receipt in [try Self.full(), Receipt(requestID: "r", startedAtMilliseconds: 0)] {
      var read = Receipt(requestID: "r", startedAtMilliseconds: 0)
      #expect(ReceiptDetail.read(Self.bytes(receipt), into: &read))
      #expect(read == receipt)
    }
  }

  @Test func itsTablesOfNumbersAreWhole() {
    #expect(Set(ReceiptDetail.items) == Set(CostItem.allCases))
    #expect(ReceiptDetail.items.count == CostItem.allCases.count)
    #expect(Set(ReceiptDetail.fields) == Set(PriceField.allCases))
    #expect(ReceiptDetail.fields.count == PriceField.allCases.count)
  }

  /// The bytes of today: a row that was written once must be read for ever.
  @Test func theFormStays() throws {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.plan = [ReceiptCandidate(provider: "p", model: "m", level: 1)]
    var attempt = ReceiptAttempt(provider: "p", model: "m", key: "k", level: 1, waitMilliseconds: 0)
    attempt.status = 200
    attempt.end = .served
    receipt.append(attempt)
    let rate = PriceRate(PriceName(.output), DollarAmount(zeptoUSD: 300))
    receipt.bill = ReceiptBill(
      priceKey: "m", lines: [try #require(CostLine(.output, ExactDecimal(19), rate))],
      multipliers: [])
    let body: [UInt8] = [
      0,  // wait
      1, 0, 1, 0x70, 0, 1, 0x6D, 1, 2,  // a candidate: "p", "m", level 1
      1, 1, 2, 0, 1, 0x6B, 2, 0, 0, 0x90, 3, 0, 0, 0,  // an attempt: "p", "m", "k", …
      1, 2, 1, 8, 0, 38, 0, 1, 0, 0, 0xD8, 4, 0,  // a bill of "m": output, 19 × 300
    ]
    var first = Receipt(requestID: "r", startedAtMilliseconds: 0)
    #expect(ReceiptDetail.read([1] + body, into: &first), "the form without decisions")
    #expect(first == receipt)
    receipt.decisions.access = .noRules
    receipt.decisions.foundBy = .mapping("m")
    // Decisions: no rules, no refusal, mapping "m".
    let decisions: [UInt8] = [1, 0, 2, 2]
    var second = Receipt(requestID: "r", startedAtMilliseconds: 0)
    #expect(
      ReceiptDetail.read([2] + body + decisions, into: &second), "the form without readings")
    #expect(second == receipt)
    var third = Receipt(requestID: "r", startedAtMilliseconds: 0)
    #expect(
      ReceiptDetail.read([3] + body + decisions + [0, 0, 0, 0], into: &third),
      "the form without entries")
    #expect(third == receipt)
    #expect(Self.bytes(receipt) == [4] + body + decisions + [0, 0, 0, 0, 0])
    receipt.decisions.level = .user(1)
    receipt.decisions.admission = .allowed
    receipt.readings.limits = [
      LimitReading(
        isOfToken: true, kind: .tpm, pattern: "m", max: 60, before: 5, takes: 1, after: 6)
    ]
    receipt.readings.budgets = [
      BudgetReading(
        isOfToken: false, period: .month, isAligned: true, zoneName: "p", limitNanoUSD: 60,
        spentBefore: 5, reservedBefore: 4, takes: 1)
    ]
    receipt.decisions.grants = [
      .init(list: .ips, isOfToken: false, entry: nil),
      .init(list: .models, isOfToken: true, entry: "m"),
    ]
    // Level 1 of the user, allowed; a limit of the token's for "m"; a month aligned in zone "p"; by
    // the user's addresses and the token's models.
    #expect(
      Self.bytes(receipt) == [4] + body + decisions + [1, 2, 2]
        + [1, 3, 2, 2, 120, 10, 2, 1, 12] + [1, 2, 4, 1, 120, 10, 8, 2, 0] + [2, 4, 15, 2])
  }

  @Test func aUsualOneIsSmall() throws {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.plan = [ReceiptCandidate(provider: "openai", model: "gpt-4o-mini", level: 1)]
    receipt.append(
      ReceiptAttempt(
        provider: "openai", model: "gpt-4o-mini", key: "main", level: 1, waitMilliseconds: 0))
    let rate = PriceRate(PriceName(.input), DollarAmount(zeptoUSD: 150_000_000_000_000))
    let line = try #require(CostLine(.input, ExactDecimal(1_234), rate))
    receipt.bill = ReceiptBill(priceKey: "gpt-4o-mini", lines: [line, line, line], multipliers: [])
    #expect(Self.bytes(receipt).count < 110)
  }

  @Test func noOtherBytesAreTakenAndNoneTrap() throws {
    let whole = Self.bytes(try Self.full())
    let before = Receipt(requestID: "r", startedAtMilliseconds: 0)
    for count in 0..<whole.count {
      var read = before
      #expect(!ReceiptDetail.read(Array(whole.prefix(count)), into: &read))
      #expect(read == before)
    }
    var read = before
    #expect(!ReceiptDetail.read(whole + [0], into: &read))
    for seed in UInt64(0)..<20_000 {
      var random = Seeded(state: seed)
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      var read = before
      if ReceiptDetail.read(bytes, into: &read) { _ = read.bill?.total?.nanoUSD }
    }
  }

  @Test func longListsAndTextsAreCut() {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    let long = String(repeating: "é", count: 10_000)
    receipt.plan = (0..<100).map { ReceiptCandidate(provider: long, model: "\($0)", level: nil) }
    var read = Receipt(requestID: "r", startedAtMilliseconds: 0)
    #expect(ReceiptDetail.read(Self.bytes(receipt), into: &read))
    #expect(read.plan.count == Receipt.planMax)
    #expect(read.plan[0].provider.utf8.count <= 512)
    #expect(read.plan[1].provider == read.plan[0].provider)
  }
}
