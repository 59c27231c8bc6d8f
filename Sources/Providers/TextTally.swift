/// Counts the classes of characters in a text, so that its tokens can be estimated without it.
///
/// Fed with UTF-8 at any split, inside a character too, in constant memory and without an
/// allocation; nothing of the text is kept. The classes follow how byte-pair tokenizers cut text
/// before they merge: words with the character before them, numbers, runs of punctuation, line
/// ends, indentation. `TokenEstimate` weighs them. A byte counts by itself and the two before it,
/// which is what lets eight be counted at once.
package struct TextTally: Equatable, Sendable {
  /// UTF-8 bytes seen.
  package private(set) var bytes = 0
  /// Runs of ASCII letters, and the letters in them.
  package private(set) var words = 0
  package private(set) var letters = 0
  /// Capitals right after a small letter: `camelCase` has one.
  package private(set) var caseChanges = 0
  /// ASCII digits, and runs of them.
  package private(set) var digits = 0
  package private(set) var digitRuns = 0
  /// ASCII punctuation and symbols, and runs of them.
  package private(set) var punctuation = 0
  package private(set) var punctuationRuns = 0
  /// Single marks between two letters, as in `snake_case` or `a.b`.
  package private(set) var joiningMarks = 0
  /// Runs of two or more spaces or tabs.
  package private(set) var indents = 0
  /// Runs of line ends.
  package private(set) var lineEnds = 0
  /// Letters of two bytes: Latin with accents; and Greek, Cyrillic, Hebrew, Arabic and kin.
  package private(set) var accentedLetters = 0
  package private(set) var otherLetters = 0
  /// Letters of three bytes that are not CJK (Devanagari, Thai, Georgian and kin).
  package private(set) var wideLetters = 0
  package private(set) var han = 0
  package private(set) var kana = 0
  package private(set) var hangul = 0
  /// Punctuation of CJK and its full-width forms.
  package private(set) var widePunctuation = 0
  /// General punctuation, arrows, box drawing and other symbols outside ASCII.
  package private(set) var symbols = 0
  /// Emoji and all else of four bytes.
  package private(set) var emoji = 0
  /// Bytes that are not UTF-8.
  package private(set) var strays = 0

  /// The classes of the two bytes before the next one.
  private var before = AsciiClasses()
  /// The character that a split cut: its value so far, and how many bytes it still lacks.
  private var scalar: UInt32 = 0
  private var scalarBytesLeft: UInt8 = 0

  package init() {}

  package var isEmpty: Bool { bytes == 0 }

  /// Counts the next bytes of the text.
  package mutating func add(_ text: Span<UInt8>) {
    bytes = bytes &+ text.count
    var index = 0
    while index < text.count {
      if text[index] >= 0x80 || scalarBytesLeft > 0 {
        index = addScalarPart(text, at: index)
      } else {
        index = addASCII(text, from: index)
      }
    }
  }

  /// Counts the next bytes of the text.
  package mutating func add(_ text: [UInt8]) {
    add(text.span)
  }

  /// Ends the current word or run: what follows is another text.
  package mutating func endText() {
    endScalar()
    before = AsciiClasses()
  }

  /// Counts bytes up to the first that is not ASCII, eight at a time.
  private mutating func addASCII(_ text: Span<UInt8>, from start: Int) -> Int {
    var counts = AsciiCounts()
    var classes = before
    var index = start
    while text.count &- index >= 8 {
      // Inside the span, as just checked; any bits are a `UInt64`.
      let word = unsafe text.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: index, as: UInt64.self)
      guard word & Lanes.high == 0 else { break }
      classes = counts.add(UInt64(littleEndian: word), after: classes)
      index &+= 8
      if counts.isFull { take(&counts) }
    }
    // The rest, or what stands before a byte that is not ASCII: zero bytes are of no class.
    var word: UInt64 = 0
    var length: UInt64 = 0
    while index < text.count, length < 7, text[index] < 0x80 {
      word |= UInt64(text[index]) &<< (8 &* length)
      length &+= 1
      index &+= 1
    }
    if length > 0 {
      classes = counts.add(word, after: classes).ending(at: length, after: classes)
    }
    before = classes
    take(&counts)
    return index
  }

  private mutating func take(_ counts: inout AsciiCounts) {
    words &+= Lanes.sum(counts.words)
    letters &+= Lanes.sum(counts.letters)
    caseChanges &+= Lanes.sum(counts.caseChanges)
    digits &+= Lanes.sum(counts.digits)
    digitRuns &+= Lanes.sum(counts.digitRuns)
    punctuation &+= Lanes.sum(counts.punctuation)
    punctuationRuns &+= Lanes.sum(counts.punctuationRuns)
    joiningMarks &+= Lanes.sum(counts.joiningMarks)
    indents &+= Lanes.sum(counts.indents)
    lineEnds &+= Lanes.sum(counts.lineEnds)
    counts = AsciiCounts()
  }
}

