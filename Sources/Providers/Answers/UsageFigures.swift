/// One number of a provider's usage, named by where it stands.
///
/// The names of many vendors meet here: what stands at the same place means the same, and what
/// does not has a case of its own. `UsageReading` turns them into one `Usage`.
enum UsageFigure: UInt8, CaseIterable, Sendable {
  // OpenAI and compatible; `input` and `output` in the Responses and Messages APIs.
  case prompt, completion, total, input, output
  case inputCached, inputCacheWrite, inputAudio, inputImage, inputCachedAudio, inputCachedImage
  case outputReasoning, outputAudio, outputImage, acceptedPrediction, rejectedPrediction
  // Vendors of that dialect.
  case cacheHit, cached, numCached, reasoning
  // Anthropic.
  case cacheCreation, cacheRead, cacheWrite5m, cacheWrite1h
  // Gemini and Vertex; the modality parts are sums over the detail lists.
  case promptCount, candidatesCount, thoughtsCount, cachedCount, toolUseCount, totalCount
  case promptAudio, promptImage, cachedAudio, cachedImage, candidatesAudio, candidatesImage
  /// Vertex `predict`: the sum of `statistics.token_count`.
  case statistics
  // Gemini interactions.
  case totalInput, totalOutput, totalThought, totalToolUse, totalCached
  // Cohere.
  case tokensInput, tokensOutput
  case billedInput, billedOutput, billedSearch, billedImage
}

/// The figures of one usage object: which were stated, with what value.
///
/// What is asked of them is inlined: a call would copy all of them.
struct UsageFigures: Equatable, Sendable {
  private var values = InlineArray<48, Int64>(repeating: 0)
  /// One bit a figure.
  private(set) var stated: UInt64 = 0
  /// Stated, but with something that cannot be a count of tokens.
  private(set) var unusable: UInt64 = 0

  subscript(_ figure: UsageFigure) -> Int64? {
    @inline(__always) get { has(figure) ? values[Int(figure.rawValue)] : nil }
  }

  /// The value, or 0 where none was stated.
  @inline(__always)
  func count(_ figure: UsageFigure) -> Int64 {
    values[Int(figure.rawValue)]
  }

  @inline(__always)
  func has(_ figure: UsageFigure) -> Bool { stated & Self.bit(figure) != 0 }

  @inline(__always)
  func hasAny(_ figures: UsageFigure...) -> Bool {
    figures.contains { has($0) }
  }

  var isEmpty: Bool {
    @inline(__always) get { stated | unusable == 0 }
  }

  mutating func set(_ figure: UsageFigure, _ value: Int64) {
    values[Int(figure.rawValue)] = value
    stated |= Self.bit(figure)
    unusable &= ~Self.bit(figure)
  }

  /// Adds to a figure that is a sum; the bounds of `TokenCount` keep it from overflowing soon, and
  /// it stays at the bound where it would.
  mutating func add(_ figure: UsageFigure, _ value: Int64) {
    set(figure, min(count(figure) + value, TokenCount.maximum))
  }

  mutating func setUnusable(_ figure: UsageFigure) {
    if !has(figure) { unusable |= Self.bit(figure) }
  }

  /// Takes over every figure that `later` states (Anthropic's `message_delta` is cumulative).
  mutating func overwrite(with later: UsageFigures) {
    for index in values.indices where later.stated & 1 << UInt64(index) != 0 {
      values[index] = later.values[index]
    }
    unusable = unusable & ~later.stated | later.unusable & ~stated
    stated |= later.stated
  }

  static func == (left: Self, right: Self) -> Bool {
    guard left.stated == right.stated, left.unusable == right.unusable else { return false }
    return left.values.indices.allSatisfy { left.values[$0] == right.values[$0] }
  }

  private static func bit(_ figure: UsageFigure) -> UInt64 { 1 << UInt64(figure.rawValue) }

  /// One bit for each of the figures, as in `stated`.
  static func bits(_ figures: [UsageFigure]) -> UInt64 {
    figures.reduce(0) { $0 | bit($1) }
  }
}

/// Reads a JSON number as a count of tokens, without trusting it.
enum TokenCount: Equatable {
  /// A count; written `12`, `12.0` or `1.2e1`.
  case exact(Int64)
  /// A fraction, rounded up.
  case fraction(Int64)
  case negative
  /// Larger than any call can use.
  case outOfRange
  case notANumber

  /// The largest count that is believed: 2^40, a million times the largest context window.
  ///
  /// Sums of millions of calls stay within 64 bits.
  static let maximum: Int64 = 1 << 40

  init(_ text: Span<UInt8>) {
    if let count = Self.plain(text) {
      self = .exact(count)
      return
    }
    var index = 0
    let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    if isNegative { index = 1 }
    var value: Int64 = 0
    var digits = 0
    var hasFraction = false
    // Digits after the point, most significant first, as far as an exponent may need them.
    var decimals = 0
    var seenPoint = false
    var isHuge = false
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: ".") {
        guard !seenPoint else {
          self = .notANumber
          return
        }
        seenPoint = true
      } else if byte >= 0x30, byte <= 0x39 {
        digits += 1
        if value > Self.maximum {
          // Digits that no longer fit: before the point the number is huge, after it they only
          // say that there is a fraction.
          if seenPoint { hasFraction = hasFraction || byte != 0x30 } else { isHuge = true }
        } else {
          value = value * 10 + Int64(byte & 0x0F)
          if seenPoint { decimals += 1 }
        }
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else {
      self = .notANumber
      return
    }
    var exponent = 0
    if index < text.count {
      guard text[index] | 0x20 == UInt8(ascii: "e"), let read = Self.exponent(text, index + 1)
      else {
        self = .notANumber
        return
      }
      exponent = read
    }
    guard !isHuge || value == 0 else {
      self = isNegative ? .negative : exponent < 0 ? .notANumber : .outOfRange
      return
    }
    guard value > 0 || hasFraction else {
      self = .exact(0)
      return
    }
    guard !isNegative else {
      self = .negative
      return
    }
    var shift = exponent - decimals
    while shift > 0 {
      guard value <= Self.maximum else {
        self = .outOfRange
        return
      }
      value *= 10
      shift -= 1
    }
    while shift < 0, value > 0 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      hasFraction = hasFraction || remainder != 0
      value = quotient
      shift += 1
    }
    guard value <= Self.maximum else {
      self = .outOfRange
      return
    }
    self = hasFraction ? .fraction(value + 1) : .exact(value)
  }

  /// A count written as a few digits and nothing else, as nearly all are.
  @inline(__always)
  private static func plain(_ text: Span<UInt8>) -> Int64? {
    // Twelve digits are less than the maximum.
    guard (1...12).contains(text.count) else { return nil }
    var value: Int64 = 0
    for index in text.indices {
      let digit = text[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    return value
  }

  /// The exponent, held within ±400: beyond that every number is huge or nothing.
  private static func exponent(_ text: Span<UInt8>, _ start: Int) -> Int? {
    var index = start
    var isNegative = false
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      isNegative = text[index] == UInt8(ascii: "-")
      index += 1
    }
    guard index < text.count else { return nil }
    var value = 0
    while index < text.count {
      guard text[index] >= 0x30, text[index] <= 0x39 else { return nil }
      value = min(value * 10 + Int(text[index] & 0x0F), 400)
      index += 1
    }
    return isNegative ? -value : value
  }
}
