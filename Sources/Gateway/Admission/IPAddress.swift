/// An IPv4 or IPv6 address as 128 bits; IPv4 in its v4-mapped form (RFC 4291, section 2.5.5.2).
///
/// So `10.0.0.1` and `::ffff:10.0.0.1` are one address, whichever way a client came in.
package struct IPAddress: Hashable, Sendable {
  let bits: UInt128

  private static let mappedPrefix: UInt128 = 0xFFFF << 32

  /// Takes 4 or 16 bytes in network order.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    self.bits = bytes.count == 4 ? Self.mappedPrefix | bits : bits
  }

  /// Reads `192.0.2.1` or `2001:db8::1`, without brackets, port or zone.
  package init?(_ text: String) {
    let utf8 = text.utf8.span
    self.init(utf8)
  }

  /// Reads the textual form of RFC 4291, section 2.2; IPv4 without leading zeros.
  init?(_ text: Span<UInt8>) {
    // 45: an IPv6 address that ends in an IPv4 one.
    guard (2...45).contains(text.count) else { return nil }
    if let v4 = Self.v4(text) {
      bits = Self.mappedPrefix | UInt128(v4)
    } else if let v6 = Self.v6(text) {
      bits = v6
    } else {
      return nil
    }
  }

  /// Whether it is an IPv4 address.
  package var isV4: Bool { bits >> 32 == Self.mappedPrefix >> 32 }

  private static func v4(_ text: Span<UInt8>) -> UInt32? {
    var address: UInt32 = 0
    var parts = 0
    var part: UInt32 = 0
    var digits = 0
    for index in text.indices {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard digits < 3, digits == 0 || part > 0 else { return nil }
        part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
      case UInt8(ascii: "."):
        guard digits > 0, part <= 255, parts < 3 else { return nil }
        address = address << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      default: return nil
      }
    }
    guard parts == 3, digits > 0, part <= 255 else { return nil }
    return address << 8 | part
  }

  private static func v6(_ text: Span<UInt8>) -> UInt128? {
    let colon = UInt8(ascii: ":")
    // What stands before the `::`, then what stands behind it.
    var front: UInt128 = 0
    var frontCount = 0
    var back: UInt128 = 0
    var backCount = 0
    var hasGap = false
    var index = 0
    if text[0] == colon {
      guard text[1] == colon else { return nil }
      hasGap = true
      index = 2
    }
    func take(_ value: UInt128, groups: Int) {
      if hasGap {
        back = back << UInt128(16 * groups) | value
        backCount += groups
      } else {
        front = front << UInt128(16 * groups) | value
        frontCount += groups
      }
    }
    while index < text.count {
      guard frontCount + backCount < 8 else { return nil }
      let start = index
      var group: UInt128 = 0
      while index < text.count, index - start < 4, let digit = hexDigit(text[index]) {
        group = group << 4 | UInt128(digit)
        index += 1
      }
      if index < text.count, text[index] == UInt8(ascii: ".") {
        guard let v4 = v4(text.extracting(start..<text.count)) else { return nil }
        take(UInt128(v4), groups: 2)
        index = text.count
        break
      }
      guard index > start else { return nil }
      take(group, groups: 1)
      guard index < text.count else { break }
      guard text[index] == colon, index + 1 < text.count else { return nil }
      index += 1
      if text[index] == colon {
        guard !hasGap else { return nil }
        hasGap = true
        index += 1
      }
    }
    let count = frontCount + backCount
    guard hasGap ? count < 8 : count == 8 else { return nil }
    // Shifts by the whole width give zero.
    return front << UInt128(16 * (8 - frontCount)) | back
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension IPAddress: CustomStringConvertible {
  /// The form that people write: `192.0.2.1`, or RFC 5952's of an IPv6 address.
  package var description: String {
    guard !isV4 else {
      return [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: bits >> $0)) }
        .joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
    // The longest run of zeros, the first of equals; a single one is written out.
    var gap = 0..<0
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start > max(gap.count, 1) { gap = start..<end }
      start = end + 1
    }
    func text(_ groups: some Sequence<UInt16>) -> String {
      groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !gap.isEmpty else { return text(groups) }
    return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
  }
}

/// An address or a block of addresses in CIDR notation: `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`.
///
/// A block holds addresses of its own family alone: `::/0` is all of IPv6 and none of IPv4. One that
/// is written in the v4-mapped form is a block of IPv4.
package struct AddressRange: Hashable, Sendable {
  private let base: UInt128
  private let mask: UInt128
  private let isV4: Bool

  /// Nil for what is neither; bits behind the prefix do not count.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    var length = 128
    if parts.count == 2 {
      let digits = parts[1].utf8
      // A block of IPv4 has at most 32 bits; its text has no colon.
      let isV4 = !first.utf8.contains(UInt8(ascii: ":"))
      guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
        let prefix = Int(parts[1]), prefix <= (isV4 ? 32 : 128)
      else { return nil }
      length = isV4 ? prefix + 96 : prefix
    }
    isV4 = address.isV4
    guard !isV4 || length >= 96 else { return nil }
    mask = length == 0 ? 0 : UInt128.max << UInt128(128 - length)
    base = address.bits & mask
  }

  package func contains(_ address: IPAddress) -> Bool {
    address.bits & mask == base && address.isV4 == isV4
  }
}
