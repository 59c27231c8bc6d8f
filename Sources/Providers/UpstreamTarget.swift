/// Where a provider lives: the parsed `base_url` of its record.
///
/// Made once, when a record is read, so that a request only copies bytes. The path is kept as it
/// was written, without its last slashes; what a dialect adds to it is `UpstreamPath`'s matter.
package struct UpstreamTarget: Equatable, Sendable {
  package let isSecure: Bool
  /// In lower case, an IPv6 address without its brackets.
  package let host: String
  package let port: UInt16
  /// Empty, or `/openai/v1`: begins with a slash and does not end in one.
  package let pathPrefix: [UInt8]
  /// The value of `Host`: the port only where it is not the scheme's own.
  package let hostHeader: [UInt8]

  /// Reads a `base_url`.
  ///
  /// - Throws: `ProfileError` for the field `base_url`, with what would be right.
  package init(parsing text: String) throws(ProfileError) {
    guard text.utf8.count <= Self.bytesMax else {
      throw Self.wrong("is longer than \(Self.bytesMax) bytes")
    }
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw Self.wrong("may hold only ASCII without spaces; write an international name as xn--…")
    }
    let (isSecure, afterScheme) = try Self.scheme(of: bytes)
    let rest = bytes[afterScheme...]
    let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != 0x3F && $0 != 0x23 }
    let tail = rest[authority.endIndex...]
    guard !tail.contains(0x3F) else { throw Self.wrong("must not hold a query ('?')") }
    guard !tail.contains(0x23) else { throw Self.wrong("must not hold a fragment ('#')") }
    guard !authority.contains(UInt8(ascii: "@")) else {
      throw Self.wrong("must not hold a user or password; store the secret as a key")
    }
    let (hostBytes, portBytes, isIPv6) = try Self.split(authority)
    self.isSecure = isSecure
    self.host = String(decoding: hostBytes, as: UTF8.self)
    self.port = try Self.port(portBytes, default: isSecure ? 443 : 80)
    self.pathPrefix = try Self.path(tail)
    var header = isIPv6 ? [UInt8(ascii: "[")] + hostBytes + [UInt8(ascii: "]")] : hostBytes
    if port != (isSecure ? 443 : 80) { header += Array(":\(port)".utf8) }
    self.hostHeader = header
  }

  /// Whether the host is a loopback address as written: `127.0.0.0/8`, `::1`, or `localhost`,
  /// which RFC 6761 section 6.3 reserves for them.
  package var isLoopbackLiteral: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static let bytesMax = 2_048
  private static let hostBytesMax = 253  // RFC 1035 section 2.3.4.

  private static func wrong(_ what: String) -> ProfileError {
    ProfileError(
      field: "base_url", message: "base_url \(what); for example https://api.openai.com/v1")
  }

  private static func scheme(of bytes: [UInt8]) throws(ProfileError) -> (Bool, Int) {
    let head = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
    if head == "https://" { return (true, 8) }
    if head.hasPrefix("http://") { return (false, 7) }
    throw wrong("must begin with https:// or http://")
  }

  /// Parts an authority into host and port; the host in lower case.
  private static func split(
    _ authority: ArraySlice<UInt8>
  ) throws(ProfileError) -> (host: [UInt8], port: ArraySlice<UInt8>?, isIPv6: Bool) {
    if authority.first == UInt8(ascii: "[") {
      guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else {
        throw wrong("lacks the ']' after its IPv6 address")
      }
      let address = authority[(authority.startIndex + 1)..<end].map(lowercase)
      guard isIPv6(address) else {
        throw wrong("holds something in brackets that is no IPv6 address")
      }
      let after = authority[(end + 1)...]
      guard after.first == nil || after.first == UInt8(ascii: ":") else {
        throw wrong("holds something between ']' and the port")
      }
      return (address, after.isEmpty ? nil : after.dropFirst(), true)
    }
    let colon = authority.firstIndex(of: UInt8(ascii: ":"))
    var host = authority[..<(colon ?? authority.endIndex)].map(lowercase)
    if host.last == UInt8(ascii: ".") { host.removeLast() }
    guard !host.isEmpty, host.count <= hostBytesMax, host.allSatisfy(isHostByte),
      !host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .contains(where: { $0.isEmpty || $0.count > 63 })
    else { throw wrong("has no valid host name") }
    return (host, colon.map { authority[($0 + 1)...] }, false)
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// Whether the text can be an IPv6 address (RFC 4291 section 2.2); the resolver has the last word.
  private static func isIPv6(_ text: [UInt8]) -> Bool {
    var groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard groups.count >= 3 else { return false }
    var count = 0
    if let last = groups.last, last.contains(UInt8(ascii: ".")) {
      let parts = last.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard parts.count == 4,
        parts.allSatisfy({ UInt8(String(decoding: $0, as: UTF8.self)) != nil })
      else { return false }
      groups.removeLast()
      count = 2
    }
    let compressed = String(decoding: text, as: UTF8.self)
    let gaps = compressed.split(separator: "::", omittingEmptySubsequences: false).count - 1
    guard gaps <= 1, !compressed.contains(":::") else { return false }
    guard gaps == 1 || (text.first != 0x3A && text.last != 0x3A) else { return false }
    if gaps == 1 {
      guard text.starts(with: [0x3A, 0x3A]) || text.first != 0x3A,
        text.suffix(2).elementsEqual([0x3A, 0x3A]) || text.last != 0x3A
      else { return false }
    }
    for group in groups where !group.isEmpty {
      guard group.count <= 4, group.allSatisfy({ hexDigitValue($0) != nil }) else { return false }
      count += 1
    }
    return gaps == 1 ? count <= 7 : count == 8
  }

  private static func port(
    _ digits: ArraySlice<UInt8>?, default standard: UInt16
  ) throws(ProfileError) -> UInt16 {
    guard let digits else { return standard }
    guard digits.count <= 5, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let port = UInt16(String(decoding: digits, as: UTF8.self)), port > 0
    else { throw wrong("must have a port from 1 to 65535 after the ':'") }
    return port
  }

  private static func path(_ tail: ArraySlice<UInt8>) throws(ProfileError) -> [UInt8] {
    var path = Array(tail)
    while path.last == UInt8(ascii: "/") { path.removeLast() }
    guard path.allSatisfy({ isPathByte($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }),
      PathCoding.isWellFormed(path.span)
    else { throw wrong("holds a path that is not percent-encoded") }
    guard PathCoding.traversal(in: path.span) == nil else {
      throw wrong("must not hold '.' or '..' segments or encoded slashes")
    }
    return path
  }
}
