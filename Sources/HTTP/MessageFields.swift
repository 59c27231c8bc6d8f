/// What the fields of a head say about the message itself: its framing and its connection.
///
/// One walk over the lines; only names of a known length are compared.
struct MessageFields {
  var contentLength: Int?
  var contentLengthLines = 0
  /// All Content-Length lines say the same.
  var contentLengthsAgree = true
  var transferEncodingLines = 0
  /// The first Transfer-Encoding line is exactly `chunked`.
  var isChunked = false
  var hasClose = false
  var hasKeepAlive = false
  var hostLines = 0
  var host: Range<Int> = 0..<0
  var expectsContinue = false
  var expectsOther = false

  init(_ lines: [FieldLine], in bytes: Span<UInt8>) throws(HeadError) {
    for line in lines {
      switch line.name.count {
      case 4 where bytes.matchesIgnoringCase(line.name, "host"):
        hostLines += 1
        host = line.value
      case 6 where bytes.matchesIgnoringCase(line.name, "expect"):
        if bytes.matchesIgnoringCase(line.value, "100-continue") {
          expectsContinue = true
        } else {
          expectsOther = true
        }
      case 10 where bytes.matchesIgnoringCase(line.name, "connection"):
        readConnection(line.value, in: bytes)
      case 14 where bytes.matchesIgnoringCase(line.name, "content-length"):
        let length = try Self.length(line.value, in: bytes)
        if contentLengthLines > 0, length != contentLength { contentLengthsAgree = false }
        contentLengthLines += 1
        contentLength = length
      case 17 where bytes.matchesIgnoringCase(line.name, "transfer-encoding"):
        if transferEncodingLines == 0 {
          isChunked = bytes.matchesIgnoringCase(line.value, "chunked")
        }
        transferEncodingLines += 1
      default: break
      }
    }
  }

  private mutating func readConnection(_ value: Range<Int>, in bytes: Span<UInt8>) {
    var options = ListMembers(value)
    while let option = options.next(in: bytes) {
      if bytes.matchesIgnoringCase(option, "close") { hasClose = true }
      if bytes.matchesIgnoringCase(option, "keep-alive") { hasKeepAlive = true }
    }
  }

  /// Content-Length is digits and nothing else (RFC 9110 § 8.6).
  private static func length(
    _ value: Range<Int>, in bytes: Span<UInt8>
  ) throws(HeadError) -> Int {
    guard !value.isEmpty else { throw .badRequest("Content-Length is empty.") }
    var length = 0
    for index in value {
      guard isDigit(bytes[index]) else { throw .badRequest("Content-Length is not a number.") }
    }
    for index in value {
      let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(bytes[index] &- 0x30))
      guard !overflow, !carry else { throw .bodyTooLarge }
      length = sum
    }
    return length
  }
}
