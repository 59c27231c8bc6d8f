/// The work of `AnswerReader`, as a value: the body of one answer on its way through.
struct AnswerBody {
  /// What the data of the current event turned out to be.
  private enum EventData: UInt8 {
    case none, json, text
  }

  private let kind: AnswerReader.Kind
  private let promise: AnswerFraming.Promise
  private let isCoded: Bool
  private(set) var framing: AnswerFraming
  private(set) var failure: AnswerReader.Failure?

  private var meter: AnswerMeter
  private var scanner = AnswerScanner()
  private var lines = EventLines()
  private var gate: StreamGate
  /// Bytes fed so far.
  private var offset = 0
  /// The last byte of a growing array that is not white space.
  private var lastArrayByte: UInt8 = 0
  private var eventData = EventData.none
  /// The first bytes of data that is not JSON: `[DONE]` fits.
  private var dataWord: UInt64 = 0
  private var dataWordCount = 0
  private var isDocumentWhole = false
  /// The number that follows those of the events that are whole.
  private var nextEventNumber: Int64 = 0
  /// Bytes of an event without an end that have been let go; known once the body has ended.
  private var unfinishedBytes = 0

  init(kind: AnswerReader.Kind, contentType: [UInt8], isCoded: Bool, hidesUsage: Bool) {
    self.kind = kind
    self.isCoded = isCoded
    promise = AnswerFraming.Promise.of(contentType: contentType)
    framing = isCoded || promise == .opaque ? .opaque : .undecided
    meter = AnswerMeter(kind: kind)
    gate = StreamGate(hidesEvents: hidesUsage && !isCoded)
    meter.collectsCuts = gate.hidesEvents
    if framing == .opaque { gate.stopHiding() }
    if isCoded { meter.note(.codedAnswer) }
  }

  // MARK: What the caller asks

  var phase: AnswerReader.Phase {
    if isEnded { return gate.isOpen ? .ended : .holding }
    return gate.isOpen ? .flowing : .holding
  }

  /// Bytes that have come and not gone to the client.
  var heldBytes: Int { gate.heldBytes }

  /// The provider reported a failure inside its answer; before content another may answer.
  var errorEvent: ErrorEventFacts? { meter.errorEvent }

  var errorEventFraming: ErrorEvent.Framing {
    switch framing {
    case .events:
      .sse(isInsideEvent: unfinishedBytes > 0, nextNumber: nextEventNumber)
    case .jsonLines: .lines(isInsideLine: !scanner.isDone && !scanner.isFresh)
    case .jsonArray:
      switch lastArrayByte {
      case 0: .array(.nothing)
      case _ where scanner.depth != 1: .array(.insideElement)
      case UInt8(ascii: "["): .array(.opened)
      case UInt8(ascii: ","): .array(.afterComma)
      default: .array(.afterElement)
      }
    case .json, .opaque, .undecided: .other
    }
  }

  private var isEnded: Bool { meter.hasEnded || isDocumentWhole }

  // MARK: Feeding

  /// Takes the next bytes of the body; appends to `out` what may go to the client now.
  mutating func feed(_ chunk: Span<UInt8>, into out: inout [UInt8]) {
    guard failure == nil, chunk.count > 0 else { return }
    let base = offset
    offset += chunk.count
    // What is kept may be needed for a cut while it is read; else it is kept only if it must be.
    let isKept = gate.hidesEvents || !gate.isOpen && gate.heldBytes > 0
    if isKept { gate.keep(chunk, at: base) }
    read(chunk, base: base)
    if framing == .jsonArray { noteLastByte(of: chunk) }
    openIfDue()
    if isKept {
      gate.flush(into: &out, end: offset)
    } else if gate.isOpen {
      gate.pass(chunk, at: base, into: &out)
    } else {
      gate.keep(chunk, at: base)
    }
  }

  /// Lets go what is held back: its time or room is used up.
  ///
  /// From here on nothing can fail over. The current event of a stream stays until it is whole.
  mutating func release(into out: inout [UInt8]) {
    gate.open()
    gate.flush(into: &out, end: offset)
  }

