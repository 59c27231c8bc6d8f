/// A name, string, number or literal of an answer that a chunk's end or an escape cuts.
///
/// Read piece by piece; what is kept of it has a bound. Each `read` goes on at an index and returns
/// that of the first byte it did not take: behind the token if it `isWhole` now, else that of a
/// line's end or the count.
struct TornToken {
  /// Longest string that is kept: an error message is the longest of use.
  static let tokenBytesMax = 2_048
  static let nameBytesMax = 64
  static let numberBytesMax = 128

  private(set) var isWhole = false
  private(set) var nameHash = NameHash()
  /// What is kept of a string or number.
  private(set) var token: [UInt8] = []
  /// More came than is kept.
  private(set) var isCut = false
  /// The literal's first byte.
  private(set) var literal: UInt8 = 0
  private var literalLeft: UInt8 = 0
  private var escape = EscapeReader()
  private var keepsName = false
  /// How the string or number is taken.
  private var take = AnswerPaths.Take.skip

  /// Whether the string or number is kept.
  var isToken: Bool { take == .token }

  // MARK: Names

  mutating func beginName(isKept: Bool) {
    isWhole = false
    nameHash = NameHash()
    escape = EscapeReader()
    keepsName = isKept
  }

  /// Reads on in a name; one that is kept goes into `name`.
  mutating func readName(_ bytes: Span<UInt8>, _ start: Int, into name: inout [UInt8]) -> Int {
    var index = start
    while true {
      switch next(bytes, &index) {
      case .plain(let range):
        for place in range { nameHash.add(bytes[place]) }
        if keepsName { append(bytes, range.prefix(Self.nameBytesMax - name.count), to: &name) }
      case .scalar(let scalar): add(scalar: scalar, toName: &name)
      case .control(let byte): nameHash.add(byte)
      case .end: return index
      }
    }
  }

  private mutating func add(scalar: UInt32, toName name: inout [UInt8]) {
    for byte in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 {
      nameHash.add(byte)
      if keepsName, name.count < Self.nameBytesMax { name.append(byte) }
    }
  }

  // MARK: Strings

  mutating func beginString(_ take: AnswerPaths.Take) {
    begin(take)
    escape = EscapeReader()
  }

  private mutating func begin(_ take: AnswerPaths.Take) {
    isWhole = false
    isCut = false
    self.take = take
    token.removeAll(keepingCapacity: true)
  }

  /// Reads on in a string; the meter takes text as it comes.
  mutating func readString(
    _ bytes: Span<UInt8>, _ start: Int, _ place: AnswerPaths.Node, into meter: inout AnswerMeter
  ) -> Int {
    var index = start
    while true {
      switch next(bytes, &index) {
      case .plain(let range): add(bytes, range, place, &meter)
      case .scalar(let scalar): add(scalar: scalar, place, &meter)
      case .control: break
      case .end: return index
      }
    }
  }

  private mutating func add(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ place: AnswerPaths.Node,
    _ meter: inout AnswerMeter
  ) {
    switch take {
    case .skip: break
    case .presence: meter.presence(place)
    case .text: meter.text(place, bytes, range)
    case .token: keep(bytes, range, upTo: Self.tokenBytesMax)
    }
  }

  private mutating func add(
    scalar: UInt32, _ place: AnswerPaths.Node, _ meter: inout AnswerMeter
  ) {
    switch take {
    case .skip: break
    case .presence: meter.presence(place)
    case .text: meter.text(place, scalar: scalar)
    case .token:
      guard token.count + 4 <= Self.tokenBytesMax else {
        isCut = true
        return
      }
      token.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    }
  }

  private mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>, upTo bytesMax: Int) {
    let room = bytesMax - token.count
    isCut = isCut || range.count > room
    append(bytes, range.prefix(room), to: &token)
  }

  // MARK: What names and strings have in common

  /// What comes next of a name or string.
  private enum Piece {
    /// Bytes that stand for themselves.
    case plain(Range<Int>)
    /// The character that an escape stands for.
    case scalar(UInt32)
    /// A control character that ends no line: no JSON, and no text.
    case control(UInt8)
    /// The closing quote has been passed, or a line's end or that of the chunk has been reached.
    case end
  }

  @inline(__always)
  private mutating func next(_ bytes: Span<UInt8>, _ index: inout Int) -> Piece {
    while index < bytes.count {
      if escape.isOpen {
        if isLineEnd(bytes[index]) { return .end }
        let scalar = escape.next(bytes[index])
        index += 1
        if let scalar { return .scalar(scalar) }
        continue
      }
      let start = index
      index = plainEnd(bytes, from: start)
      if index > start {
        escape.sawPlain()
        return .plain(start..<index)
      }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        isWhole = true
        index += 1
        return .end
      case UInt8(ascii: "\\"):
        escape.begin()
        index += 1
      case 0x0A, 0x0D:
        return .end
      default:
        index += 1
        return .control(bytes[index - 1])
      }
    }
    return .end
  }

  // MARK: Numbers and literals

  mutating func beginNumber(isKept: Bool) {
    begin(isKept ? .token : .skip)
  }

  /// Reads on in a number, which ends before the first byte that cannot be of one.
  mutating func readNumber(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    let end = numberEnd(bytes, from: start)
    if isToken { keep(bytes, start..<end, upTo: Self.numberBytesMax) }
    isWhole = end < bytes.count
    return end
  }

  /// A literal begins with `byte`: `true`, `false` or `null`.
  mutating func beginLiteral(_ byte: UInt8) {
    isWhole = false
    literal = byte
    literalLeft = byte == UInt8(ascii: "f") ? 4 : 3
  }

  /// Reads on in a literal, up to a byte that is no small letter.
  mutating func readLiteral(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count, literalLeft > 0, bytes[index] >= 0x61, bytes[index] <= 0x7A {
      literalLeft &-= 1
      index &+= 1
    }
    isWhole = literalLeft == 0
    return index
  }
}
