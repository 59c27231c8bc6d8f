/// Reads JSON of any length in constant memory, cut anywhere, and tells the meter what it came by.
///
/// It walks only where `AnswerPaths` has something to read; all else is passed over eight bytes at
/// a time, so that images and embedding vectors cost next to nothing and are never kept. Within
/// what it passes over only strings and brackets are understood: this is a reader of answers,
/// not a validator. Numbers, names and nesting of a hostile provider cannot trap or grow it.
struct AnswerScanner {
  /// Where the scanner stands between two bytes.
  private enum State: UInt8 {
    case value, elementOrEnd, nameOrEnd, name, colon, next
    case inName, inString, number, literal, passing, inPassedString
    case done, broken
  }

  /// Longest token that is kept: an error message is the longest of use.
  private static let tokenBytesMax = 2_048
  private static let nameBytesMax = 64
  private static let numberBytesMax = 128
  private static let depthMax = 24

  private let paths = AnswerPaths.all
  private var state = State.value
  /// The node of the value that comes next or is being read.
  private var node = AnswerPaths.root
  /// Nodes of the open containers that are walked; the low bit says object.
  private var frames = InlineArray<24, UInt16>(repeating: 0)
  private(set) var depth = 0
  /// Open brackets of what is passed over.
  private var passedDepth = 0
  private var passesRaw = false
  /// 0: no escape open; 1: after the backslash; 2...5: that many less one of the digits are left.
  private var escape: UInt8 = 0
  private var escapedUnit: UInt32 = 0
  private var highSurrogate: UInt32 = 0
  private var nameHash = NameHash()
  private var keepsName = false
  /// The name under a wildcard.
  private var name: [UInt8] = []
  private var token: [UInt8] = []
  private var tokenIsCut = false
  /// How the string or number being read is taken.
  private var take = AnswerPaths.Take.skip
  private var isTaken = false
  private var literal: UInt8 = 0
  private var literalLeft: UInt8 = 0
  private var marks = CutMarks()