// Outside ASCII.
extension TextTally {
  /// One byte of a character outside ASCII, or a byte where such a one should go on; a character of
  /// three bytes at once where it is whole.
  private mutating func addScalarPart(_ text: Span<UInt8>, at index: Int) -> Int {
    let byte = text[index]
    if scalarBytesLeft > 0 {
      guard byte & 0xC0 == 0x80 else {
        endScalar()
        return index
      }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
      scalarBytesLeft -= 1
      if scalarBytesLeft == 0 {
        add(scalar: scalar)
        scalar = 0
      }
      return index &+ 1
    }
    before = AsciiClasses()
    if byte & 0xF0 == 0xE0, text.count &- index > 2 {
      let second = text[index &+ 1]
      let third = text[index &+ 2]
      if second & 0xC0 == 0x80, third & 0xC0 == 0x80 {
        add(
          scalar: UInt32(byte & 0x0F) << 12 | UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F))
        return index &+ 3
      }
    }
    switch byte {
    case 0xC2...0xDF: begin(byte & 0x1F, bytesLeft: 1)
    case 0xE0...0xEF: begin(byte & 0x0F, bytesLeft: 2)
    case 0xF0...0xF4: begin(byte & 0x07, bytesLeft: 3)
    default: strays &+= 1
    }
    return index &+ 1
  }

  private mutating func begin(_ bits: UInt8, bytesLeft: UInt8) {
    scalar = UInt32(bits)
    scalarBytesLeft = bytesLeft
  }

  /// A character that lacks its end is a stray.
  private mutating func endScalar() {
    if scalarBytesLeft > 0 { strays &+= 1 }
    scalarBytesLeft = 0
    scalar = 0
  }

  private mutating func add(scalar: UInt32) {
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF: han &+= 1
    case 0xC0...0x24F where scalar != 0xD7 && scalar != 0xF7: accentedLetters &+= 1
    case 0x370...0x7FF: otherLetters &+= 1
    case 0x3040...0x30FF, 0x31F0...0x31FF: kana &+= 1
    case 0xAC00...0xD7AF, 0x1100...0x11FF, 0x3130...0x318F: hangul &+= 1
    case 0x800...0x1FFF: wideLetters &+= 1
    case 0x3000...0x303F, 0xFF00...0xFFEF: widePunctuation &+= 1
    case 0x10000...: emoji &+= 1
    default: symbols &+= 1
    }
  }
}

/// Eight lanes of a byte each in one word.
private enum Lanes {
  /// The highest bit of each lane; it stands for "this byte is of the class".
  static let high: UInt64 = 0x8080_8080_8080_8080

  static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// The lanes whose byte is in the range; all bytes must be ASCII, so that no sum carries over.
  static func inside(_ word: UInt64, _ first: UInt8, _ last: UInt8) -> UInt64 {
    (word &+ all(0x80 &- first)) & ~(word &+ all(0x7F &- last)) & high
  }

  /// The lanes whose byte is less; all bytes must be ASCII.
  static func below(_ word: UInt64, _ bound: UInt8) -> UInt64 {
    ~(word &+ all(0x80 &- bound)) & high
  }

  /// The sum of the eight lanes as numbers.
  static func sum(_ word: UInt64) -> Int {
    let pairs = (word & 0x00FF_00FF_00FF_00FF) &+ (word &>> 8 & 0x00FF_00FF_00FF_00FF)
    return Int((pairs &* 0x0001_0001_0001_0001) &>> 48)
  }
}

