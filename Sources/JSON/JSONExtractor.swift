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

  private var string: JSONStringReader
  /// The node of the string whose length is wanted.
  private var stringNode = JSONPaths.none

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
    string = JSONStringReader(nameBytesMax: paths.nameBytesMax)
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
    string.begin(.nothing)
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
      captures.takeRest(of: chunk, upTo: chunk.count)
      settleLength()
      consumed += chunk.count
    } catch {
      failure = error
      // So that what is known of the value that failed does not depend on the cut either.
      captures.takeRest(of: chunk, upTo: error.offset - consumed)
      settleLength()
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
        switch string.takeEscape(byte) {
        case .inside: state = .unicode
        case .ended: state = .string
        case .invalid: throw error(.invalidEscape, at: index)
        }
        index &+= 1
      case .unicode:
        switch string.takeHexDigit(byte) {
        case .inside: break
        case .ended: state = .string
        case .invalid: throw error(.invalidEscape, at: index)
        }
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
      string.begin(.nothing)
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
        string.begin(.length)
        stringNode = valueNode
      case .capture, .last, .size:
        captures.begin(path, depth: nesting.depth, at: index)
      }
    }
  }

  /// A value has ended just before `index`.
  @inline(__always)
  private mutating func endValue(at index: Int, _ chunk: Span<UInt8>) {
    captures.endValues(depth: nesting.depth, at: index, chunk)
    state = nesting.depth == 0 ? .ended : .commaOrEnd
  }

  // MARK: Numbers and words

  @inline(__always)
  private mutating func readNumber(
    _ chunk: Span<UInt8>, _ index: inout Int
  ) throws(JSONError) {
    var place = index
    var number = self.number
    while true {
      if number.takesDigits {
        while place < chunk.count, JSONByte.isDigit(chunk[place]) { place &+= 1 }
      }
      index = place
      self.number = number
      guard place < chunk.count else { return }
      let byte = chunk[place]
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
      place &+= 1
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
    string.begin(routeDepth == nesting.depth ? .name : .skippedName)
  }

  /// Reads on inside a string, up to its end, an escape or the end of the chunk.
  @inline(__always)
  private mutating func readString(
    _ chunk: Span<UInt8>, _ index: inout Int
  ) throws(JSONError) {
    let start = index
    let stop = JSONScan.looseStop(chunk, from: start, to: chunk.count)
    guard stop < chunk.count else {
      index = stop
      string.take(chunk, start..<stop)
      return
    }
    index = stop &+ 1
    guard chunk[stop] == JSONByte.quote else {
      string.take(chunk, start..<stop)
      state = .escape
      return
    }
    switch string.use {
    case .nothing:
      endValue(at: index, chunk)
    case .length:
      string.take(chunk, start..<stop)
      string.end()
      settleLength()
      endValue(at: index, chunk)
    case .skippedName:
      valueNode = JSONPaths.none
      state = .colon
    case .name:
      if string.isUntouched {
        endName(leadingTo: paths.child(of: route[routeDepth], named: chunk, start..<stop))
        return
      }
      string.take(chunk, start..<stop)
      string.end()
      guard !string.isNameTooLong else {
        endName(leadingTo: JSONPaths.none)
        return
      }
      let name = 0..<string.name.count
      endName(leadingTo: paths.child(of: route[routeDepth], named: string.name.span, name))
    }
  }

  @inline(__always)
  private mutating func endName(leadingTo node: Int) {
    valueNode = node
    if node != JSONPaths.none { captures.enterMember(node) }
    state = .colon
  }

  /// Adds what is known of the current string to the paths that want its length.
  @inline(__always)
  private mutating func settleLength() {
    if string.length > 0 { addLength() }
  }

  private mutating func addLength() {
    for place in paths.nodes[stringNode].terminals {
      let path = paths.terminals[place]
      if paths.paths[path].mode == .length { captures.add(string.length, to: path) }
    }
    string.length = 0
  }
}