  init() {
    token.reserveCapacity(64)
    name.reserveCapacity(64)
  }

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
    escape = 0
    highSurrogate = 0
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
    let end = bytes.count
    while index < end {
      switch state {
      case .inString:
        index = readString(bytes, index, &meter)
        if index < end, isLineEnd(bytes[index]), state == .inString {
          if stopsAtLineEnd { return index }
          index += 1
        }
      case .inName:
        index = readMembers(bytes, index, stopsAtLineEnd, base, &meter)
        if index < end, isLineEnd(bytes[index]), state == .inName {
          if stopsAtLineEnd { return index }
          index += 1
        }
      case .passing, .inPassedString:
        index = passOver(bytes, index, stopsAtLineEnd, &meter)
        if index < end, state != .done, stopsAtLineEnd, isLineEnd(bytes[index]) { return index }
      case .number:
        index = readNumber(bytes, index, &meter)
      case .literal:
        index = readLiteral(bytes, index, stopsAtLineEnd, base, &meter)
        if stopsAtLineEnd, index < end, state == .literal { return index }
      case .done, .broken:
        return index
      case .value, .elementOrEnd, .nameOrEnd, .name, .colon, .next:
        let byte = bytes[index]
        if byte <= 0x20 {
          if stopsAtLineEnd, isLineEnd(byte) { return index }
          index += 1
        } else {
          step(byte, at: base + index, &meter)
          index += 1
        }
      }
    }
    // A number may be the last thing of a body; `finish` closes it.
    return index
  }

  /// A line of the data has ended, which ends a number.
  mutating func endLine(into meter: inout AnswerMeter) {
    guard state == .number else { return }
    let end: InlineArray<1, UInt8> = [0x0A]
    _ = readNumber(end.span, 0, &meter)
  }

  /// The body has ended: closes a number that nothing followed.
  mutating func finish(into meter: inout AnswerMeter) {
    if state == .number, depth == 0 { state = .done }
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  // MARK: Structure

  private mutating func step(_ byte: UInt8, at offset: Int, _ meter: inout AnswerMeter) {
    switch state {
    case .value:
      beginValue(byte, at: offset, &meter)
    case .elementOrEnd:
      if byte == UInt8(ascii: "]") {
        closeContainer(at: offset, &meter)
      } else {
        beginValue(byte, at: offset, &meter)
      }
    case .nameOrEnd, .name:
      if byte == UInt8(ascii: "\"") {
        beginName(at: offset, &meter)
      } else if byte == UInt8(ascii: "}"), state == .nameOrEnd {
        closeContainer(at: offset, &meter)
      } else {
        state = .broken
      }
    case .colon:
      state = byte == UInt8(ascii: ":") ? .value : .broken
    case .next:
      let isObject = frames[depth - 1] & 1 == 1
      switch byte {
      case UInt8(ascii: ","):
        if isObject {
          if depth == 1 { marks.comma = offset }
          state = .name
        } else {
          node = paths.nodes[Int(frames[depth - 1] >> 1)].element
          state = .value
        }
      case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
        closeContainer(at: offset, &meter)
      default:
        state = .broken
      }
    case .inName, .inString, .number, .literal, .passing, .inPassedString, .done, .broken:
      state = .broken
    }
  }

  private mutating func beginValue(_ byte: UInt8, at offset: Int, _ meter: inout AnswerMeter) {
    let place = paths.nodes[Int(node)]
    if depth == 1, place.slot != .usageOfEvent || byte != UInt8(ascii: "n") {
      marks.hasKept = true
    }
    switch byte {
    case UInt8(ascii: "\""):
      take = place.take
      if take == .token {
        if meter.wants(place.slot) { beginToken() } else { take = .skip }
      }
      highSurrogate = 0
      state = .inString
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      beginContainer(place, isObject: byte == UInt8(ascii: "{"), &meter)
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "N"), UInt8(ascii: "I"):
      // Some servers write `NaN` and `-Infinity`; as a figure they are not a number.
      isTaken = place.take == .token
      if isTaken {
        beginToken()
        token.append(byte)
      }
      state = .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      literal = byte
      literalLeft = byte == UInt8(ascii: "f") ? 4 : 3
      state = .literal
    default:
      state = .broken
    }
  }

  private mutating func beginContainer(
    _ place: AnswerPaths.Node, isObject: Bool, _ meter: inout AnswerMeter
  ) {
    let isWalked = isObject ? place.hasEdges || place.wildcard != 0 : place.element != 0
    guard isWalked, depth < Self.depthMax else {
      if place.take == .presence { meter.sawContent() }
      passedDepth = 1
      passesRaw = place.takesRaw
      state = .passing
      return
    }
    frames[depth] = node << 1 | (isObject ? 1 : 0)
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
    let frame = frames[depth]
    if frame & 1 == 1 {
      if depth == 0, let cut = marks.cutAtEnd() { meter.cut(cut) }
      meter.close(paths.nodes[Int(frame >> 1)])
    }
    endValue()
  }

  private mutating func endValue() {
    state = depth == 0 ? .done : .next
  }

  // MARK: Names

  /// Reads on from inside a name, member after member, as long as they come in the usual form.
  ///
  /// Does what the loop of `read` would do, without going through its switch at every byte: that
  /// jump is hard to foresee for a processor and was a third of the cost. Anything unusual is left
  /// to the loop.
  private mutating func readMembers(
    _ bytes: Span<UInt8>, _ start: Int, _ stopsAtLineEnd: Bool, _ base: Int,
    _ meter: inout AnswerMeter
  ) -> Int {
    var index = start
    while true {
      index = readName(bytes, index)
      guard state == .colon, index < bytes.count, bytes[index] == UInt8(ascii: ":") else {
        return index
      }
      state = .value
      index += 1
      if index < bytes.count, bytes[index] == 0x20 { index += 1 }
      guard index < bytes.count, bytes[index] > 0x20 else { return index }
      beginValue(bytes[index], at: base + index, &meter)
      index += 1
      if state == .inString {
        index = readString(bytes, index, &meter)
      } else if state == .number {
        index = readNumber(bytes, index, &meter)
      } else if state == .literal {
        index = readLiteral(bytes, index, stopsAtLineEnd, base, &meter)
      }
      guard index < bytes.count else { return index }
      if state == .next, bytes[index] == UInt8(ascii: ",") {
        if depth == 1 { marks.comma = base + index }
        state = .name
        index += 1
        if index < bytes.count, bytes[index] == 0x20 { index += 1 }
      } else if state != .nameOrEnd {
        return index
      }
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return index }
      beginName(at: base + index, &meter)
      index += 1
    }
  }

  private mutating func beginName(at offset: Int, _ meter: inout AnswerMeter) {
    nameHash = NameHash()
    highSurrogate = 0
    if depth == 1 {
      if let cut = marks.cutBefore(name: offset) { meter.cut(cut) }
      marks.name = offset
    }
    keepsName = paths.nodes[Int(frames[depth - 1] >> 1)].wildcard != 0
    if keepsName { name.removeAll(keepingCapacity: true) }
    state = .inName
  }

  private mutating func readName(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      if escape > 0 {
        if isLineEnd(bytes[index]) { return index }
        let scalar = readEscape(bytes[index])
        index += 1
        if let scalar { addToName(scalar: scalar) }
        continue
      }
      let begin = index
      index = hashName(bytes, from: index, into: &nameHash)
      if keepsName, name.count + index - begin <= Self.nameBytesMax {
        append(bytes, begin..<index, to: &name)
      }
      guard index < bytes.count else { return index }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        node = paths.child(of: frames[depth - 1] >> 1, nameHash.value)
        state = .colon
        return index + 1
      case UInt8(ascii: "\\"):
        escape = 1
        index += 1
      case 0x0A, 0x0D:
        return index
      default:
        nameHash.add(bytes[index])
        index += 1
      }
    }
    return index
  }

  private mutating func addToName(scalar: UInt32) {
    for byte in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 {
      nameHash.add(byte)
      if keepsName, name.count < Self.nameBytesMax { name.append(byte) }
    }
  }

  // MARK: Strings

  private mutating func beginToken() {
    token.removeAll(keepingCapacity: true)
    tokenIsCut = false
  }

  private mutating func readString(
    _ bytes: Span<UInt8>, _ start: Int, _ meter: inout AnswerMeter
  ) -> Int {
    var index = start
    while index < bytes.count {
      if escape > 0 {
        if isLineEnd(bytes[index]) { return index }
        let scalar = readEscape(bytes[index])
        index += 1
        if let scalar { add(scalar: scalar, &meter) }
        continue
      }
      let stop = plainEnd(bytes, from: index)
      if stop > index {
        highSurrogate = 0
        if take != .skip { add(bytes, index..<stop, &meter) }
        index = stop
      }
      guard index < bytes.count else { return index }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        if take == .token {
          meter.string(paths.nodes[Int(node)], token, isCut: tokenIsCut, name: name)
        }
        endValue()
        return index + 1
      case UInt8(ascii: "\\"):
        escape = 1
        index += 1
      case 0x0A, 0x0D:
        return index
      default:
        index += 1
      }
    }
    return index
  }

  private mutating func add(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ meter: inout AnswerMeter
  ) {
    switch take {
    case .skip:
      break
    case .presence:
      meter.presence(paths.nodes[Int(node)])
    case .text:
      meter.text(paths.nodes[Int(node)], bytes, range)
    case .token:
      let room = Self.tokenBytesMax - token.count
      tokenIsCut = tokenIsCut || range.count > room
      append(bytes, range.prefix(room), to: &token)
    }
  }

  private mutating func add(scalar: UInt32, _ meter: inout AnswerMeter) {
    switch take {
    case .skip:
      break
    case .presence:
      meter.presence(paths.nodes[Int(node)])
    case .text:
      meter.text(paths.nodes[Int(node)], scalar: scalar)
    case .token:
      guard token.count + 4 <= Self.tokenBytesMax else {
        tokenIsCut = true
        return
      }
      token.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    }
  }

  /// Takes one byte of an escape; returns the character once it is whole.
  ///
  /// The two halves of a surrogate pair make one character; a half alone becomes U+FFFD when
  /// the other does not come (a first half that stands alone is lost: it is no text).
  private mutating func readEscape(_ byte: UInt8) -> UInt32? {
    if escape == 1 {
      guard byte != UInt8(ascii: "u") else {
        escape = 5
        escapedUnit = 0
        return nil
      }
      escape = 0
      highSurrogate = 0
      switch byte {
      case UInt8(ascii: "n"): return 0x0A
      case UInt8(ascii: "t"): return 0x09
      case UInt8(ascii: "r"): return 0x0D
      case UInt8(ascii: "b"): return 0x08
      case UInt8(ascii: "f"): return 0x0C
      default: return UInt32(byte)
      }
    }
    let digit: UInt32
    switch byte {
    case 0x30...0x39: digit = UInt32(byte - 0x30)
    case 0x41...0x46: digit = UInt32(byte - 0x41) + 10
    case 0x61...0x66: digit = UInt32(byte - 0x61) + 10
    default:
      escape = 0
      return 0xFFFD
    }
    escapedUnit = escapedUnit << 4 | digit
    escape -= 1
    guard escape == 1 else { return nil }
    escape = 0
    switch escapedUnit {
    case 0xD800...0xDBFF:
      highSurrogate = escapedUnit
      return nil
    case 0xDC00...0xDFFF:
      guard highSurrogate != 0 else { return 0xFFFD }
      let scalar = 0x10000 + (highSurrogate & 0x3FF) << 10 + escapedUnit & 0x3FF
      highSurrogate = 0
      return scalar
    default:
      highSurrogate = 0
      return escapedUnit
    }
  }

  // MARK: Numbers and literals

  private mutating func readNumber(
    _ bytes: Span<UInt8>, _ start: Int, _ meter: inout AnswerMeter
  ) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), 0x41...0x5A,
        0x61...0x7A:
        index &+= 1
        continue
      default:
        break
      }
      break
    }
    if isTaken {
      let room = Self.numberBytesMax - token.count
      tokenIsCut = tokenIsCut || index - start > room
      append(bytes, (start..<index).prefix(room), to: &token)
    }
    guard index < bytes.count else { return index }
    if isTaken {
      meter.number(paths.nodes[Int(node)], token, isCut: tokenIsCut, name: name)
    }
    endValue()
    return index
  }

  private mutating func readLiteral(
    _ bytes: Span<UInt8>, _ start: Int, _ stopsAtLineEnd: Bool, _ base: Int,
    _ meter: inout AnswerMeter
  ) -> Int {
    var index = start
    while index < bytes.count, literalLeft > 0 {
      if stopsAtLineEnd, isLineEnd(bytes[index]) { return index }
      guard bytes[index] >= 0x61, bytes[index] <= 0x7A else {
        state = .broken
        return index
      }
      literalLeft -= 1
      index += 1
    }
    guard literalLeft == 0 else { return index }
    if literal != UInt8(ascii: "f") {
      let place = paths.nodes[Int(node)]
      if literal == UInt8(ascii: "t") {
        meter.isTrue(place)
      } else if depth == 1, place.slot == .usageOfEvent,
        let cut = marks.cutOfNull(endingAt: base + index)
      {
        meter.cut(cut)
      }
    }
    endValue()
    return index
  }

  // MARK: What is passed over

  private mutating func passOver(
    _ bytes: Span<UInt8>, _ start: Int, _ stopsAtLineEnd: Bool, _ meter: inout AnswerMeter
  ) -> Int {
    var index = start
    defer { if passesRaw { meter.rawText(bytes, start..<index) } }
    while index < bytes.count {
      if state == .inPassedString {
        if escape > 0 {
          if stopsAtLineEnd, isLineEnd(bytes[index]) { return index }
          escape = 0
          index += 1
          continue
        }
        index = plainEnd(bytes, from: index)
        guard index < bytes.count else { return index }
        switch bytes[index] {
        case UInt8(ascii: "\""): state = .passing
        case UInt8(ascii: "\\"): escape = 1
        case 0x0A, 0x0D: if stopsAtLineEnd { return index }
        default: break
        }
        index += 1
        continue
      }
      index = bracketOrQuote(bytes, from: index, stopsAtLineEnd: stopsAtLineEnd)
      guard index < bytes.count else { return index }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        state = .inPassedString
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        passedDepth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        passedDepth -= 1
        if passedDepth == 0 {
          endValue()
          index += 1
          return index
        }
      default:
        return index
      }
      index += 1
    }
    return index
  }
}

/// Where the members of a top-level object stand, to cut one out with its comma.
private struct CutMarks {
  /// The comma before the current member.
  var comma = 0
  /// The opening quote of the current member's name.
  var name = 0
  /// A member before the current one stays.
  var hasKept = false
  /// A first member that goes: it takes the comma after it along.
  private var first: Range<Int>?

  /// What to cut for the current member, whose value `null` ends at `end`; nil if that is only
  /// known when the next member begins.
  mutating func cutOfNull(endingAt end: Int) -> Range<Int>? {
    guard !hasKept else { return comma..<end }
    first = name..<end
    return nil
  }

  mutating func cutBefore(name next: Int) -> Range<Int>? {
    guard let cut = first else { return nil }
    first = nil
    return cut.lowerBound..<next
  }

  mutating func cutAtEnd() -> Range<Int>? {
    defer { first = nil }
    return first
  }
}