/// Which of eight bytes are of which class; the bytes of the end come last.
private struct AsciiClasses: Equatable, Sendable {
  var small: UInt64 = 0
  var capital: UInt64 = 0
  var digit: UInt64 = 0
  var space: UInt64 = 0
  var lineEnd: UInt64 = 0
  var mark: UInt64 = 0

  init() {}

  @inline(__always)
  init(_ word: UInt64) {
    let letter = Lanes.inside(word | Lanes.all(0x20), UInt8(ascii: "a"), UInt8(ascii: "z"))
    // Bit 5 tells small letters from capitals; here it is moved to the highest.
    small = letter & (word &<< 2)
    capital = letter & ~(word &<< 2)
    digit = Lanes.inside(word, UInt8(ascii: "0"), UInt8(ascii: "9"))
    let control = Lanes.below(word, 0x20)
    let blank = Lanes.below(word, 0x21)
    space = blank ^ control
    mark = ~(blank | letter | digit) & Lanes.high
    guard control != 0 else { return }
    space |= Lanes.inside(word, UInt8(ascii: "\t"), UInt8(ascii: "\t"))
    lineEnd =
      Lanes.inside(word, UInt8(ascii: "\n"), UInt8(ascii: "\n"))
      | Lanes.inside(word, UInt8(ascii: "\r"), UInt8(ascii: "\r"))
  }

  /// The last eight bytes where only the first `length` of these are of the text; 1 to 7.
  func ending(at length: UInt64, after before: AsciiClasses) -> AsciiClasses {
    let bits = 8 &* length
    var ending = AsciiClasses()
    ending.small = small &<< (64 &- bits) | before.small &>> bits
    ending.capital = capital &<< (64 &- bits) | before.capital &>> bits
    ending.digit = digit &<< (64 &- bits) | before.digit &>> bits
    ending.space = space &<< (64 &- bits) | before.space &>> bits
    ending.lineEnd = lineEnd &<< (64 &- bits) | before.lineEnd &>> bits
    ending.mark = mark &<< (64 &- bits) | before.mark &>> bits
    return ending
  }
}

/// Counts by lane; a lane holds up to 255.
private struct AsciiCounts {
  private var rounds = 0
  var words: UInt64 = 0
  var letters: UInt64 = 0
  var caseChanges: UInt64 = 0
  var digits: UInt64 = 0
  var digitRuns: UInt64 = 0
  var punctuation: UInt64 = 0
  var punctuationRuns: UInt64 = 0
  var joiningMarks: UInt64 = 0
  var indents: UInt64 = 0
  var lineEnds: UInt64 = 0

  var isFull: Bool { rounds == 255 }

  /// Counts eight bytes that follow eight of the classes `before`; returns their own classes.
  @inline(__always)
  mutating func add(_ word: UInt64, after before: AsciiClasses) -> AsciiClasses {
    let here = AsciiClasses(word)
    rounds &+= 1
    let letter = here.small | here.capital
    letters &+= letter &>> 7
    words &+= Self.starts(letter, before.small | before.capital) &>> 7
    caseChanges &+= (here.capital & Self.preceding(here.small, before.small)) &>> 7
    digits &+= here.digit &>> 7
    digitRuns &+= Self.starts(here.digit, before.digit) &>> 7
    punctuation &+= here.mark &>> 7
    punctuationRuns &+= Self.starts(here.mark, before.mark) &>> 7
    lineEnds &+= Self.starts(here.lineEnd, before.lineEnd) &>> 7
    let letterTwoBefore = letter &<< 16 | (before.small | before.capital) &>> 48
    joiningMarks &+= (letter & Self.preceding(here.mark, before.mark) & letterTwoBefore) &>> 7
    let spaceBefore = Self.preceding(here.space, before.space)
    let spaceTwoBefore = here.space &<< 16 | before.space &>> 48
    indents &+= (here.space & spaceBefore & ~spaceTwoBefore) &>> 7
    return here
  }

  /// Whether the byte before each lane is of the class.
  private static func preceding(_ here: UInt64, _ before: UInt64) -> UInt64 {
    here &<< 8 | before &>> 56
  }

  private static func starts(_ here: UInt64, _ before: UInt64) -> UInt64 {
    here & ~preceding(here, before)
  }
}
