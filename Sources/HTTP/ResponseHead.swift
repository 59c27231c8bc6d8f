/// How the body of an answer is framed (RFC 9112 § 6.3).
package enum ResponseFraming: Equatable, Sendable {
  case none
  case length(Int)
  case chunked
  case untilClose
}

/// The head of an answer.
package struct ResponseHead: Sendable {
  /// 100 to 999.
  package let status: Int
  /// 0 or 1.
  package let minorVersion: Int
  /// The words after the status code.
  package let reason: Range<Int>
  package let fields: HeaderFields
  /// Whether the connection may carry another request once the body has been read.
  ///
  /// Says nothing of a body that ends with the connection: see `framing(forRequestMethod:)`.
  package let keepsAlive: Bool

  let contentLength: Int?
  let isChunked: Bool

  /// 1xx: another head follows.
  package var isInterim: Bool { status < 200 }

  /// How the body that follows is framed; the method decides too.
  package func framing(forRequestMethod method: HTTPMethod) -> ResponseFraming {
    if method == .head || isInterim || status == 204 || status == 304 { return .none }
    if isChunked { return .chunked }
    return contentLength.map { .length($0) } ?? .untilClose
  }
}
