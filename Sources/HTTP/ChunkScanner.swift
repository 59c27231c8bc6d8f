/// Reads the chunked transfer coding (RFC 9112 § 7.1) a byte at a time, content in one step.
///
/// Strict: lines end with CR LF, a size is 1 to 16 hexadecimal digits, white space stands only
/// where the grammar has it (around the parts of an extension). Extensions and trailer fields are
/// checked, bounded and dropped: together extensions may be 16 KiB longer than the content so far,
/// so that nobody makes us read megabytes for kilobytes.
struct ChunkScanner: Sendable {
  private var phase = Phase.size
  /// Bytes left of the chunk; while its size is read, the size so far.
  private var remaining = 0
  private var digits = 0
  private var extensionBytes = 0
  private var trailerBytes = 0
  private var isLast = false

  private static let digitsMax = 16
  private static let extensionBytesMax = 16_384
  private static let trailerBytesMax = 16_384

  private enum Phase: UInt8 {
    case size, sizeBlank, sizeLineFeed
    case extensionNameStart, extensionName, extensionNameBlank
    case extensionValueStart, extensionToken, extensionQuoted, extensionEscape
    case extensionQuotedEnd, extensionValueBlank
    case data, dataReturn, dataLineFeed
    case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed, finished
  }

  var isFinished: Bool { phase == .finished }

  /// The next piece of content, or nil if the buffer holds no more of it.
  mutating func next(
    in buffer: Span<UInt8>, _ position: inout Int, contentBytes: Int
  ) throws(BodyError) -> Range<Int>? {
    while position < buffer.count {
      switch phase {
      case .finished: return nil
      case .data:
        let start = position
        position += min(remaining, buffer.count - position)
        remaining -= position - start
        if remaining == 0 { phase = .dataReturn }
        return start..<position
      case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .lastLineFeed:
        trailerBytes += 1
        guard trailerBytes <= Self.trailerBytesMax else { throw .framingTooLarge }
        try readTrailer(buffer[position])
        position += 1
      case .size, .sizeBlank, .sizeLineFeed, .dataReturn, .dataLineFeed:
        try readSize(buffer[position])
        position += 1
      case .extensionNameStart, .extensionName, .extensionNameBlank, .extensionValueStart,
        .extensionToken, .extensionQuoted, .extensionEscape, .extensionQuotedEnd,
        .extensionValueBlank:
        extensionBytes += 1
        guard extensionBytes - contentBytes <= Self.extensionBytesMax else {
          throw .framingTooLarge
        }
        try readExtension(buffer[position])
        position += 1
      }
    }
    return nil
  }

  private mutating func readSize(_ byte: UInt8) throws(BodyError) {
    switch (phase, byte) {
    case (.dataReturn, UInt8(ascii: "\r")): phase = .dataLineFeed
    case (.dataLineFeed, UInt8(ascii: "\n")):
      phase = .size
      digits = 0
    case (.dataReturn, _), (.dataLineFeed, _):
      throw .malformed("A chunk is not followed by CR LF.")
    case (.size, UInt8(ascii: "\r")) where digits > 0: endSize()
    case (.size, UInt8(ascii: ";")) where digits > 0, (.sizeBlank, UInt8(ascii: ";")):
      phase = .extensionNameStart
    case (.size, UInt8(ascii: " ")) where digits > 0, (.size, UInt8(ascii: "\t")) where digits > 0,
      (.sizeBlank, UInt8(ascii: " ")), (.sizeBlank, UInt8(ascii: "\t")):
      phase = .sizeBlank
      extensionBytes += 1
      guard extensionBytes <= Self.extensionBytesMax else { throw .framingTooLarge }
    case (.size, _):
      guard let digit = hexValue(byte) else { throw .malformed("A chunk size is not a number.") }
      digits += 1
      guard digits <= Self.digitsMax, remaining <= Int.max >> 4 else { throw .chunkTooLarge }
      remaining = remaining << 4 | digit
    case (.sizeLineFeed, UInt8(ascii: "\n")): phase = isLast ? .trailerStart : .data
    default: throw .malformed("A chunk size line does not end with CR LF.")
    }
  }

  private mutating func endSize() {
    isLast = remaining == 0
    phase = .sizeLineFeed
  }

  /// `;` name [ `=` ( token / quoted string ) ], with white space around the parts.
  private mutating func readExtension(_ byte: UInt8) throws(BodyError) {
    switch phase {
    case .extensionNameStart where isBlank(byte), .extensionValueStart where isBlank(byte): break
    case .extensionNameStart where ByteSet.token.contains(byte): phase = .extensionName
    case .extensionName where ByteSet.token.contains(byte): break
    case .extensionName where isBlank(byte): phase = .extensionNameBlank
    case .extensionNameBlank where isBlank(byte): break
    case .extensionName where byte == UInt8(ascii: "="),
      .extensionNameBlank where byte == UInt8(ascii: "="):
      phase = .extensionValueStart
    case .extensionValueStart where byte == UInt8(ascii: "\""): phase = .extensionQuoted
    case .extensionValueStart where ByteSet.token.contains(byte): phase = .extensionToken
    case .extensionToken where ByteSet.token.contains(byte): break
    case .extensionQuoted where byte == UInt8(ascii: "\""): phase = .extensionQuotedEnd
    case .extensionQuoted where byte == UInt8(ascii: "\\"): phase = .extensionEscape
    case .extensionQuoted where Self.isText(byte): break
    case .extensionEscape where Self.isText(byte): phase = .extensionQuoted
    case .extensionToken where isBlank(byte), .extensionQuotedEnd where isBlank(byte),
      .extensionValueBlank where isBlank(byte):
      phase = .extensionValueBlank
    case .extensionName where byte == UInt8(ascii: ";"),
      .extensionNameBlank where byte == UInt8(ascii: ";"),
      .extensionToken where byte == UInt8(ascii: ";"),
      .extensionQuotedEnd where byte == UInt8(ascii: ";"),
      .extensionValueBlank where byte == UInt8(ascii: ";"):
      phase = .extensionNameStart
    case .extensionName where byte == UInt8(ascii: "\r"),
      .extensionToken where byte == UInt8(ascii: "\r"),
      .extensionQuotedEnd where byte == UInt8(ascii: "\r"):
      endSize()
    default: throw .malformed("A chunk extension is not 'name' or 'name=value'.")
    }
  }

  private mutating func readTrailer(_ byte: UInt8) throws(BodyError) {
    switch phase {
    case .trailerStart where byte == UInt8(ascii: "\r"): phase = .lastLineFeed
    case .trailerStart where ByteSet.token.contains(byte): phase = .trailerName
    case .trailerName where ByteSet.token.contains(byte): break
    case .trailerName where byte == UInt8(ascii: ":"): phase = .trailerValue
    case .trailerValue where byte == UInt8(ascii: "\r"): phase = .trailerLineFeed
    case .trailerValue where Self.isText(byte): break
    case .trailerLineFeed where byte == UInt8(ascii: "\n"): phase = .trailerStart
    case .lastLineFeed where byte == UInt8(ascii: "\n"): phase = .finished
    default: throw .malformed("A trailer field is not 'name: value' and CR LF.")
    }
  }

  /// A tab, visible ASCII, a space, or a byte from 80 on.
  private static func isText(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == 0x09
  }
}
