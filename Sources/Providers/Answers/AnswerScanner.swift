/// Reads JSON of any length in constant memory, cut anywhere, and tells the meter what it came by.
///
/// It walks only where `AnswerPaths` has something to read; all else is passed over eight bytes at
/// a time, so that images and embedding vectors cost next to nothing and are never kept. Within
/// what it passes over only strings and brackets are understood: this is a reader of answers,
/// not a validator. Numbers, names and nesting of a hostile provider cannot trap or grow it.
///
/// A name, string, number or literal that lies whole in its chunk, as nearly all do, is read where
/// it stands; one that a chunk's end or an escape cuts is left to `TornToken`.
struct AnswerScanner {
  /// Where the scanner stands between two bytes.
  private enum State: UInt8 {
    case value, elementOrEnd, nameOrEnd, name, colon, next
    case inName, inString, number, literal, passing
    case done, broken
  }

  private static let depthMax = 24

  private let paths = AnswerPaths.all
  private var state = State.value
  /// The node of the value that comes next or is being read.
  private var node = AnswerPaths.root
  /// The node of the innermost open container, which is walked; the low bit says object.
  private var frame: UInt16 = 0
  /// Those of the containers around it.
  private var frames = InlineArray<24, UInt16>(repeating: 0)
  private(set) var depth = 0
  private var passed = PassedValue()
  private var passesRaw = false
  private var torn = TornToken()
  private var marks = CutMarks()
  /// The name under a wildcard.
  private var name: [UInt8] = []

  /// A whole value was read.
  var isDone: Bool { state == .done }
  /// What came is not JSON.
  var isBroken: Bool { state == .broken }
  /// Nothing was read since the start or the last `restart()`.
  var isFresh: Bool { state == .value && depth == 0 }

  /// Makes ready for the next value; keeps its memory.
  mutating func restart() {
    state = .value
    node = AnswerPaths.root
    depth = 0
    marks = CutMarks()
  }

