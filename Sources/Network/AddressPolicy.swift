/// Which addresses the appliance may connect to on behalf of a request.
///
/// Checked on the resolved address at connect time, so that a name that changes its address
/// (DNS rebinding) gains nothing. Sources: RFC 6890 and its IPv6 registry, RFC 6052 (NAT64); the
/// metadata addresses are those that AWS, GCP, Azure, Oracle and Alibaba document.
package enum AddressPolicy {
  package enum Verdict: Equatable, Sendable {
    case allowed
    /// Loopback or private: only for a provider with `allow_private`.
    case needsAllowPrivate
    /// Link-local, metadata, unspecified, multicast, reserved: never.
    case refused
  }

  package static func verdict(on address: SocketAddress) -> Verdict {
    let bytes = address.bytes
    guard bytes.count == 16 else { return verdictV4(bytes) }
    if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
      return verdictV4(Array(bytes.suffix(4)))  // ::ffff:0:0/96, v4-mapped
    }
    if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
      return verdictV4(Array(bytes.suffix(4)))  // 64:ff9b::/96, NAT64
    }
    if bytes.starts(with: [0x20, 0x02]) { return verdictV4(Array(bytes[2..<6])) }  // 6to4
    if bytes.dropLast().allSatisfy({ $0 == 0 }) {
      return bytes.last == 1 ? .needsAllowPrivate : .refused  // ::1, ::
    }
    if bytes.prefix(12).allSatisfy({ $0 == 0 }) { return .refused }  // ::/96, deprecated
    if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .refused }  // fe80::/10 link-local
    if bytes[0] == 0xFF { return .refused }  // multicast
    // AWS answers metadata at fd00:ec2::254, GCP at fd20:ce::254.
    if bytes == metadataAWS || bytes == metadataGCP { return .refused }
    if bytes[0] & 0xFE == 0xFC { return .needsAllowPrivate }  // fc00::/7 unique local
    return .allowed
  }

  private static let metadataAWS: [UInt8] =
    [0xFD, 0x00, 0x0E, 0xC2] + [UInt8](repeating: 0, count: 10) + [0x02, 0x54]
  private static let metadataGCP: [UInt8] =
    [0xFD, 0x20, 0x00, 0xCE] + [UInt8](repeating: 0, count: 10) + [0x02, 0x54]

  private static func verdictV4(_ bytes: [UInt8]) -> Verdict {
    guard bytes.count == 4 else { return .refused }
    switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
    case (0, _, _, _): return .refused  // "this network"
    case (169, 254, _, _): return .refused  // link-local, and the metadata services
    case (168, 63, 129, 16): return .refused  // Azure's wire server
    case (100, 100, 100, 200): return .refused  // Alibaba's metadata service
    case (192, 0, 0, 192): return .refused  // Oracle's metadata service
    case (224...255, _, _, _): return .refused  // multicast, reserved, broadcast
    case (127, _, _, _), (10, _, _, _), (192, 168, _, _): return .needsAllowPrivate
    case (172, 16...31, _, _): return .needsAllowPrivate
    case (100, 64...127, _, _): return .needsAllowPrivate  // carrier-grade NAT
    case (198, 18...19, _, _): return .needsAllowPrivate  // benchmarking
    default: return .allowed
    }
  }
}
