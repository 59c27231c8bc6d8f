/// Reads the inside of a string that arrives in pieces, for what its bytes are wanted for.
///
/// Decodes escapes wherever they are cut. A lone surrogate stands for U+FFFD.
struct JSONStringReader {
  enum Use {
    case nothing
    /// A name, in an object of which no member is wanted.
    case skippedName
    /// A name that has to be compared.
    case name
    /// A value whose decoded length is wanted.
    case length
  }

  /// Where a step inside an escape leads.
  enum Step {
    case inside
    case ended
    case invalid
  }

  private(set) var use = Use.nothing
  /// The decoded name so far, when it is wanted.
  private(set) var name: [UInt8] = []
  /// Whether the name is longer than any that is wanted; the rest of it was not kept.
  private(set) var isNameTooLong = false
  /// Decoded UTF-8 bytes that were not added anywhere yet.
  var length = 0

  private let nameBytesMax: Int
  private var codeUnit: UInt16 = 0
  private var codeUnitDigits = 0
  private var highSurrogate: UInt16?

  init(nameBytesMax: Int) {
    self.nameBytesMax = nameBytesMax
  }

  @inline(__always)
  mutating func begin(_ use: Use) {
    self.use = use
    length = 0
    highSurrogate = nil
    isNameTooLong = false
    if use == .name, !name.isEmpty { name.removeAll(keepingCapacity: true) }
  }

  /// Whether nothing of the name has been taken yet, so that it may be compared where it stands.
  @inline(__always)
  var isUntouched: Bool { name.isEmpty && !isNameTooLong && highSurrogate == nil }

  /// Takes bytes without quotes and escapes.
  @inline(__always)
  mutating func take(_ chunk: Span<UInt8>, _ range: Range<Int>) {
    switch use {
    case .nothing, .skippedName: return
    case .length:
      if !range.isEmpty {
        settleSurrogate()
        length += range.count
      }
    case .name:
      if !range.isEmpty { takeName(chunk, range) }
    }
  }

  private mutating func takeName(_ chunk: Span<UInt8>, _ range: Range<Int>) {
    settleSurrogate()
    guard name.count + range.count <= nameBytesMax else {
      isNameTooLong = true
      return
    }
    JSONWriter.append(chunk, range, to: &name)
  }

  /// Takes the byte behind a backslash.
  mutating func takeEscape(_ byte: UInt8) -> Step {
    if let plain = JSONByte.unescaped(byte) {
      settleSurrogate()
      takeScalar(UInt32(plain))
      return .ended
    }
    guard byte == UInt8(ascii: "u") else { return .invalid }
    codeUnit = 0
    codeUnitDigits = 0
    return .inside
  }

  /// Takes one of the four digits behind `\u`.
  mutating func takeHexDigit(_ byte: UInt8) -> Step {
    guard let digit = JSONByte.hexValue(byte) else { return .invalid }
    codeUnit = codeUnit << 4 | digit
    codeUnitDigits += 1
    guard codeUnitDigits == 4 else { return .inside }
    if let high = highSurrogate, JSONString.isLowSurrogate(codeUnit) {
      highSurrogate = nil
      takeScalar(JSONString.joined(high, codeUnit))
    } else {
      settleSurrogate()
      if JSONString.isHighSurrogate(codeUnit) {
        highSurrogate = codeUnit
      } else {
        takeScalar(UInt32(codeUnit))
      }
    }
    return .ended
  }

  /// The closing quote.
  mutating func end() {
    settleSurrogate()
  }

  /// A high surrogate that no low one followed stands for U+FFFD.
  @inline(__always)
  private mutating func settleSurrogate() {
    guard highSurrogate != nil else { return }
    highSurrogate = nil
    takeScalar(0xFFFD)
  }

  /// Takes a decoded scalar; a lone surrogate counts as U+FFFD, which is as long.
  private mutating func takeScalar(_ scalar: UInt32) {
    switch use {
    case .nothing, .skippedName: return
    case .length:
      length += scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x1_0000 ? 3 : 4
    case .name:
      guard name.count < nameBytesMax else {
        isNameTooLong = true
        return
      }
      JSONString.appendUTF8(scalar, to: &name)
    }
  }
}
