/// A time zone: what the clocks on its walls show at any moment.
///
/// Read from the bytes of a TZif file (RFC 8536), versions 1 to 4, or a fixed offset. Leap seconds
/// are left out: Unix time has none.
package struct ZoneRules: Equatable, Sendable {
  /// Unix times from which on the offset of the same place holds.
  private let changes: [Int64]
  private let offsets: [Int]
  private let firstOffset: Int
  private let rule: PosixZone?

  package static let utc = ZoneRules(offsetSeconds: 0)

  package init(offsetSeconds: Int) {
    changes = []
    offsets = []
    firstOffset = offsetSeconds
    rule = nil
  }

  /// Why bytes are no time zone.
  package enum Failure: Error, Equatable {
    case notTZif
    case cutShort
    case inconsistent
  }

  /// Offsets are less than 26 hours (RFC 8536, section 3.2).
  private static let offsetRange = -93_599...93_599
  private static let headerBytes = 44

  /// Reads a file's bytes, whatever they are.
  package init(tzif bytes: [UInt8]) throws(Failure) {
    let first = try Header(bytes, at: 0)
    guard first.version >= 2 else {
      self = try Self(bytes, first, at: Self.headerBytes, wideTimes: false, footer: nil)
      return
    }
    // The first block is for old readers; the second has times of 64 bits and a footer.
    let second = Self.headerBytes + first.dataBytes(timeBytes: 4)
    let header = try Header(bytes, at: second)
    let data = second + Self.headerBytes
    let end = data + header.dataBytes(timeBytes: 8)
    guard end < bytes.count, bytes[end] == 0x0A,
      let last = bytes[(end + 1)...].firstIndex(of: 0x0A)
    else { throw .cutShort }
    self = try Self(bytes, header, at: data, wideTimes: true, footer: bytes[(end + 1)..<last])
  }

  private init(
    _ bytes: [UInt8], _ header: Header, at start: Int, wideTimes: Bool,
    footer: ArraySlice<UInt8>?
  ) throws(Failure) {
    let timeBytes = wideTimes ? 8 : 4
    guard start + header.dataBytes(timeBytes: timeBytes) <= bytes.count else { throw .cutShort }
    let indices = start + header.timeCount * timeBytes
    let types = indices + header.timeCount
    var typeOffsets: [Int] = []
    for type in 0..<header.typeCount {
      let offset = Int(Int32(truncatingIfNeeded: Self.integer(bytes, types + type * 6, 4)))
      guard Self.offsetRange.contains(offset) else { throw .inconsistent }
      typeOffsets.append(offset)
    }
    var changes: [Int64] = []
    var offsets: [Int] = []
    for index in 0..<header.timeCount {
      let raw = Self.integer(bytes, start + index * timeBytes, timeBytes)
      let time = wideTimes ? raw : Int64(Int32(truncatingIfNeeded: raw))
      let type = Int(bytes[indices + index])
      guard type < typeOffsets.count, changes.last.map({ $0 < time }) ?? true else {
        throw .inconsistent
      }
      changes.append(time)
      offsets.append(typeOffsets[type])
    }
    guard let firstOffset = typeOffsets.first else { throw .inconsistent }
    var rule: PosixZone?
    if let footer, !footer.isEmpty {
      rule = PosixZone(footer)
      guard rule != nil else { throw .inconsistent }
    }
    self.changes = changes
    self.offsets = offsets
    self.firstOffset = firstOffset
    self.rule = rule
  }

  private struct Header {
    let version: Int
    let utCount: Int
    let standardCount: Int
    let leapCount: Int
    let timeCount: Int
    let typeCount: Int
    let characterCount: Int

    /// What a file of the zone database has is far below.
    private static let countMax = 100_000

    init(_ bytes: [UInt8], at start: Int) throws(Failure) {
      guard start + ZoneRules.headerBytes <= bytes.count else { throw .cutShort }
      guard bytes[start..<start + 4].elementsEqual("TZif".utf8) else { throw .notTZif }
      let mark = bytes[start + 4]
      guard mark == 0 || (0x32...0x39).contains(mark) else { throw .notTZif }
      version = mark == 0 ? 1 : Int(mark) - 0x30
      var counts: [Int] = []
      for index in 0..<6 {
        let count = Int(ZoneRules.integer(bytes, start + 20 + index * 4, 4))
        guard (0...Self.countMax).contains(count) else { throw .inconsistent }
        counts.append(count)
      }
      (utCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
      (timeCount, typeCount, characterCount) = (counts[3], counts[4], counts[5])
    }

    func dataBytes(timeBytes: Int) -> Int {
      timeCount * (timeBytes + 1) + typeCount * 6 + characterCount
        + leapCount * (timeBytes + 4) + standardCount + utCount
    }
  }

  /// A big-endian number; the caller has checked that it is there.
  private static func integer(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64 {
    var value: UInt64 = 0
    for byte in bytes[start..<start + count] { value = value << 8 | UInt64(byte) }
    return Int64(bitPattern: value)
  }

  // MARK: what the clocks show

  /// Seconds east of UTC at a Unix time.
  package func offset(at seconds: Int64) -> Int {
    guard let last = changes.last, let first = changes.first else {
      return rule?.offset(at: seconds) ?? firstOffset
    }
    if seconds < first { return firstOffset }
    if seconds >= last { return rule?.offset(at: seconds) ?? offsets[offsets.count - 1] }
    var (low, high) = (0, changes.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if changes[middle] <= seconds { low = middle } else { high = middle }
    }
    return offsets[low]
  }

  /// The first Unix time at which the clocks show this local time or a later one.
  ///
  /// A local midnight that is skipped is the moment of the change; of one that comes twice it is
  /// the first.
  package func firstTime(atLocal local: Int64) -> Int64 {
    let before = local - Int64(offset(at: local - 2 * 86_400))
    let after = local - Int64(offset(at: local + 2 * 86_400))
    var (low, high) = (min(before, after), max(before, after))
    func isReached(_ time: Int64) -> Bool { time + Int64(offset(at: time)) >= local }
    if isReached(low) { return low }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isReached(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
