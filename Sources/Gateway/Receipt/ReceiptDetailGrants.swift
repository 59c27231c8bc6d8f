// The part of a receipt's detail that its fourth form has brought: the entries of lists by which the
// request was allowed. The numbers of lists are stored: never reuse one.

extension ReceiptDetail.Writer {
  mutating func grants(_ decisions: Decisions, _ out: inout OutputSpan<UInt8>) {
    let count = min(decisions.grants.count, Decisions.grantsMax)
    out.put(unsigned: UInt64(count))
    for grant in decisions.grants.prefix(count) {
      let marks: UInt8 = (grant.isOfToken ? 1 : 0) | (grant.entry == nil ? 0 : 2)
      out.put(grant.list.detailCode << 2 | marks)
      if let entry = grant.entry { text(entry, &out) }
    }
  }
}

extension ReceiptDetail.Reader {
  /// False if the bytes hold none.
  mutating func grants(into decisions: inout Decisions) -> Bool {
    guard let count = count(max: Decisions.grantsMax) else { return false }
    for _ in 0..<count {
      guard let code = byte(), let list = Decisions.Grant.List(detailCode: code >> 2) else {
        return false
      }
      var entry: String?
      if code & 2 != 0 {
        guard let text = text() else { return false }
        entry = text
      }
      decisions.grants.append(
        Decisions.Grant(list: list, isOfToken: code & 1 != 0, entry: entry))
    }
    return true
  }
}

extension Decisions.Grant.List {
  fileprivate var detailCode: UInt8 {
    switch self {
    case .ips: 1
    case .endpoints: 2
    case .models: 3
    }
  }

  fileprivate init?(detailCode: UInt8) {
    guard let list = Self.allCases.first(where: { $0.detailCode == detailCode }) else { return nil }
    self = list
  }
}
