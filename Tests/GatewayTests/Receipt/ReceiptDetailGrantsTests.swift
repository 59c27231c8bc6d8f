import Testing

@testable import Gateway

/// That nothing else is read and nothing traps is in the tests of the whole detail.
@Suite("Entries that allow, in bytes")
struct ReceiptDetailGrantsTests {
  static var full: [Decisions.Grant] {
    Decisions.Grant.List.allCases.flatMap { list in
      [
        Decisions.Grant(list: list, isOfToken: false, entry: nil),
        Decisions.Grant(list: list, isOfToken: true, entry: "gpt-4*é"),
      ]
    }
  }

  private static func read(_ grants: [Decisions.Grant]) -> [Decisions.Grant]? {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.decisions.grants = grants
    var bytes: [UInt8] = []
    ReceiptDetail.append(receipt, to: &bytes)
    var read = Receipt(requestID: "r", startedAtMilliseconds: 0)
    return ReceiptDetail.read(bytes, into: &read) ? read.decisions.grants : nil
  }

  @Test func everyCaseComesBack() {
    for count in 0...Self.full.count {
      let grants = Array(Self.full.prefix(count))
      #expect(Self.read(grants) == grants)
    }
  }

  @Test func aLongListIsCut() {
    #expect(Self.read(Self.full + Self.full) == Self.full)
  }
}
