/// The address at the other end of a connection that is about to be made.
package struct FetchPeer: Equatable, Sendable {
  /// 4 or 16 bytes in network order.
  package let bytes: [UInt8]
  package let port: UInt16

  package init(bytes: [UInt8], port: UInt16) {
    self.bytes = bytes
    self.port = port
  }
}

/// What to send, where, and how much of the answer to take.
package struct FetchRequest: Sendable {
  /// The way to the host of the URL.
  package enum Way: Sendable {
    /// Over the network; the function says yes or no to each address that the host's name has.
    ///
    /// There is no default: whoever asks must have thought of link-local and metadata addresses.
    case network(allows: @Sendable (FetchPeer) -> Bool)
    /// Over a socket in the file system; the host of the URL is only a name.
    case socket(path: String)
  }

  package var method = "GET"
  /// `http` or `https`, without user and password.
  package var url: String
  package var way: Way
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8]?
  package var connectTimeoutMilliseconds = 3_000
  /// For the whole exchange, the resolution of names included.
  package var timeoutMilliseconds = 30_000
  /// Larger answers are an error; what is streamed counts too.
  package var responseBytesMax = 16 << 20
  /// A file of certificates in place of the system's.
  package var caFile: String?
  package var userAgent = "appliance"

  package init(_ url: String, way: Way) {
    self.url = url
    self.way = way
  }
}

/// An answer.
package struct FetchResponse: Sendable {
  package var status: Int
  /// In order, names as the server wrote them.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  /// The value of the first header of that name, in whatever case.
  package func header(_ name: String) -> String? {
    let wanted = name.utf8.map(lowered)
    return headers.first { $0.name.utf8.map(lowered) == wanted }?.value
  }
}

func lowered(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
