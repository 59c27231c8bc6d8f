/// Makes ids of records: by kind, in the order in which they were made, never twice.
///
/// Ten characters of wall time, four that count within one maker, eight of chance, in an alphabet
/// without look-alikes (Crockford's base 32): they sort as they were made, which is the order of
/// keys in a pool. Settings and prices have their name as id instead: two nodes that write the
/// same one write the same record.
package struct RecordIDMaker: Sendable {
  private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  private let nowMilliseconds: Int64
  private var random: UInt64
  private var count: UInt64 = 0

  /// Begins at a wall time in Unix milliseconds, with 64 random bits that no other maker has had.
  package init(nowMilliseconds: Int64, random: UInt64) {
    self.nowMilliseconds = nowMilliseconds
    self.random = random
  }

  package mutating func next(_ kind: Record.Kind) -> String {
    random = StableHash.mix(random)
    var text = Array("\(kind.rawValue)_".utf8)
    append(UInt64(bitPattern: max(nowMilliseconds, 0)), digits: 10, to: &text)
    append(count, digits: 4, to: &text)
    append(random, digits: 8, to: &text)
    count += 1
    return String(decoding: text, as: UTF8.self)
  }

  private func append(_ number: UInt64, digits count: Int, to text: inout [UInt8]) {
    for place in (0..<count).reversed() {
      text.append(Self.digits[Int(truncatingIfNeeded: number >> UInt64(place * 5)) & 31])
    }
  }
}