  /// The body has ended; appends what is still held and gives away everything that was read.
  mutating func finish(into out: inout [UInt8]) -> AnswerFacts {
    switch framing {
    case .events where !lines.isBetweenEvents:
      // An event whose blank line never came; of one that is hidden, less is let go than came.
      unfinishedBytes = offset - gate.eventStart
      let heldBytes = gate.heldBytes
      if failure == nil { endEvent(at: offset) }
      unfinishedBytes -= heldBytes - gate.heldBytes
    case .json, .jsonLines, .jsonArray:
      scanner.finish(into: &meter)
      if scanner.isDone { isDocumentWhole = true }
    case .undecided, .opaque, .events:
      break
    }
    if promise.isReadable, !isCoded, offset > 0, framing == .opaque || framing == .undecided {
      meter.note(.answerNotJSON)
    } else if framing == .events, meter.eventCount == 0, !meter.hasEnded, offset > 0 {
      meter.note(.eventNotJSON)
    }
    gate.open()
    gate.flushAll(into: &out)
    return meter.finish(codedBytes: isCoded ? offset : 0)
  }

  mutating func dropUnfinishedEvent(from out: inout [UInt8]) {
    guard unfinishedBytes <= out.count else { return }
    out.removeLast(unfinishedBytes)
    unfinishedBytes = 0
  }

  /// The event or flag that ends the answer has come.
  var hasEnded: Bool { meter.hasEnded }

  /// Whether the body came to the end that its form announces; false: it was cut.
  ///
  /// To be asked after `finish`. A body that announces no end is taken to be whole: then only the
  /// framing of HTTP can tell.
  var isComplete: Bool {
    if failure != nil { return false }
    if meter.hasEnded { return true }
    switch framing {
    case .json, .jsonArray: return isDocumentWhole || scanner.isBroken
    case .jsonLines: return scanner.isDone || scanner.isFresh || scanner.isBroken
    case .events:
      if meter.hasFinished { return true }
      if kind == .generate, meter.eventCount > 0 { return false }
      return !meter.announcesEnd
    case .opaque: return true
    case .undecided: return offset == 0 || !promise.isReadable
    }
  }

  /// Whether the body lacks an end that nobody leaves out, or anything that a client could use.
  ///
  /// To be asked after `finish`.
  var lacksItsEnd: Bool {
    if failure != nil || meter.hasEnded { return false }
    switch framing {
    case .jsonArray: return !isDocumentWhole && !scanner.isBroken
    case .events:
      if meter.hasFinished { return false }
      if meter.hasStarted { return true }
      // Of a stream that nobody listed it is not known what a client could use.
      let isKnown = kind != .unknown || meter.announcesEnd
      return isKnown && !meter.hasContent && !meter.hasUsageEvent
    case .undecided: return promise == .events && kind != .unknown
    case .json, .jsonLines, .opaque: return false
    }
  }

  private mutating func noteLastByte(of chunk: Span<UInt8>) {
    for index in chunk.indices.reversed() where chunk[index] > 0x20 {
      lastArrayByte = chunk[index]
      return
    }
  }

  // MARK: Reading

  /// Content opens the gate; so does an end without an error: then the answer is what it is.
  private mutating func openIfDue() {
    guard !gate.isOpen else { return }
    if let error = meter.errorEvent, error.cameBeforeContent { return }
    switch framing {
    case .opaque: gate.open()
    case .json: if isDocumentWhole || scanner.isBroken { gate.open() }
    case .events, .jsonLines, .jsonArray:
      // Of a stream that nobody listed it is not known what its content is.
      let isForeign = kind == .unknown && meter.eventCount > 0 && !meter.announcesEnd
      if meter.hasContent || isEnded || isForeign { gate.open() }
    case .undecided: break
    }
  }

  private mutating func read(_ chunk: Span<UInt8>, base: Int) {
    var index = 0
    if framing == .undecided { decide(chunk, &index, base: base) }
    switch framing {
    case .events: readEvents(chunk, from: index, base: base)
    case .json, .jsonLines, .jsonArray: readDocuments(chunk, from: index, base: base)
    case .opaque:
      if promise == .text, kind == .transcription, !isCoded {
        meter.plainText(chunk, index..<chunk.count)
      }
    case .undecided: break
    }
  }

