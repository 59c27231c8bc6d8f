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
    case inName, inString, number, literal, passing
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
  private var passed = PassedValue()
  private var passesRaw = false
  private var escape = EscapeReader()
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
    escape = EscapeReader()
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
      case .passing:
        let begin = index
        index = passed.pass(bytes, from: begin, stopsAtLineEnd: stopsAtLineEnd)
        if passesRaw { meter.rawText(bytes, begin..<index) }
        guard passed.isDone else { return index }
        endValue()
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
    case .inName, .inString, .number, .literal, .passing, .done, .broken:
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
      escape = EscapeReader()
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
      meter.isNoNumber(place)
      passed.begin()
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
    escape = EscapeReader()
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
      if escape.isOpen {
        if isLineEnd(bytes[index]) { return index }
        let scalar = escape.next(bytes[index])
        index += 1
        if let scalar { addToName(scalar: scalar) }
        continue
      }
      let begin = index
      index = hashName(bytes, from: index, into: &nameHash)
      if index > begin { escape.sawPlain() }
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
        escape.begin()
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
      if escape.isOpen {
        if isLineEnd(bytes[index]) { return index }
        let scalar = escape.next(bytes[index])
        index += 1
        if let scalar { add(scalar: scalar, &meter) }
        continue
      }
      let stop = plainEnd(bytes, from: index)
      if stop > index {
        escape.sawPlain()
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
        escape.begin()
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
    let place = paths.nodes[Int(node)]
    if literal != UInt8(ascii: "n") {
      meter.isNoNumber(place)
      if literal == UInt8(ascii: "t") { meter.isTrue(place) }
    } else if depth == 1, place.slot == .usageOfEvent,
      let cut = marks.cutMember(endingAt: base + index)
    {
      meter.cut(cut)
    }
    endValue()
    return index
  }
}
