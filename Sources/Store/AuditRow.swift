import Gateway
import JSON

/// A row of the audit: one entry, or those of many prices that one change has made alike.
///
/// A table of prices changes a thousand records at once, and a row for each was most of what the
/// import took. A row of many has neither id nor name, and objects of them by name where a row of
/// one has its value; read again, it is the same entries.
struct AuditRow {
  /// The first of its entries: what is not of a record is the same in all.
  let entry: AuditEntry
  private(set) var isBatch = false
  private var before: [UInt8]?
  private var after: [UInt8]?

  /// A row grows no further once it holds as many bytes: about 40 prices.
  private static let bytesMax = 16_384
  /// A longer value is replaced by its length.
  private static let valueBytesMax = 16_384

  init(_ entry: AuditEntry) {
    self.entry = entry
    before = entry.before.map(Self.clipped)
    after = entry.after.map(Self.clipped)
  }

  private static func clipped(_ value: JSONValue) -> [UInt8] {
    let bytes = value.serialized()
    guard bytes.count > valueBytesMax else { return bytes }
    return JSONValue.object([.init("omitted_bytes", .int(Int64(bytes.count)))]).serialized()
  }

  var recordID: String { isBatch ? "" : entry.recordID }
  var name: String { isBatch ? "" : entry.name }
  var beforeText: String? { text(before) }
  var afterText: String? { text(after) }

  private func text(_ value: [UInt8]?) -> String? {
    value.map { String(decoding: $0, as: UTF8.self) + (isBatch ? "}" : "") }
  }

  /// The rows that hold these entries, in their order.
  static func rows(of entries: [AuditEntry]) -> [AuditRow] {
    var rows: [AuditRow] = []
    for entry in entries {
      let row = AuditRow(entry)
      if let last = rows.last, last.canTake(row) {
        rows[rows.count - 1].take(row)
      } else {
        rows.append(row)
      }
    }
    return rows
  }

  private var bytes: Int { (before?.count ?? 0) + (after?.count ?? 0) }

  private func canTake(_ other: AuditRow) -> Bool {
    let (one, two) = (entry, other.entry)
    return one.kind == .price && two.kind == .price && one.change == two.change
      && one.recordID == one.name && two.recordID == two.name
      && (before == nil) == (other.before == nil) && (after == nil) == (other.after == nil)
      && !(before == nil && after == nil) && bytes + other.bytes <= Self.bytesMax
      && one.atMilliseconds == two.atMilliseconds && one.operation == two.operation
      && one.actor == two.actor
  }

  private mutating func take(_ other: AuditRow) {
    Self.join(&before, other.before, entry.name, other.name, isBatch: isBatch)
    Self.join(&after, other.after, entry.name, other.name, isBatch: isBatch)
    isBatch = true
  }

  /// Makes an object of a single value, or takes the object that there is, and adds a member.
  private static func join(
    _ joined: inout [UInt8]?, _ value: [UInt8]?, _ firstName: String, _ name: String, isBatch: Bool
  ) {
    guard var bytes = joined.take(), let value else { return }
    if !isBatch {
      var object: [UInt8] = [UInt8(ascii: "{")]
      JSONWriter.name(firstName, to: &object)
      bytes = object + bytes
    }
    JSONWriter.name(name, to: &bytes)
    bytes += value
    joined = bytes
  }

  /// What a name looks like in a row of many.
  static func quoted(_ name: String) -> String {
    var bytes: [UInt8] = []
    JSONWriter.append(string: name, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The entries of a row as it was read, the newest first.
  static func entries(of row: AuditEntry) throws(StoreError) -> [AuditEntry] {
    guard row.name.isEmpty, row.recordID.isEmpty else { return [row] }
    let (before, after) = (row.before?.object, row.after?.object)
    guard let names = (after ?? before)?.map(\.name),
      before.map({ $0.map(\.name) == names }) ?? (row.before == nil),
      after.map({ $0.map(\.name) == names }) ?? (row.after == nil)
    else { throw .damaged("a row of the audit does not name its records") }
    return names.indices.reversed().map { index in
      var entry = row
      (entry.recordID, entry.name) = (names[index], names[index])
      (entry.before, entry.after) = (before?[index].value, after?[index].value)
      return entry
    }
  }
}