  private mutating func decide(_ chunk: Span<UInt8>, _ index: inout Int, base: Int) {
    while index < chunk.count {
      let byte = chunk[index]
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF:
        // White space, or a byte order mark.
        index += 1
        continue
      default:
        framing = AnswerFraming.of(firstByte: byte, promise: promise, kind: kind)
        meter.isStream = framing != .json && framing != .opaque
        meter.isFramed = framing == .events
        if framing == .events {
          gate.beginEvents(at: base + index)
        } else {
          gate.stopHiding()
        }
        return
      }
    }
  }

  private mutating func readDocuments(_ chunk: Span<UInt8>, from start: Int, base: Int) {
    var index = start
    while index < chunk.count {
      index = scanner.read(
        chunk, from: index, stopsAtLineEnd: false, base: base, into: &meter)
      if scanner.isBroken {
        if promise.isReadable { meter.note(.answerNotJSON) }
        return
      }
      guard scanner.isDone else { return }
      isDocumentWhole = framing != .jsonLines
      while index < chunk.count, chunk[index] <= 0x20 { index += 1 }
      guard index < chunk.count else { return }
      // One more document: the body is a sequence of them.
      if framing == .json { framing = .jsonLines }
      isDocumentWhole = false
      scanner.restart()
    }
  }

  private mutating func readEvents(_ chunk: Span<UInt8>, from start: Int, base: Int) {
    var index = start
    while true {
      switch lines.next(chunk, &index) {
      case .data:
        let start = index
        index = readData(chunk, index, base: base)
        lines.tookData(index - start)
        if lines.isLineTooLong {
          failure = .endlessLine
          return
        }
      case .eventEnd:
        endEvent(at: base + index)
        nextEventNumber = meter.nextEventNumber
      case .lateLineFeed:
        gate.extendLastEvent(to: base + index)
      case .needMore:
        if lines.isLineTooLong { failure = .endlessLine }
        return
      }
    }
  }

  private mutating func readData(_ chunk: Span<UInt8>, _ start: Int, base: Int) -> Int {
    var index = start
    if eventData == .none {
      eventData = chunk[index] == UInt8(ascii: "{") ? .json : .text
      if eventData == .json { scanner.restart() }
    } else if eventData == .json, lines.isAtDataStart {
      scanner.endLine(into: &meter)
    }
    switch eventData {
    case .json:
      index = scanner.read(chunk, from: index, stopsAtLineEnd: true, base: base, into: &meter)
      if index < chunk.count, scanner.isDone || scanner.isBroken {
        index = lineEnd(chunk, from: index)
      }
    case .text, .none:
      let end = lineEnd(chunk, from: index)
      while index < end, dataWordCount <= 8 {
        if dataWordCount < 8 {
          dataWord |= UInt64(chunk[index]) << UInt64(dataWordCount * 8)
        }
        dataWordCount += 1
        index += 1
      }
      index = end
    }
    return index
  }

  /// `[DONE]`, its bytes packed, lowest first.
  private static let done: UInt64 = 0x5D45_4E4F_445B

  private mutating func endEvent(at end: Int) {
    switch eventData {
    case .none:
      break
    case .json:
      // The end of its line may have come with another chunk.
      scanner.endLine(into: &meter)
      if !scanner.isDone { meter.note(.eventNotJSON) }
    case .text:
      if dataWordCount == 6, dataWord == Self.done {
        meter.sawEnd()
      } else {
        meter.note(.eventNotJSON)
      }
    }
    meter.endFrame(isNamedError: lines.isNamedError && lines.hasData)
    gate.endEvent(
      at: end, isDropped: eventData == .json && scanner.isDone && meter.isUsageEvent,
      cuts: meter.cuts)
    eventData = .none
    dataWord = 0
    dataWordCount = 0
    lines.beginEvent()
    meter.beginFrame()
  }
}
