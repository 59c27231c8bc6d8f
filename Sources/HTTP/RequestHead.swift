/// The method of a request; methods are case-sensitive (RFC 9110 § 9.1).
package enum HTTPMethod: Equatable, Sendable {
  case get, head, post, put, delete, patch, options
  /// Any other token, at most 32 bytes.
  case other(String)

  init(_ range: Range<Int>, in bytes: Span<UInt8>) {
    for (name, method) in Self.known where bytes.matches(range, name) {
      self = method
      return
    }
    var name = ""
    for index in range { name.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
    self = .other(name)
  }

  private static let known: [(StaticString, HTTPMethod)] = [
    ("POST", .post), ("GET", .get), ("HEAD", .head), ("PUT", .put), ("DELETE", .delete),
    ("PATCH", .patch), ("OPTIONS", .options),
  ]

  /// As it stands in a request line.
  package var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .patch: "PATCH"
    case .options: "OPTIONS"
    case .other(let name): name
    }
  }
}

/// How the body of a request is framed (RFC 9112 § 6.3).
package enum BodyFraming: Equatable, Sendable {
  /// No body follows.
  case none
  case length(Int)
  case chunked
}

/// The head of a request: one copy of its bytes and where things stand in it.
///
/// `RequestHeadParser` makes it; what it has let through is safe to act on: the framing is
/// unambiguous, the method a token, the target visible ASCII, Host valid.
package struct RequestHead: Sendable {
  package let method: HTTPMethod
  /// The target as it came.
  package let target: Range<Int>
  /// The path, percent escapes as they came; `*` for the asterisk form, `/` for an empty one.
  package let path: Range<Int>
  /// What follows the `?`.
  package let query: Range<Int>?
  /// Host and port: of the target if it has them, else of the Host field.
  package let authority: Range<Int>?
  /// 0 or 1.
  package let minorVersion: Int
  package let fields: HeaderFields
  package let framing: BodyFraming
  /// Whether the client would send another request on this connection.
  package let keepsAlive: Bool
  /// Whether the client waits for `100 Continue` before its body.
  package let expectsContinue: Bool

  /// What all ranges point into.
  package var bytes: [UInt8] { fields.bytes }
  package var pathBytes: ArraySlice<UInt8> { fields.bytes[path] }
  package var queryBytes: ArraySlice<UInt8>? { query.map { fields.bytes[$0] } }

  /// The path with its percent escapes decoded, or nil if they are not valid or not UTF-8.
  package func decodedPath() -> String? {
    guard let decoded = PercentCoding.decoded(pathBytes.span) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }
}
