/// Finds the lines, fields and ends of server-sent events (WHATWG HTML, section 9.2.6) in bytes
/// that another relays.
///
/// A byte order mark is not for it: the caller skips it.
///
/// It keeps no line: data bytes are left where they are for the scanner to read in place.
struct EventLines {
  /// What to do with the bytes at the current index.
  enum Step: Equatable {
    /// Data of the event, up to the end of the line.
    case data
    /// The event ended with the byte before the index.
    case eventEnd
    /// A line feed after the carriage return that ended the event before.
    case lateLineFeed
    /// The chunk is used up.
    case needMore
  }

  private enum State: UInt8 {
    case lineStart, field, afterColon, data, name, rest
  }

  /// A line of this many bytes has no end: the provider is broken.
  static let lineBytesMax = 32 << 20

  private var state = State.lineStart
  /// The field name of the line, its first bytes packed, lowest first.
  private var field: UInt64 = 0
  private var fieldCount = 0
  private var isData = false
  private var name: UInt64 = 0
  private var nameCount = 0
  private var endedWithCR = false
  private var isAtEventStart = true
  private var lineBytes = 0

  /// The event has a `data` field.
  private(set) var hasData = false
  /// No data of the current line has been taken yet.
  private(set) var isAtDataStart = false
  /// The event's name is `error`.
  var isNamedError: Bool { nameCount == 5 && name == Self.errorName }
  /// No byte of an event has come since the last one ended.
  var isBetweenEvents: Bool { isAtEventStart }
  var isLineTooLong: Bool { lineBytes > Self.lineBytesMax }

  /// Data of the line has been read up to `count` bytes more.
  mutating func tookData(_ count: Int) {
    lineBytes += count
    isAtDataStart = false
  }

  /// Goes on from `index` to the next thing of note.
  mutating func next(_ bytes: Span<UInt8>, _ index: inout Int) -> Step {
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || byte == 0x0D {
        index += 1
        if byte == 0x0A, endedWithCR {
          endedWithCR = false
          if isAtEventStart { return .lateLineFeed }
          continue
        }
        endedWithCR = byte == 0x0D
        if endLine() { return .eventEnd }
        continue
      }
      endedWithCR = false
      isAtEventStart = false
      switch state {
      case .lineStart:
        field = 0
        fieldCount = 0
        state = .field
      case .field:
        takeField(byte)
        index += 1
        lineBytes += 1
      case .afterColon:
        state = isData ? .data : field == Self.eventField && fieldCount == 5 ? .name : .rest
        isAtDataStart = isData
        if state == .name {
          name = 0
          nameCount = 0
        }
        if byte == 0x20 {
          index += 1
          lineBytes += 1
        }
      case .data:
        return .data
      case .name:
        if nameCount < 8 { name |= UInt64(byte) << UInt64(nameCount * 8) }
        nameCount += 1
        index += 1
        lineBytes += 1
      case .rest:
        let end = lineEnd(bytes, from: index)
        lineBytes += end - index
        index = end
      }
    }
    return .needMore
  }

  private mutating func takeField(_ byte: UInt8) {
    guard byte != UInt8(ascii: ":") else {
      isData = fieldCount == 4 && field == Self.dataField
      if isData { hasData = true }
      state = .afterColon
      return
    }
    if fieldCount < 8 { field |= UInt64(byte) << UInt64(fieldCount * 8) }
    fieldCount = min(fieldCount + 1, 9)
  }

  /// - Returns: Whether the line was empty, which ends the event.
  private mutating func endLine() -> Bool {
    let wasEmpty = state == .lineStart
    state = .lineStart
    lineBytes = 0
    if wasEmpty { isAtEventStart = true }
    return wasEmpty
  }

  /// Forgets the event that has ended.
  mutating func beginEvent() {
    hasData = false
    name = 0
    nameCount = 0
  }

  // Field and event names, their bytes packed.
  private static let dataField: UInt64 = 0x6174_6164
  private static let eventField: UInt64 = 0x74_6E65_7665
  private static let errorName: UInt64 = 0x72_6F72_7265
}
