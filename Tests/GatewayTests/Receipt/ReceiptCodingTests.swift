import Providers
import Testing

@testable import Gateway

@Suite("Receipts as bytes")
struct ReceiptCodingTests {
  static func full() -> Receipt {
    var receipt = Receipt(requestID: "req_01", startedAtMilliseconds: 1_700_000_000_123)
    receipt.user = "ada"
    receipt.token = "laptop"
    receipt.dialect = .gemini
    receipt.endpoint = .streamGenerateContent
    receipt.model = "nick"
    receipt.upstreamModel = "gemini-é😀"
    receipt.provider = "google"
    receipt.key = ""
    receipt.level = -3
    receipt.attempts = 7
    receipt.status = 529
    receipt.isStream = true
    receipt.outcome = .cut
    receipt.usageSource = .reported
    receipt.costNanoUSD = .min
    receipt.priceVersion = "2026-01"
    receipt.anomalies = ["usage_negative", "", "client_left"]
    receipt.timeToFirstTokenMilliseconds = 0
    receipt.durationMilliseconds = .max
    receipt.waitMilliseconds = 12
    receipt.plan = [ReceiptCandidate(provider: "google", model: "gemini-é😀", level: nil)]
    for number in 0..<3 {
      receipt.append(
        ReceiptAttempt(
          provider: "google", model: "m", key: "k\(number)", level: number, waitMilliseconds: 4))
    }
    receipt.usage = usage { Int64($0 + 1) * 1_000 }
    return receipt
  }

  static func usage(_ value: (Int) -> Int64) -> Usage {
    var usage = Usage()
    usage.inputTokens = value(0)
    usage.outputTokens = value(1)
    usage.cachedInputTokens = value(2)
    usage.cacheWriteTokens = value(3)
    usage.cacheWrite5mTokens = value(4)
    usage.cacheWrite1hTokens = value(5)
    usage.reasoningTokens = value(6)
    usage.inputAudioTokens = value(7)
    usage.outputAudioTokens = value(8)
    usage.inputImageTokens = value(9)
    usage.outputImageTokens = value(10)
    usage.cachedInputAudioTokens = value(11)
    usage.cachedInputImageTokens = value(12)
    usage.toolUseInputTokens = value(13)
    usage.acceptedPredictionTokens = value(14)
    usage.rejectedPredictionTokens = value(15)
    return usage
  }

  static func bytes(
    _ receipt: Receipt, _ extent: ReceiptCoding.Extent = .full
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    ReceiptCoding.append(receipt, extent, to: &bytes)
    return bytes
  }

  private static func row(_ bytes: [UInt8]) -> ReceiptRow? { ReceiptRow(bytes.span) }

  static func decode(_ bytes: [UInt8]) -> Receipt? { ReceiptCoding.decode(bytes) }

  @Test func comeBackAsTheyWere() {
    let receipt = Self.full()
    #expect(Self.decode(Self.bytes(receipt)) == receipt)
    let empty = Receipt(requestID: "r", startedAtMilliseconds: 0)
    #expect(Self.decode(Self.bytes(empty)) == empty)
    #expect(Self.bytes(empty).count < 10)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, 63, 64, -64, -65, .max])
  func everyNumberComesBack(_ value: Int64) {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: value)
    receipt.usage = Self.usage { $0.isMultiple(of: 2) ? value : -1 }
    receipt.costNanoUSD = value
    #expect(Self.decode(Self.bytes(receipt)) == receipt)
  }

  @Test func everyWordHasItsNumber() {
    var seen: Set<[UInt8]> = []
    func check(_ change: (inout Receipt) -> Void) {
      var receipt = Receipt(requestID: "r", startedAtMilliseconds: 1)
      change(&receipt)
      let bytes = Self.bytes(receipt)
      #expect(Self.decode(bytes) == receipt)
      seen.insert(bytes)
    }
    for endpoint in Endpoint.allCases { check { $0.endpoint = endpoint } }
    #expect(seen.count == Endpoint.allCases.count)
    for dialect in Dialect.allCases { check { $0.dialect = dialect } }
    for outcome in Receipt.Outcome.allCases { check { $0.outcome = outcome } }
    for source in Receipt.UsageSource.allCases { check { $0.usageSource = source } }
  }

  @Test func aChargeIsWrittenInBothForms() {
    var receipt = Self.full()
    var charge = Charge(userID: "user_1", tokenID: "token_1", nanoUSD: 12, countsModel: true)
    (charge.countedInRun, charge.isUserCounted, charge.isTokenCounted) = (.max - 5, true, false)
    receipt.charge = charge
    #expect(Self.decode(Self.bytes(receipt))?.charge == charge)
    #expect(Self.decode(Self.bytes(receipt, .brief))?.charge == charge)
    receipt.charge = Charge(userID: "u", tokenID: "t")
    #expect(Self.decode(Self.bytes(receipt))?.charge == receipt.charge)
    receipt.charge?.isOwners = true
    #expect(Self.decode(Self.bytes(receipt, .brief))?.charge == receipt.charge)
  }

