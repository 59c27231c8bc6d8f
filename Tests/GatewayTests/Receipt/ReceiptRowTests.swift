import Providers
import Testing

@testable import Gateway

@Suite("Accounts of receipts where they lie")
struct ReceiptRowTests {
  private static func text(_ text: ReceiptRow.Text, _ bytes: [UInt8]) -> String? {
    text.isThere ? String(decoding: bytes[text.range], as: UTF8.self) : nil
  }

  private static func row(_ bytes: [UInt8]) -> ReceiptRow? { ReceiptRow(bytes.span) }

  @Test func sayWhatTheirReceiptSays() throws {
    var receipt = ReceiptCodingTests.full()
    receipt.charge = Charge(userID: "user_1", tokenID: "", nanoUSD: 9, countsModel: true)
    let bytes = ReceiptCodingTests.bytes(receipt)
    let row = try #require(Self.row(bytes))
    #expect(Self.text(row.requestID, bytes) == receipt.requestID)
    #expect(Self.text(row.user, bytes) == receipt.user)
    #expect(Self.text(row.token, bytes) == receipt.token)
    #expect(Self.text(row.model, bytes) == receipt.model)
    #expect(Self.text(row.upstreamModel, bytes) == receipt.upstreamModel)
    #expect(Self.text(row.provider, bytes) == receipt.provider)
    #expect(Self.text(row.key, bytes) == "", "empty, and not none")
    #expect(Self.text(row.priceVersion, bytes) == receipt.priceVersion)
    #expect(row.dialect == receipt.dialect)
    #expect(row.endpoint == receipt.endpoint)
    #expect(row.outcome == receipt.outcome)
    #expect(row.usageSource == receipt.usageSource)
    #expect(row.level == receipt.level.map { Int64($0) })
    #expect(row.usage == receipt.usage)
    #expect(row.costNanoUSD == receipt.costNanoUSD)
    #expect(row.finishedAtMilliseconds == receipt.startedAtMilliseconds, "no sum beyond 64 bits")
    #expect(row.anomalies == receipt.anomalies.count)
    let anomalies = ReceiptRow.anomalies(in: bytes.span)
    #expect(anomalies.map { String(decoding: bytes[$0], as: UTF8.self) } == receipt.anomalies)
    #expect(row.textBytesMax == 14, "usage_negative")
    #expect(row.chargeCountsModel)
    #expect(row.charge(userID: "user_1", tokenID: "") == receipt.charge)
    var detail: [UInt8] = []
    ReceiptDetail.append(receipt, to: &detail)
    #expect(Array(bytes[row.detail.range]) == detail)
  }

  @Test func sayNothingOfWhatIsNotThere() throws {
    let bytes = ReceiptCodingTests.bytes(Receipt(requestID: "r", startedAtMilliseconds: 0))
    let row = try #require(Self.row(bytes))
    for text in [
      row.user, row.token, row.model, row.upstreamModel, row.provider, row.key, row.priceVersion,
      row.detail, row.chargedUser, row.chargedToken,
    ] { #expect(!text.isThere) }
    #expect(row.dialect == nil && row.endpoint == nil && row.level == nil)
    #expect(row.costNanoUSD == nil && row.timeToFirstTokenMilliseconds == nil)
  }

  @Test(arguments: [
    (Receipt.Outcome.served, 1, [String](), true), (.served, 0, [], true),
    (.served, 2, [], false), (.served, 1, ["odd"], false), (.abandoned, 1, [], false),
    (.refused, 0, [], false),
  ])
  func arePlainWhereNothingElseIsNeeded(
    _ outcome: Receipt.Outcome, _ attempts: Int, _ anomalies: [String], _ isPlain: Bool
  ) {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    (receipt.outcome, receipt.attempts, receipt.anomalies) = (outcome, attempts, anomalies)
    #expect(Self.row(ReceiptCodingTests.bytes(receipt))?.isPlain == isPlain)
  }

  /// The user of a charge makes one: what comes before it belongs to none.
  @Test func aChargeBeginsWithItsUser() throws {
    let id: [UInt8] = [1 << 1 | 1, 1, 0x72]
    let user: [UInt8] = [23 << 1 | 1, 1, 0x75]
    let amount: [UInt8] = [25 << 1, 8]
    let before = try #require(Self.row([1] + id + amount + user))
    #expect(before.chargedUser.isThere && before.chargeNanoUSD == 0)
    let after = try #require(Self.row([1] + id + user + amount))
    #expect(after.chargeNanoUSD == 4)
    let again = try #require(Self.row([1] + id + user + amount + user))
    #expect(again.chargeNanoUSD == 0)
  }

  /// However the bytes are cut or changed, reading ends.
  @Test func neverTrap() throws {
    let whole = ReceiptCodingTests.bytes(ReceiptCodingTests.full())
    for count in whole.indices {
      _ = Self.row(Array(whole[..<count]))
      for change in [UInt8(0), 0x7F, 0x80, 0xFF] {
        var changed = whole
        changed[count] = change
        guard let row = ReceiptRow(changed.span) else { continue }
        #expect(row.detail.range.upperBound <= changed.count)
        _ = ReceiptRow.anomalies(in: changed.span)
      }
    }
    #expect(Self.row([]) == nil)
    #expect(Self.row([2] + whole.dropFirst()) == nil, "another version")
  }
}
