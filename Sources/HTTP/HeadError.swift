/// Why the head of a request or an answer was refused.
///
/// After any of them the connection cannot be used further: where the next message would begin is
/// not known.
package enum HeadError: Error, Equatable, Sendable {
  /// The grammar or the framing is wrong; the text says what, in words for the sender.
  case badRequest(String)
  /// Content-Length is a number that no machine could hold.
  case bodyTooLarge
  case targetTooLong(limitBytes: Int)
  case tooLarge(limitBytes: Int)
  case tooManyFields(limit: Int)
  case expectationFailed
  case notImplemented(String)
  case unsupportedVersion

  /// The status code of the refusal.
  package var status: Int {
    switch self {
    case .badRequest: 400
    case .bodyTooLarge: 413
    case .targetTooLong: 414
    case .tooLarge, .tooManyFields: 431
    case .expectationFailed: 417
    case .notImplemented: 501
    case .unsupportedVersion: 505
    }
  }

  /// What the sender reads.
  package var message: String {
    switch self {
    case .badRequest(let reason): reason
    case .bodyTooLarge: "The body is too large."
    case .targetTooLong(let limit): "The request target is longer than \(limit) bytes."
    case .tooLarge(let limit): "The head is larger than \(limit) bytes."
    case .tooManyFields(let limit): "The head has more than \(limit) header fields."
    case .expectationFailed: "Expect: only 100-continue is known here."
    case .notImplemented(let what): "\(what) is not implemented."
    case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
    }
  }
}

/// The bounds of a head.
package struct HeadLimits: Equatable, Sendable {
  /// From the first byte to the end of the empty line.
  package var headBytesMax: Int
  package var targetBytesMax: Int
  package var fieldCountMax: Int
  /// Empty lines before a request line (RFC 9112 § 2.2 asks for at least one).
  package var emptyLinesMax: Int

  package init(
    headBytesMax: Int = 65_536, targetBytesMax: Int = 16_384, fieldCountMax: Int = 200,
    emptyLinesMax: Int = 8
  ) {
    precondition(headBytesMax > 0 && headBytesMax <= 1 << 30, "positions are kept in 32 bits")
    precondition(targetBytesMax > 0 && fieldCountMax > 0 && emptyLinesMax >= 0)
    self.headBytesMax = headBytesMax
    self.targetBytesMax = targetBytesMax
    self.fieldCountMax = fieldCountMax
    self.emptyLinesMax = emptyLinesMax
  }
}
