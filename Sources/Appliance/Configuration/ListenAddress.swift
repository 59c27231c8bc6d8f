/// Where to listen: a host and a port, written `HOST:PORT`.
///
/// The host is an IPv4 address, an IPv6 address in brackets, or a name; the port is 0 (any free
/// one) to 65535.
struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
  /// Without the brackets of an IPv6 address.
  let host: String
  let port: UInt16

  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(digits)
    else { return nil }
    let before = text[..<colon]
    if before.hasPrefix("[") {
      guard before.hasSuffix("]") else { return nil }
      let inside = before.dropFirst().dropLast()
      let isAddress = inside.utf8.allSatisfy { byte in
        (0x30...0x3A).contains(byte) || (0x61...0x66).contains(byte | 0x20) || byte == 0x2E
      }
      guard isAddress, inside.contains(":") else { return nil }
      self.init(host: String(inside), port: port)
    } else {
      let isHost = before.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2E
          || byte == 0x2D || byte == 0x5F
      }
      guard isHost, !before.isEmpty else { return nil }
      self.init(host: String(before), port: port)
    }
  }

  var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
