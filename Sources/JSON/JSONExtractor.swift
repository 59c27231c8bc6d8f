/// Takes wanted values out of a document that arrives in pieces, in memory that does not depend on
/// the document.
///
/// Does no I/O. However the document is cut, the results are the same. A name that is repeated in
/// one object voids what its earlier value gave, so that the results are those of a parser that
/// keeps the last.
///
/// Reads leniently where leniency harms nobody, because it looks at answers that are relayed
/// anyway: bytes inside strings are not checked for controls or UTF-8, and `NaN`, `Infinity` and
/// `-Infinity`, which some servers write, count as numbers. Everything else is RFC 8259. After an
/// error it stays failed, and what was found before can still be read.
package struct JSONExtractor: ~Copyable {
  private enum State {
    case value
    /// Behind `[`: an element or the end.
    case elementOrEnd
    /// Behind `{`: a name or the end.
    case nameOrEnd
    /// Behind a comma in an object.
    case name
    case colon
    case commaOrEnd
    /// Inside a string, and inside an escape in it.
    case string
    case escape
    case unicode
    case number
    case word
    /// The root value is closed.
    case ended
  }

  /// What the bytes of the current string are for.
  private enum StringUse {
    case none
    /// A name, in an object of which no member is wanted.
    case skippedName
    /// A name that has to be compared.
    case name
    /// A value whose length is wanted.
    case length
  }

  /// A value whose bytes or size are wanted and that has not ended.
  private struct Active {
    let path: Int
    /// How many containers are open around it.
    let depth: Int
    let isSize: Bool
    /// Where the part that was not taken yet begins in the current chunk.
    var start: Int
    var isDropped = false
  }

  private let paths: JSONPaths
  private let depthMax: Int
  private(set) var captures: JSONCaptures

  private var state = State.value
  private var failure: JSONError?
  /// Bytes in chunks before the current one.
  private var consumed = 0
  private var nesting = JSONNesting()
  /// The node of each open container, by depth from 1; only the outermost have one.
  private var route: [Int]
  /// How many of the open containers have a node.
  private var routeDepth = 0
  /// The node of the value that comes next, or `JSONPaths.none`.
  private var valueNode = 0

  private var actives: [Active] = []
  /// The depth of the innermost active value; -1 if there is none.
  private var activeDepth = -1

  private var stringUse = StringUse.none
  private var stringNode = JSONPaths.none
  private var stringLength = 0
  private var nameBytes: [UInt8] = []
  private var isNameTooLong = false
  private var codeUnit: UInt16 = 0
  private var codeUnitDigits = 0
  private var highSurrogate: UInt16?

  private var number = JSONNumberGrammar.start
  /// The letters of `true` and its like that are still to come, lowest byte first.
  private var wordRest: UInt64 = 0

  /// Makes an extractor for one document after the other.
  ///
  /// - Parameters:
  ///   - paths: What to look for.
  ///   - captureBytesMax: How many bytes may be kept for a path. A value beyond it is dropped and
  ///     flagged.
  ///   - depthMax: How many containers may be open inside each other.
  package init(_ paths: JSONPaths, captureBytesMax: Int = 65_536, depthMax: Int = 512) {
    self.paths = paths
    self.depthMax = depthMax
    captures = JSONCaptures(paths, bytesMax: captureBytesMax)
    route = Array(repeating: JSONPaths.none, count: paths.componentsMax + 1)
  }

  /// Forgets the document and all results, and keeps the memory.
  package mutating func reset() {
    captures.reset()
    state = .value
    failure = nil
    consumed = 0
    nesting.removeAll()
    routeDepth = 0
    valueNode = 0
    if !actives.isEmpty { actives.removeAll(keepingCapacity: true) }
    activeDepth = -1
    stringUse = .none
    stringLength = 0
    highSurrogate = nil
  }

  /// Whether the root value was closed; a bare number at the root only is after `finish()`.
  package var isComplete: Bool { state == .ended && failure == nil }

  /// Why the bytes are no document, once they are not.
  package var malformed: JSONError? { failure }

  /// How many bytes were fed.
  package var offset: Int { consumed }

  /// Whether anything but white space has come.
  package var hasBegun: Bool { state != .value || nesting.depth > 0 }

  // MARK: Feeding

  /// Reads the next bytes of the document, however it was cut.
  ///
  /// - Throws: At the first byte that cannot stand, and the same again ever after.
  package mutating func feed(_ chunk: Span<UInt8>) throws(JSONError) {
    if let failure { throw failure }
    do {
      try read(chunk)
      if activeDepth >= 0 { takeRest(of: chunk) }
      if stringLength > 0 { settleLength() }
      consumed += chunk.count
    } catch {
      failure = error
      if stringLength > 0 { settleLength() }
      throw error
    }
  }

  /// Tells that the document ends here.
  package mutating func finish() throws(JSONError) {
    if let failure { throw failure }
    if state == .number, nesting.depth == 0, number.isWhole {
      let nothing: [UInt8] = []
      endValue(at: 0, nothing.span)
    }
    guard state == .ended else {
      let error = JSONError(.unexpectedEnd, at: consumed)
      failure = error
      throw error
    }
  }

  private mutating func read(_ chunk: Span<UInt8>) throws(JSONError) {
    let end = chunk.count
    var index = 0
    while index < end {
      let byte = chunk[index]
      switch state {
      case .string:
        try readString(chunk, &index)
      case .value, .elementOrEnd:
        if JSONByte.isWhitespace(byte) {
          index &+= 1
        } else if byte == JSONByte.closeBracket, state == .elementOrEnd {
          index &+= 1
          close(at: index, chunk)
        } else {
          try begin(byte, chunk, &index)
        }
      case .name, .nameOrEnd:
        if JSONByte.isWhitespace(byte) {
          index &+= 1
        } else if byte == JSONByte.quote {
          index &+= 1
          beginName()
          try readString(chunk, &index)
        } else if byte == JSONByte.closeBrace, state == .nameOrEnd {
          index &+= 1
          close(at: index, chunk)
        } else {
          throw error(.unexpectedByte, at: index)
        }
      case .colon:
        if byte == JSONByte.colon {
          state = .value
        } else if !JSONByte.isWhitespace(byte) {
          throw error(.unexpectedByte, at: index)
        }
        index &+= 1
      case .commaOrEnd:
        if byte == JSONByte.comma {
          next()
          index &+= 1
        } else if JSONByte.isWhitespace(byte) {
          index &+= 1
        } else if byte == (nesting.isObject ? JSONByte.closeBrace : JSONByte.closeBracket) {
          index &+= 1
          close(at: index, chunk)
        } else {
          throw error(.unexpectedByte, at: index)
        }
      case .number:
        try readNumber(chunk, &index)
      case .word:
        try readWord(chunk, &index)
      case .escape:
        try readEscape(byte, at: index)
        index &+= 1
      case .unicode:
        try readCodeUnit(byte, at: index)
        index &+= 1
      case .ended:
        guard JSONByte.isWhitespace(byte) else { throw error(.trailingBytes, at: index) }
        index &+= 1
      }
    }
  }

  private func error(_ reason: JSONError.Reason, at index: Int) -> JSONError {
    JSONError(reason, at: consumed + index)
  }

  // MARK: Values

  /// Begins the value whose first byte is at `index`.
  @inline(__always)
  private mutating func begin(
    _ byte: UInt8, _ chunk: Span<UInt8>, _ index: inout Int
  ) throws(JSONError) {
    switch byte {
    case JSONByte.quote:
      stringUse = .none
      match(.string, at: index)
      index &+= 1
      state = .string
      try readString(chunk, &index)
    case JSONByte.openBrace:
      try open(.object, at: index)
      index &+= 1
    case JSONByte.openBracket:
      try open(.array, at: index)
      index &+= 1
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      match(.number, at: index)
      number = .start
      state = .number
      try readNumber(chunk, &index)
    case UInt8(ascii: "t"): beginWord(.bool, 0x65_7572, &index)  // "rue"
    case UInt8(ascii: "f"): beginWord(.bool, 0x6573_6C61, &index)  // "alse"
    case UInt8(ascii: "n"): beginWord(.null, 0x6C_6C75, &index)  // "ull"
    case UInt8(ascii: "N"): beginWord(.number, 0x4E61, &index)  // "aN"
    case UInt8(ascii: "I"): beginWord(.number, Self.infinityRest, &index)
    default: throw error(.unexpectedByte, at: index)
    }
  }

  /// "nfinity".
  private static var infinityRest: UInt64 { 0x79_7469_6E69_666E }

  private mutating func beginWord(_ kind: JSONKind, _ rest: UInt64, _ index: inout Int) {
    match(kind, at: index)
    index &+= 1
    wordRest = rest
    state = .word
  }

  @inline(__always)
  private mutating func open(_ kind: JSONKind, at index: Int) throws(JSONError) {
    guard nesting.depth < depthMax else { throw error(.tooDeep, at: index) }
    match(kind, at: index)
    nesting.push(isObject: kind == .object)
    let node = valueNode
    valueNode = JSONPaths.none
    if node != JSONPaths.none, paths.nodes[node].isInner {
      routeDepth = nesting.depth
      route[routeDepth] = node
      if kind == .object {
        captures.enterObject(node)
      } else {
        valueNode = paths.nodes[node].element
      }
    }
    state = kind == .object ? .nameOrEnd : .elementOrEnd
  }

  /// A container's closing byte is just before `index`.
  @inline(__always)
  private mutating func close(at index: Int, _ chunk: Span<UInt8>) {
    nesting.pop()
    if routeDepth > nesting.depth { routeDepth = nesting.depth }
    endValue(at: index, chunk)
  }

  /// A comma: another member or element follows.
  @inline(__always)
  private mutating func next() {
    if nesting.isObject {
      state = .name
    } else {
      state = .value
      valueNode =
        routeDepth == nesting.depth ? paths.nodes[route[routeDepth]].element : JSONPaths.none
    }
  }

  /// A value begins at `index`: notes it for every path that ends here.
  @inline(__always)
  private mutating func match(_ kind: JSONKind, at index: Int) {
    if valueNode != JSONPaths.none { matchNode(kind, at: index) }
  }

  private mutating func matchNode(_ kind: JSONKind, at index: Int) {
    for place in paths.nodes[valueNode].terminals {
      let path = paths.terminals[place]
      captures.match(path, kind)
      switch paths.paths[path].mode {
      case .count: break
      case .length:
        guard kind == .string else { continue }
        stringUse = .length
        stringNode = valueNode
      case .capture, .last, .size:
        let isSize = paths.paths[path].mode == .size
        activeDepth = nesting.depth
        actives.append(Active(path: path, depth: activeDepth, isSize: isSize, start: index))
      }
    }
  }

  /// A value has ended just before `index`.
  @inline(__always)
  private mutating func endValue(at index: Int, _ chunk: Span<UInt8>) {
    if activeDepth == nesting.depth { endActives(at: index, chunk) }
    state = nesting.depth == 0 ? .ended : .commaOrEnd
  }

  private mutating func endActives(at index: Int, _ chunk: Span<UInt8>) {
    while let active = actives.last, active.depth == nesting.depth {
      let isWhole = take(active, upTo: index, chunk)
      if isWhole, !active.isSize { captures.commit(active.path) }
      actives.removeLast()
    }
    activeDepth = actives.last?.depth ?? -1
  }

  /// Takes what the chunk's end leaves of the active values.
  private mutating func takeRest(of chunk: Span<UInt8>) {
    for place in actives.indices {
      let isWhole = take(actives[place], upTo: chunk.count, chunk)
      if !isWhole { actives[place].isDropped = true }
      actives[place].start = 0
    }
  }

  /// - Returns: False if the value does not fit or did not already.
  private mutating func take(
    _ active: Active, upTo end: Int, _ chunk: Span<UInt8>
  ) -> Bool {
    if active.isSize {
      captures.add(end - active.start, to: active.path)
      return true
    }
    guard !active.isDropped else { return false }
    return captures.append(chunk, active.start..<end, to: active.path)
  }

  // MARK: Numbers and words

  @inline(__always)
  private mutating func readNumber(
    _ chunk: Span<UInt8>, _ index: inout Int
  ) throws(JSONError) {
    while index < chunk.count {
      let byte = chunk[index]
      guard let next = number.next(byte) else {
        if number == .minus, byte == UInt8(ascii: "I") {
          index &+= 1
          wordRest = Self.infinityRest
          state = .word
          return
        }
        guard number.isWhole else { throw error(.invalidNumber, at: index) }
        endValue(at: index, chunk)
        return
      }
      number = next
      index &+= 1
    }
  }

  private mutating func readWord(
    _ chunk: Span<UInt8>, _ index: inout Int
  ) throws(JSONError) {
    while index < chunk.count {
      guard UInt64(chunk[index]) == wordRest & 0xFF else {
        throw error(.unexpectedByte, at: index)
      }
      index &+= 1
      wordRest >>= 8
      if wordRest == 0 {
        endValue(at: index, chunk)
        return
      }
    }
  }

  // MARK: Strings

  /// A name's opening quote was read.
  @inline(__always)
  private mutating func beginName() {
    state = .string
    if routeDepth == nesting.depth {
      stringUse = .name
      nameBytes.removeAll(keepingCapacity: true)
      isNameTooLong = false
    } else {
      stringUse = .skippedName
    }
  }

  /// Reads on inside a string, up to its end, an escape or the end of the chunk.
  @inline(__always)
  private mutating func readString(
    _ chunk: Span<UInt8>, _ index: inout Int
  ) throws(JSONError) {
    let start = index
    let stop = JSONScan.looseStop(chunk, from: start, to: chunk.count)
    let isClosed = stop < chunk.count && chunk[stop] == JSONByte.quote
    index = stop < chunk.count ? stop &+ 1 : stop
    switch stringUse {
    case .none:
      if isClosed {
        endValue(at: index, chunk)
        return
      }
    case .skippedName:
      if isClosed {
        valueNode = JSONPaths.none
        state = .colon
        return
      }
    case .name:
      if isClosed, nameBytes.isEmpty, highSurrogate == nil {
        endName(leadingTo: child(named: chunk.extracting(start..<stop)))
        return
      }
      takeName(chunk, start..<stop)
      if isClosed {
        settleSurrogate()
        endName(leadingTo: child(named: nameBytes.span))
        return
      }
    case .length:
      if stop > start {
        settleSurrogate()
        stringLength += stop - start
      }
      if isClosed {
        settleSurrogate()
        settleLength()
        endValue(at: index, chunk)
        return
      }
    }
    if stop < chunk.count { state = .escape }
  }

  private mutating func takeName(_ chunk: Span<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    settleSurrogate()
    if nameBytes.count + range.count <= paths.nameBytesMax {
      JSONWriter.append(chunk, range, to: &nameBytes)
    } else {
      isNameTooLong = true
    }
  }

  @inline(__always)
  private func child(named name: Span<UInt8>) -> Int {
    isNameTooLong ? JSONPaths.none : paths.child(of: route[routeDepth], named: name)
  }

  @inline(__always)
  private mutating func endName(leadingTo node: Int) {
    valueNode = node
    if valueNode != JSONPaths.none { captures.enterMember(valueNode) }
    state = .colon
  }

  private mutating func readEscape(_ byte: UInt8, at index: Int) throws(JSONError) {
    if let plain = JSONByte.unescaped(byte) {
      settleSurrogate()
      takeScalar(UInt32(plain))
      state = .string
    } else if byte == UInt8(ascii: "u") {
      codeUnit = 0
      codeUnitDigits = 0
      state = .unicode
    } else {
      throw error(.invalidEscape, at: index)
    }
  }

  private mutating func readCodeUnit(_ byte: UInt8, at index: Int) throws(JSONError) {
    guard let digit = JSONByte.hexValue(byte) else { throw error(.invalidEscape, at: index) }
    codeUnit = codeUnit << 4 | digit
    codeUnitDigits += 1
    guard codeUnitDigits == 4 else { return }
    state = .string
    if let high = highSurrogate, JSONString.isLowSurrogate(codeUnit) {
      highSurrogate = nil
      takeScalar(JSONString.joined(high, codeUnit))
      return
    }
    settleSurrogate()
    if JSONString.isHighSurrogate(codeUnit) {
      if stringUse == .name || stringUse == .length { highSurrogate = codeUnit }
    } else {
      takeScalar(UInt32(codeUnit))
    }
  }

  /// A high surrogate that nothing followed stands for U+FFFD.
  @inline(__always)
  private mutating func settleSurrogate() {
    guard highSurrogate != nil else { return }
    highSurrogate = nil
    takeScalar(0xFFFD)
  }

  /// Takes a decoded scalar; a lone surrogate counts as U+FFFD, which is as long.
  private mutating func takeScalar(_ scalar: UInt32) {
    switch stringUse {
    case .none, .skippedName: return
    case .length:
      stringLength += scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x1_0000 ? 3 : 4
    case .name:
      if nameBytes.count <= paths.nameBytesMax {
        JSONString.appendUTF8(scalar, to: &nameBytes)
      } else {
        isNameTooLong = true
      }
    }
  }

  /// Adds what is known of the current string to the paths that want its length.
  private mutating func settleLength() {
    for place in paths.nodes[stringNode].terminals {
      let path = paths.terminals[place]
      if paths.paths[path].mode == .length { captures.add(stringLength, to: path) }
    }
    stringLength = 0
  }
}
