/// Writes the chunked transfer coding (RFC 9112 § 7.1).
package enum ChunkedCoding {
  /// Ends a chunked body, without trailer fields.
  package static let lastChunk: [UInt8] = Array("0\r\n\r\n".utf8)

  /// Appends `content` as one chunk; nothing if it is empty, for that would end the body.
  package static func appendChunk(_ content: Span<UInt8>, to out: inout [UInt8]) {
    guard !content.isEmpty else { return }
    appendChunkHead(contentBytes: content.count, to: &out)
    out.append(content)
    out.append("\r\n")
  }

  /// Appends the size line of a chunk, for content that is sent from another buffer.
  ///
  /// CR LF must follow the content.
  package static func appendChunkHead(contentBytes: Int, to out: inout [UInt8]) {
    precondition(contentBytes > 0, "an empty chunk ends the body")
    var shift = (Int.bitWidth - 1 - contentBytes.leadingZeroBitCount) & ~3
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: contentBytes >> shift & 0xF)
      out.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      shift -= 4
    }
    out.append("\r\n")
  }

  /// Appends the end of the body.
  package static func appendLastChunk(to out: inout [UInt8]) {
    out.append("0\r\n\r\n")
  }
}