  /// Reads on from `start` until the value is whole, the chunk ends, or, for a line of a stream,
  /// the line ends.
  ///
  /// `base` is the offset of the chunk's first byte in the body; cuts are given in such offsets.
  ///
  /// - Returns: The index of the first byte that was not read.
  mutating func read(
    _ bytes: Span<UInt8>, from start: Int, stopsAtLineEnd: Bool, base: Int,
    into meter: inout AnswerMeter
  ) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      switch state {
      case .value, .elementOrEnd, .nameOrEnd, .name, .colon, .next:
        if byte > 0x20 {
          index = step(byte, bytes, index, base, &meter)
        } else if stopsAtLineEnd, isLineEnd(byte) {
          return index
        } else {
          index &+= 1
        }
      case .inName, .inString, .number, .literal:
        index = readTorn(bytes, index, base, &meter)
        guard index < bytes.count, isLineEnd(bytes[index]) else { continue }
        switch state {
        case .inName, .inString:
          if stopsAtLineEnd { return index }
          index += 1
        case .literal:
          if stopsAtLineEnd { return index }
          state = .broken
        default: break
        }
      case .passing:
        index = pass(bytes, index, stopsAtLineEnd, &meter)
        if state == .passing { return index }
      case .done, .broken:
        return index
      }
    }
    // A number may be the last thing of a body; `finish` closes it.
    return index
  }

  /// A line of the data has ended, which ends a number.
  mutating func endLine(into meter: inout AnswerMeter) {
    guard state == .number else { return }
    let end: InlineArray<1, UInt8> = [0x0A]
    _ = readTorn(end.span, 0, 0, &meter)
  }

  /// The body has ended: closes a number that nothing followed.
  mutating func finish(into meter: inout AnswerMeter) {
    if state == .number, depth == 0 { state = .done }
  }

  // MARK: Structure

  /// Takes the token that begins with `byte`, at `index`, and on from a name to what follows it.
  private mutating func step(
    _ byte: UInt8, _ bytes: Span<UInt8>, _ index: Int, _ base: Int, _ meter: inout AnswerMeter
  ) -> Int {
    switch state {
    case .value:
      return readValue(byte, bytes, index, base, &meter)
    case .elementOrEnd:
      guard byte == UInt8(ascii: "]") else { return readValue(byte, bytes, index, base, &meter) }
      closeContainer(at: base &+ index, &meter)
    case .nameOrEnd, .name:
      if byte == UInt8(ascii: "\"") { return readMembers(bytes, index, base, &meter) }
      if byte == UInt8(ascii: "}"), state == .nameOrEnd {
        closeContainer(at: base &+ index, &meter)
      } else {
        state = .broken
      }
    case .colon:
      state = byte == UInt8(ascii: ":") ? .value : .broken
    case .next:
      let isObject = frame & 1 == 1
      switch byte {
      case UInt8(ascii: ","):
        if isObject {
          if depth == 1 { marks.comma = base &+ index }
          state = .name
        } else {
          node = paths.nodes[Int(frame &>> 1)].element
          state = .value
        }
      case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
        closeContainer(at: base &+ index, &meter)
      default:
        state = .broken
      }
    case .inName, .inString, .number, .literal, .passing, .done, .broken:
      state = .broken
    }
    return index &+ 1
  }

  /// Reads member after member from the quote of a name on, as long as they come in the usual form.
  ///
  /// Does what the loop of `read` would do, without going through its switches at every token: those
  /// jumps are hard to foresee for a processor. Anything unusual is left to the loop.
  private mutating func readMembers(
    _ bytes: Span<UInt8>, _ start: Int, _ base: Int, _ meter: inout AnswerMeter
  ) -> Int {
    var index = start
    repeat {
      index = readName(bytes, index, base, &meter)
      guard state == .colon, index < bytes.count, bytes[index] == UInt8(ascii: ":") else {
        return index
      }
      state = .value
      index &+= 1
      if index < bytes.count, bytes[index] == 0x20 { index &+= 1 }
      guard index < bytes.count, bytes[index] > 0x20 else { return index }
      index = readValue(bytes[index], bytes, index, base, &meter)
      // The ends of objects, and the comma before the next member.
      while state == .next, frame & 1 == 1, index < bytes.count {
        if bytes[index] == UInt8(ascii: ",") {
          if depth == 1 { marks.comma = base &+ index }
          state = .name
          index &+= 1
          if index < bytes.count, bytes[index] == 0x20 { index &+= 1 }
        } else if bytes[index] == UInt8(ascii: "}") {
          closeContainer(at: base &+ index, &meter)
          index &+= 1
        } else {
          return index
        }
      }
      guard state == .name || state == .nameOrEnd else { return index }
    } while index < bytes.count && bytes[index] == UInt8(ascii: "\"")
    return index
  }

  /// Begins the name whose quote stands at `index`, and reads it if it is whole.
  private mutating func readName(
    _ bytes: Span<UInt8>, _ index: Int, _ base: Int, _ meter: inout AnswerMeter
  ) -> Int {
    if depth == 1 {
      if let cut = marks.cutBefore(name: base &+ index) { meter.cut(cut) }
      marks.name = base &+ index
    }
    let parent = frame &>> 1
    let keepsName = paths.nodes[Int(parent)].wildcard != 0
    if keepsName { name.removeAll(keepingCapacity: true) }
    if let (hash, end) = wholeName(bytes, from: index &+ 1) {
      if keepsName {
        append(bytes, (index &+ 1..<end).prefix(TornToken.nameBytesMax), to: &name)
      }
      node = paths.child(of: parent, hash)
      state = .colon
      return end &+ 1
    }
    torn.beginName(isKept: keepsName)
    state = .inName
    return index &+ 1
  }

  /// Begins the value whose first byte stands at `index`, and reads it if it is whole.
  private mutating func readValue(
    _ byte: UInt8, _ bytes: Span<UInt8>, _ index: Int, _ base: Int, _ meter: inout AnswerMeter
  ) -> Int {
    let place = paths.nodes[Int(node)]
    if depth == 1, place.slot != .usageOfEvent || byte != UInt8(ascii: "n") {
      marks.hasKept = true
    }
    switch byte {
    case UInt8(ascii: "\""):
      return readString(place, bytes, index &+ 1, &meter)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      beginContainer(place, isObject: byte == UInt8(ascii: "{"), &meter)
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "N"), UInt8(ascii: "I"):
      // Some servers write `NaN` and `-Infinity`; as a figure they are not a number.
      return readNumber(place, bytes, index, &meter)
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      torn.beginLiteral(byte)
      state = .literal
      return readLiteral(place, bytes, index &+ 1, base, &meter)
    default:
      state = .broken
    }
    return index &+ 1
  }

  private mutating func endValue() {
    state = depth == 0 ? .done : .next
  }

  // MARK: Containers

  private mutating func beginContainer(
    _ place: AnswerPaths.Node, isObject: Bool, _ meter: inout AnswerMeter
  ) {
    let isWalked = isObject ? place.hasEdges || place.wildcard != 0 : place.element != 0
    guard isWalked, depth < Self.depthMax else {
      if place.take == .presence { meter.sawContent() }
      meter.isNoNumber(place)
      passed.begin()
      passesRaw = place.takesRaw
      state = .passing
      return
    }
    frames[depth] = frame
    frame = node &<< 1 | (isObject ? 1 : 0)
    depth += 1
    if isObject {
      meter.open(place)
      state = .nameOrEnd
    } else {
      meter.openArray(place)
      node = place.element
      state = .elementOrEnd
    }
  }

  private mutating func closeContainer(at offset: Int, _ meter: inout AnswerMeter) {
    depth -= 1
    let closed = frame
    frame = frames[depth]
    if closed & 1 == 1 {
      if depth == 0, let cut = marks.cutAtEnd() { meter.cut(cut) }
      meter.close(paths.nodes[Int(closed &>> 1)])
    }
    endValue()
  }

  private mutating func pass(
    _ bytes: Span<UInt8>, _ start: Int, _ stopsAtLineEnd: Bool, _ meter: inout AnswerMeter
  ) -> Int {
    let index = passed.pass(bytes, from: start, stopsAtLineEnd: stopsAtLineEnd)
    if passesRaw { meter.rawText(bytes, start..<index) }
    if passed.isDone { endValue() }
    return index
  }

  // MARK: Whole tokens

  /// Reads a string whose first byte stands at `start`.
  private mutating func readString(
    _ place: AnswerPaths.Node, _ bytes: Span<UInt8>, _ start: Int, _ meter: inout AnswerMeter
  ) -> Int {
    let isWanted = place.take != .token || meter.wants(place.slot)
    let end = plainEnd(bytes, from: start)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else {
      torn.beginString(isWanted ? place.take : .skip)
      state = .inString
      return start
    }
    switch place.take {
    case .skip: break
    case .token:
      if isWanted {
        let kept = min(end, start &+ TornToken.tokenBytesMax)
        meter.string(place, bytes.extracting(start..<kept), isCut: kept < end, name: name)
      }
    case .text: if start < end { meter.text(place, bytes, start..<end) }
    case .presence: if start < end { meter.presence(place) }
    }
    endValue()
    return end &+ 1
  }

  /// Reads a number whose first byte stands at `start`.
  private mutating func readNumber(
    _ place: AnswerPaths.Node, _ bytes: Span<UInt8>, _ start: Int, _ meter: inout AnswerMeter
  ) -> Int {
    let end = numberEnd(bytes, from: start &+ 1)
    guard end < bytes.count else {
      torn.beginNumber(isKept: place.take == .token)
      state = .number
      return start
    }
    if place.take == .token {
      let kept = min(end, start &+ TornToken.numberBytesMax)
      meter.number(place, bytes.extracting(start..<kept), isCut: kept < end, name: name)
    }
    endValue()
    return end
  }

  // MARK: Torn tokens

  /// Reads on in a token that was cut.
  private mutating func readTorn(
    _ bytes: Span<UInt8>, _ start: Int, _ base: Int, _ meter: inout AnswerMeter
  ) -> Int {
    let place = paths.nodes[Int(node)]
    switch state {
    case .inName:
      let index = torn.readName(bytes, start, into: &name)
      if torn.isWhole {
        node = paths.child(of: frame &>> 1, torn.nameHash.value)
        state = .colon
      }
      return index
    case .inString:
      let index = torn.readString(bytes, start, place, into: &meter)
      guard torn.isWhole else { return index }
      if torn.isToken {
        meter.string(place, torn.token.span, isCut: torn.isCut, name: name)
      }
      endValue()
      return index
    case .number:
      let index = torn.readNumber(bytes, start)
      guard torn.isWhole else { return index }
      if torn.isToken {
        meter.number(place, torn.token.span, isCut: torn.isCut, name: name)
      }
      endValue()
      return index
    case .literal:
      return readLiteral(place, bytes, start, base, &meter)
    case .value, .elementOrEnd, .nameOrEnd, .name, .colon, .next, .passing, .done, .broken:
      return start
    }
  }

  private mutating func readLiteral(
    _ place: AnswerPaths.Node, _ bytes: Span<UInt8>, _ start: Int, _ base: Int,
    _ meter: inout AnswerMeter
  ) -> Int {
    let index = torn.readLiteral(bytes, start)
    guard torn.isWhole else {
      if index < bytes.count, !isLineEnd(bytes[index]) { state = .broken }
      return index
    }
    if torn.literal != UInt8(ascii: "n") {
      meter.isNoNumber(place)
      if torn.literal == UInt8(ascii: "t") { meter.isTrue(place) }
    } else if depth == 1, place.slot == .usageOfEvent,
      let cut = marks.cutMember(endingAt: base &+ index)
    {
      meter.cut(cut)
    }
    endValue()
    return index
  }
}
