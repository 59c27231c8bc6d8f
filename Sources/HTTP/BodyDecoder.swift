/// Why a body could not be read to its end.
package enum BodyError: Error, Equatable, Sendable {
  /// The chunked coding is wrong; the text says what.
  case malformed(String)
  /// A chunk size that no machine could hold.
  case chunkTooLarge
  /// Chunk extensions or trailer fields out of all proportion.
  case framingTooLarge
  /// The connection ended inside the body.
  case cutShort

  /// What the sender reads; of a request it is malformed, whichever it is (400).
  package var message: String {
    switch self {
    case .malformed(let reason): reason
    case .chunkTooLarge: "A chunk is too large."
    case .framingTooLarge: "The chunk extensions or trailer fields are too large."
    case .cutShort: "The body ended before its announced end."
    }
  }
}

/// Takes the framing off a body, of requests and answers alike, at any cut of the stream.
///
/// Content comes out as ranges of the caller's buffer. How large a body may be is for the caller:
/// `contentBytes` counts, and `remainingBytes` says what was announced.
package struct BodyDecoder: Sendable {
  /// Content bytes seen so far.
  package private(set) var contentBytes = 0
  private var state: State

  private enum State {
    case finished
    case length(Int)
    case chunked(ChunkScanner)
    case untilClose
  }

  package init(_ framing: BodyFraming) {
    switch framing {
    case .none: state = .finished
    case .length(let count): state = count > 0 ? .length(count) : .finished
    case .chunked: state = .chunked(ChunkScanner())
    }
  }

  package init(_ framing: ResponseFraming) {
    switch framing {
    case .none: state = .finished
    case .length(let count): state = count > 0 ? .length(count) : .finished
    case .chunked: state = .chunked(ChunkScanner())
    case .untilClose: state = .untilClose
    }
  }

  /// Whether the whole body has been read.
  ///
  /// A body until close is finished by `finishedByClose`.
  package var isFinished: Bool {
    if case .finished = state { return true }
    return false
  }

  /// How many bytes are still to come, where that was announced.
  package var remainingBytes: Int? {
    switch state {
    case .finished: 0
    case .length(let remaining): remaining
    case .chunked, .untilClose: nil
    }
  }

  /// The next piece of content from `position` on.
  ///
  /// - Parameters:
  ///   - buffer: What has come in.
  ///   - position: The first byte not taken yet; moved on. When nil is returned it stands behind
  ///     the body or at the end of the buffer: bytes before it are done with.
  /// - Returns: A range of the buffer, never empty, or nil if there is no more in it.
  /// - Throws: Why the body cannot be read on.
  package mutating func next(
    in buffer: Span<UInt8>, _ position: inout Int
  ) throws(BodyError) -> Range<Int>? {
    let piece: Range<Int>?
    switch state {
    case .finished: piece = nil
    case .untilClose:
      piece = position < buffer.count ? position..<buffer.count : nil
      position = buffer.count
    case .length(let remaining):
      let end = position + min(remaining, buffer.count - position)
      piece = position < end ? position..<end : nil
      state = end - position == remaining ? .finished : .length(remaining - (end - position))
      position = end
    case .chunked(var scanner):
      piece = try scanner.next(in: buffer, &position, contentBytes: contentBytes)
      state = scanner.isFinished ? .finished : .chunked(scanner)
    }
    if let piece { contentBytes = contentBytes.addingReportingOverflow(piece.count).partialValue }
    return piece
  }

  /// Reads the body as far as the buffer holds it.
  ///
  /// - Returns: How many bytes of the buffer are done with; fewer than it has only behind the body.
  package mutating func decode(
    _ buffer: Span<UInt8>, onContent: (Range<Int>) -> Void
  ) throws(BodyError) -> Int {
    var position = 0
    while let piece = try next(in: buffer, &position) { onContent(piece) }
    return position
  }

  /// Reads the body as far as the buffer holds it and appends its content to `out`.
  ///
  /// - Returns: How many bytes of the buffer are done with; fewer than it has only behind the body.
  package mutating func decode(
    _ buffer: Span<UInt8>, into out: inout [UInt8]
  ) throws(BodyError) -> Int {
    var position = 0
    while let piece = try next(in: buffer, &position) { out.append(buffer.extracting(piece)) }
    return position
  }

  /// The connection has ended: right for a body until close, an error inside any other.
  package mutating func finishedByClose() throws(BodyError) {
    switch state {
    case .finished: break
    case .untilClose: state = .finished
    case .length, .chunked: throw .cutShort
    }
  }
}