  /// Where the detail cannot be read, the account is no less right.
  @Test func anAccountSaysWhetherItsDetailCouldBeRead() throws {
    let receipt = Self.full()
    var bytes = Self.bytes(receipt)
    let row = try #require(Self.row(bytes))
    let whole = ReceiptCoding.decode(row, of: bytes)
    #expect(whole.receipt == receipt)
    #expect(whole.hasDetail)
    bytes[row.detail.range.lowerBound] = 0xFF
    let broken = ReceiptCoding.decode(row, of: bytes)
    #expect(!broken.hasDetail)
    #expect(broken.receipt.trail.isEmpty && broken.receipt.usage == receipt.usage)
    let brief = Self.bytes(receipt, .brief)
    let briefRow = try #require(Self.row(brief))
    #expect(!ReceiptCoding.decode(briefRow, of: brief).hasDetail)
  }

  /// Written by a later version: what is not known is skipped, whatever its form.
  @Test func unknownFieldsAreSkipped() {
    let receipt = Self.full()
    var bytes = Self.bytes(receipt)
    bytes.insert(contentsOf: [126 << 1, 0x85, 0x01, 125 << 1 | 1, 3, 1, 2, 3], at: 1)
    #expect(Self.decode(bytes) == receipt)
  }

  @Test func longTextsAreCutBetweenCharacters() throws {
    var receipt = Self.full()
    receipt.model = String(repeating: "é😀", count: 1_000)
    receipt.anomalies = [String](repeating: String(repeating: "x", count: 511) + "é", count: 99)
    let full = try #require(Self.decode(Self.bytes(receipt)))
    let model = try #require(full.model)
    #expect((508...512).contains(model.utf8.count))
    #expect(receipt.model?.hasPrefix(model) == true)
    #expect(full.anomalies == [String](repeating: String(repeating: "x", count: 511), count: 32))
  }

  @Test func theBriefFormHasABound() throws {
    var receipt = Self.full()
    let long = String(repeating: "😀", count: 300)
    receipt.requestID = String(repeating: "r", count: 300)
    (receipt.user, receipt.token, receipt.model) = (long, long, long)
    (receipt.upstreamModel, receipt.provider, receipt.key) = (long, long, long)
    receipt.priceVersion = long
    receipt.anomalies = [String](repeating: long, count: 99)
    receipt.charge = Charge(userID: long, tokenID: long, nanoUSD: .min, countsModel: true)
    receipt.charge?.countedInRun = .max
    receipt.usage = Self.usage { _ in .min }
    receipt.startedAtMilliseconds = .min
    receipt.level = .min
    receipt.timeToFirstTokenMilliseconds = .min
    receipt.waitMilliseconds = .min
    let bytes = Self.bytes(receipt, .brief)
    #expect(bytes.count <= ReceiptCoding.briefBytesMax, "\(bytes.count)")
    let brief = try #require(Self.decode(bytes))
    #expect(brief.usage == receipt.usage)
    #expect(brief.costNanoUSD == receipt.costNanoUSD)
  }

  // MARK: what is none

  static let broken: [(name: String, bytes: [UInt8])] = [
    ("nothing", []),
    ("another version", [9, 3, 1, 0x72]),
    ("no request id", [1, 4, 2]),
    ("a number without its end", [1, 3, 1, 0x72, 4, 0x80]),
    ("a number of 65 bits", [1, 3, 1, 0x72, 4] + [UInt8](repeating: 0xFF, count: 9) + [2]),
    ("a number of twenty bytes", [1, 3, 1, 0x72, 4] + [UInt8](repeating: 0x80, count: 20)),
    ("a text beyond the end", [1, 3, 2, 0x72]),
    ("a text of 2^64 bytes", [1, 3] + [UInt8](repeating: 0xFF, count: 9) + [1]),
    ("an outcome that is none", [1, 3, 1, 0x72, 30, 200, 1]),
  ]

  @Test(arguments: broken.indices)
  func whatIsNoReceiptIsNil(_ index: Int) {
    #expect(Self.decode(Self.broken[index].bytes) == nil, "\(Self.broken[index].name)")
  }

  @Test func everyCutAndEveryFlipIsReadOrRefused() {
    let bytes = Self.bytes(Self.full())
    for end in bytes.indices { _ = Self.decode(Array(bytes[..<end])) }
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << bit
        _ = Self.decode(flipped)
      }
    }
  }

  @Test func noiseIsReadOrRefused() {
    let seed = UInt64.random(in: 0 ... .max)
    print("ReceiptCoding: seed \(seed)")
    var random = Seeded(state: seed)
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...80, using: &random)
      _ = Self.decode([1] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }
}
