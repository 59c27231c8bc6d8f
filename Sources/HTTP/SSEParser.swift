/// What `SSEParser` finds in a chunk, in stream order.
///
/// Positions and ranges are those of the chunk. Raw bytes of an event are all bytes from behind the
/// one before to `rawEnd`: comments, other fields and line ends included.
package enum SSEPiece: Equatable, Sendable {
  /// Bytes of the value of a `data` line; a long one comes in several pieces.
  case data(Range<Int>)
  /// A further `data` line of the event begins: its value is joined with a line feed.
  case dataLineBreak
  /// The event's name is complete: `SSEParser.name`.
  case name
  /// A comment line begins.
  case comment
  /// An empty line: the event is complete. `rawEnd` is behind its line end.
  ///
  /// Without a `data` line (`hasData`) a browser would not see an event; a relay passes it all the
  /// same.
  case end(rawEnd: Int, hasData: Bool)
  /// The LF at the start of this chunk belongs to the line end, CR LF, of the event that ended with
  /// the last one.
  case endTail(rawEnd: Int)
}

/// Why an event stream cannot be read on.
package enum SSEError: Error, Equatable, Sendable {
  case lineTooLong(limitBytes: Int)
}

/// Finds events in a server-sent event stream (WHATWG HTML § 9.2.6) without keeping their bytes.
///
/// It serves a relay that passes every byte on as it came and a meter that reads the data, in one
/// pass: pieces are ranges of the chunk, so memory does not depend on the length of a line or an
/// event; only the name is kept, cut at 256 bytes. Lines end with LF, CR LF or CR; an event that
/// ends with CR ends there and does not wait for an LF. A byte order mark at the start is skipped.
/// `id`, `retry` and unknown fields are part of the raw bytes alone.
package struct SSEParser: Sendable {
  /// The `event` field of the event that `.name` and `.end` speak of; empty if it has none.
  package private(set) var name: [UInt8] = []
  /// Raw bytes of the event so far, over all chunks.
  package private(set) var eventBytes = 0

  private let lineBytesMax: Int
  private var lineBytes = 0
  private var phase = Phase.lineStart
  private var field = Field.other
  /// The last bytes of a field name being read, and how many it has so far.
  private var fieldName: UInt64 = 0
  private var fieldNameBytes = 0
  private var hasData = false
  private var isFirstLine = true
  /// The chunk before ended with CR: an LF that comes first belongs to it.
  private var endedWithCR = false
  private var nameIsOver = false

  private static let nameBytesMax = 256

  private enum Phase: UInt8 { case lineStart, fieldName, valueStart, value }
  private enum Field: UInt8 { case data, event, other }

  /// Makes a parser that refuses lines longer than `lineBytesMax`.
  package init(lineBytesMax: Int = 33_554_432) {
    precondition(lineBytesMax > 0)
    self.lineBytesMax = lineBytesMax
  }

  /// Whether nothing of a further event has come since the last one ended.
  package var isBetweenEvents: Bool { eventBytes == 0 }

  /// Whether the name of the event is `text`.
  package func isNamed(_ text: StaticString) -> Bool {
    name.span.matches(0..<name.count, text)
  }

  /// The next piece from `position` on, which is moved behind it.
  ///
  /// - Returns: Nil when the chunk is used up.
  /// - Throws: `SSEError.lineTooLong`; the parser must then be thrown away.
  package mutating func next(
    in chunk: Span<UInt8>, _ position: inout Int
  ) throws(SSEError) -> SSEPiece? {
    let start = position
    var lineStart = start
    let piece = try step(chunk, &position, &lineStart)
    lineBytes += position - lineStart
    guard lineBytes <= lineBytesMax else { throw .lineTooLong(limitBytes: lineBytesMax) }
    switch piece {
    case .end, .endTail: eventBytes = 0
    case .data, .dataLineBreak, .name, .comment, nil: eventBytes += position - start
    }
    return piece
  }

  /// Reads a chunk, however the network cut it.
  package mutating func feed(
    _ chunk: Span<UInt8>, _ sink: (SSEPiece) -> Void
  ) throws(SSEError) {
    var position = 0
    while let piece = try next(in: chunk, &position) { sink(piece) }
  }

  private mutating func step(
    _ chunk: Span<UInt8>, _ position: inout Int, _ lineStart: inout Int
  ) throws(SSEError) -> SSEPiece? {
    while position < chunk.count {
      switch phase {
      case .lineStart:
        if endedWithCR {
          endedWithCR = false
          if chunk[position] == UInt8(ascii: "\n") {
            position += 1
            lineStart = position
            if eventBytes == 0 { return .endTail(rawEnd: position) }
            continue
          }
        }
        if nameIsOver {
          nameIsOver = false
          name.removeAll(keepingCapacity: true)
        }
        fieldName = 0
        fieldNameBytes = 0
        if position &+ 8 <= chunk.count, chunk.word(at: position) & Self.dataMask == Self.data {
          position += 6
          phase = .value
          if let piece = beginData() { return piece }
        } else {
          phase = .fieldName
        }
      case .fieldName:
        if let piece = try readFieldName(chunk, &position, &lineStart) { return piece }
      case .valueStart:
        if chunk[position] == UInt8(ascii: " ") { position += 1 }
        phase = .value
      case .value:
        let start = position
        position = chunk.index(of: UInt8(ascii: "\n"), or: UInt8(ascii: "\r"), from: start)
        if start < position {
          switch field {
          case .data: return .data(start..<position)
          case .event:
            let kept = min(position - start, Self.nameBytesMax - name.count)
            name.append(chunk.extracting(start..<start + kept))
          case .other: break
          }
        }
        if position < chunk.count {
          try endLine(chunk, &position, &lineStart)
          if field == .event { return .name }
        }
      }
    }
    return nil
  }

  /// Reads up to the colon or the end of the line.
  private mutating func readFieldName(
    _ chunk: Span<UInt8>, _ position: inout Int, _ lineStart: inout Int
  ) throws(SSEError) -> SSEPiece? {
    while position < chunk.count {
      let byte = chunk[position]
      switch byte {
      case UInt8(ascii: ":"):
        position += 1
        phase = .valueStart
        guard fieldNameBytes > 0 else {
          field = .other
          return .comment
        }
        return beginField()
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        try endLine(chunk, &position, &lineStart)
        guard fieldNameBytes > 0 else {
          defer { hasData = false }
          nameIsOver = true
          return .end(rawEnd: position, hasData: hasData)
        }
        let piece = beginField()
        return field == .event ? .name : piece
      default:
        position += 1
        fieldName = fieldName << 8 | UInt64(byte)
        fieldNameBytes += 1
        if isFirstLine, fieldNameBytes == 3, fieldName == Self.byteOrderMark {
          isFirstLine = false
          fieldName = 0
          fieldNameBytes = 0
        }
      }
    }
    return nil
  }

  /// Tells which field begins, now that its name is complete.
  private mutating func beginField() -> SSEPiece? {
    if fieldNameBytes == 4, fieldName == 0x6461_7461 { return beginData() }
    if fieldNameBytes == 5, fieldName == 0x65_7665_6E74 {
      field = .event
      name.removeAll(keepingCapacity: true)
    } else {
      field = .other
    }
    return nil
  }

  private mutating func beginData() -> SSEPiece? {
    field = .data
    guard hasData else {
      hasData = true
      return nil
    }
    return .dataLineBreak
  }

  /// Takes the line end at `position`, with the LF of CR LF if it is here.
  private mutating func endLine(
    _ chunk: Span<UInt8>, _ position: inout Int, _ lineStart: inout Int
  ) throws(SSEError) {
    guard lineBytes + (position - lineStart) <= lineBytesMax else {
      throw .lineTooLong(limitBytes: lineBytesMax)
    }
    lineBytes = 0
    let isCR = chunk[position] == UInt8(ascii: "\r")
    position += 1
    if isCR {
      if position == chunk.count {
        endedWithCR = true
      } else if chunk[position] == UInt8(ascii: "\n") {
        position += 1
      }
    }
    lineStart = position
    isFirstLine = false
    phase = .lineStart
  }

  private static let byteOrderMark: UInt64 = 0xEF_BBBF
  /// `data: `, the first byte lowest.
  private static let data: UInt64 = 0x203A_6174_6164
  private static let dataMask: UInt64 = 0xFFFF_FFFF_FFFF
}
