package import HTTP

/// Finds out from which address a request comes when proxies stand in front.
package enum ClientAddress {
  /// More hops than this no honest chain of proxies has.
  private static let hopsMax = 32

  /// The peer, or, where it is a trusted proxy, the right-most address of `X-Forwarded-For` that
  /// is not one.
  ///
  /// Each proxy writes at the right the address that it was spoken to from. What stands left of
  /// the first address that is no trusted proxy's was written by whoever has that address, and is
  /// not looked at. Nil where a trusted proxy does not say whom it speaks for in a form that can
  /// be read: such a client has no known address.
  package static func find(
    peer: IPAddress?, fields: HeaderFields, trusted: [AddressRange]
  ) -> IPAddress? {
    guard let peer, !trusted.isEmpty, isTrusted(peer, trusted) else { return peer }
    let bytes = fields.bytes
    let span = bytes.span
    var nearest = peer
    var hops = 0
    for line in fields.lines.reversed() where fields.isNamed(line, "x-forwarded-for") {
      var rest = line.value
      while true {
        var comma = rest.upperBound
        while comma > rest.lowerBound, span[comma - 1] != UInt8(ascii: ",") { comma -= 1 }
        hops += 1
        guard hops <= hopsMax, let address = address(span, comma..<rest.upperBound) else {
          return nil
        }
        guard isTrusted(address, trusted) else { return address }
        nearest = address
        guard comma > rest.lowerBound else { break }
        rest = rest.lowerBound..<(comma - 1)
      }
    }
    return nearest
  }

  private static func isTrusted(_ address: IPAddress, _ trusted: [AddressRange]) -> Bool {
    trusted.contains { $0.contains(address) }
  }

  /// An address as proxies write it: bare, in brackets, or with a port.
  private static func address(_ bytes: Span<UInt8>, _ range: Range<Int>) -> IPAddress? {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    guard start < end else { return nil }
    let hasBracket = bytes[start] == UInt8(ascii: "[")
    var stop = start
    if hasBracket {
      start += 1
      stop = start
      while stop < end, bytes[stop] != UInt8(ascii: "]") { stop += 1 }
      guard stop < end, isPort(bytes, stop + 1..<end) else { return nil }
    } else {
      // One colon behind dots parts a port; more are of an IPv6 address.
      var colons = 0
      stop = end
      for index in start..<end where bytes[index] == UInt8(ascii: ":") {
        colons += 1
        stop = colons == 1 ? index : end
      }
      guard colons != 1 || isPort(bytes, stop..<end) else { return nil }
    }
    return IPAddress(bytes.extracting(start..<stop))
  }

  /// Nothing, or a colon and digits.
  private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return true }
    guard bytes[range.lowerBound] == UInt8(ascii: ":"), (2...6).contains(range.count) else {
      return false
    }
    return range.dropFirst().allSatisfy { (0x30...0x39).contains(bytes[$0]) }
  }
}
