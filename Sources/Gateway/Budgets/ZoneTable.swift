import Locks

/// The time zones that budgets may name, read when they are first needed.
///
/// Pure but for `load`, which the shell gives it: the bytes of a zone's file, or nil. Shared by all
/// who build snapshots.
package final class ZoneTable: Sendable {
  private let load: @Sendable (String) -> [UInt8]?
  private let known = Guarded<[String: ZoneRules]>([:])

  /// Knows UTC and fixed offsets alone.
  package static let fixedOffsets = ZoneTable { _ in nil }

  package init(load: @escaping @Sendable (String) -> [UInt8]?) {
    self.load = load
  }

  /// The zone of an IANA name (`Europe/Berlin`), `UTC`, or an offset such as `+05:30`; nil where
  /// there is none, or its file is damaged.
  package func zone(named name: String) -> ZoneRules? {
    if name == "UTC" || name == "Z" { return .utc }
    if let offset = Self.fixedOffset(name) { return ZoneRules(offsetSeconds: offset) }
    guard Self.isName(name) else { return nil }
    if let zone = known.withLock({ $0[name] }) { return zone }
    guard let bytes = load(name), let zone = try? ZoneRules(tzif: bytes) else { return nil }
    known.withLock { $0[name] = zone }
    return zone
  }

  /// Whether it is no offset, or one of whole quarter hours, as those of all places are today.
  static func isOfWholeQuarters(_ name: String) -> Bool {
    fixedOffset(name).map { $0 % 900 == 0 } ?? true
  }

  /// `+05:30`, `-03:00`, in seconds.
  private static func fixedOffset(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
      bytes[3] == UInt8(ascii: ":")
    else { return nil }
    var digits: [Int] = []
    for index in [1, 2, 4, 5] {
      guard (0x30...0x39).contains(bytes[index]) else { return nil }
      digits.append(Int(bytes[index]) - 0x30)
    }
    let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    guard hours <= 14, minutes <= 59 else { return nil }
    return (hours * 3_600 + minutes * 60) * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
  }

  /// Whether a name can be that of a zone's file: words parted by single slashes.
  static func isName(_ name: String) -> Bool {
    guard (1...64).contains(name.utf8.count) else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
      word.utf8.first.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A } ?? false
        && word.utf8.allSatisfy { byte in
          (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || (0x30...0x39).contains(byte)
            || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte)
        }
    }
  }
}
