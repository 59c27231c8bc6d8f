/// Counts the classes of characters in a text, so that its tokens can be estimated without it.
///
/// Fed with UTF-8 at any split, inside a character too, in constant memory and without an
/// allocation; nothing of the text is kept. The classes follow how byte-pair tokenizers cut text
/// before they merge: words with the character before them, groups of three digits, runs of
/// punctuation, line ends, indentation. `TokenEstimate` weighs them.
package struct TextTally: Equatable, Sendable {
  /// UTF-8 bytes seen.
  package private(set) var bytes = 0
  /// Runs of letters of alphabets (Latin, Greek, Cyrillic, …).
  package private(set) var words = 0
  /// ASCII letters, and those of them that stand beyond the eighth letter of their word.
  package private(set) var letters = 0
  package private(set) var lateLetters = 0
  /// Capitals right after a small letter: `camelCase` has one.
  package private(set) var caseChanges = 0
  /// Groups of up to three ASCII digits.
  package private(set) var digitGroups = 0
  package private(set) var digits = 0
  /// ASCII punctuation and symbols, and runs of them.
  package private(set) var punctuation = 0
  package private(set) var punctuationRuns = 0
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
  /// Bytes that are not UTF-8, and control characters.
  package private(set) var strays = 0

  private var run = Run.none
  private var runLength = 0
  private var endedLower = false
  /// The character that a split cut: its value so far, how many bytes it still lacks, its length.
  private var scalar: UInt32 = 0
  private var scalarBytesLeft: UInt8 = 0
  private var scalarLength: UInt8 = 0

  private enum Run: UInt8 { case none, word, digits, spaces, lineEnds, punctuation, other }

  private static let wordLettersExpected = 8

  package init() {}

  package var isEmpty: Bool { bytes == 0 }

  /// Counts the next bytes of the text.
  package mutating func add(_ text: Span<UInt8>) {
    bytes = bytes &+ text.count
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte >= 0x80 || scalarBytesLeft > 0 {
        addPart(byte)
        index += 1
      } else if Self.isLetter(byte) {
        index = addLetters(text, from: index)
      } else {
        index = addOther(text, from: index, first: byte)
      }
    }
  }

  /// Counts the next bytes of the text.
  package mutating func add(_ text: [UInt8]) {
    add(text.span)
  }

  /// Ends the current word or run: what follows is another text.
  package mutating func endText() {
    if scalarBytesLeft > 0 {
      strays &+= 1
      scalarBytesLeft = 0
    }
    run = .none
    runLength = 0
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26
  }

  private mutating func enter(_ next: Run) {
    guard run != next else { return }
    run = next
    runLength = 0
    if next == .word {
      words &+= 1
      endedLower = false
    }
  }

  private mutating func addLetters(_ text: Span<UInt8>, from start: Int) -> Int {
    enter(.word)
    var end = start
    var changes = 0
    var wasLower = endedLower
    while end < text.count {
      let byte = text[end]
      guard Self.isLetter(byte) else { break }
      let isLower = byte & 0x20 != 0
      changes &+= wasLower && !isLower ? 1 : 0
      wasLower = isLower
      end += 1
    }
    endedLower = wasLower
    caseChanges &+= changes
    letters &+= end - start
    lengthenWord(by: end - start)
    return end
  }

  private mutating func lengthenWord(by count: Int) {
    let lateBefore = max(0, runLength - Self.wordLettersExpected)
    runLength = runLength &+ count
    lateLetters &+= max(0, runLength - Self.wordLettersExpected) - lateBefore
  }

  /// One run of ASCII that is not letters, as far as it goes in this chunk.
  private mutating func addOther(_ text: Span<UInt8>, from start: Int, first: UInt8) -> Int {
    let kind = Self.kind(of: first)
    enter(kind)
    var end = start + 1
    while end < text.count, Self.kind(of: text[end]) == kind { end += 1 }
    let before = runLength
    runLength = runLength &+ (end - start)
    switch kind {
    case .digits:
      digits &+= end - start
      digitGroups &+= (runLength &+ 2) / 3 - (before &+ 2) / 3
    case .spaces:
      if before < 2, runLength >= 2 { indents &+= 1 }
    case .lineEnds:
      if before == 0 { lineEnds &+= 1 }
    case .punctuation:
      punctuation &+= end - start
      if before == 0 { punctuationRuns &+= 1 }
    case .other, .word, .none:
      strays &+= end - start
    }
    return end
  }

  private static func kind(of byte: UInt8) -> Run {
    switch byte {
    case 0x20, 0x09: .spaces
    case 0x0A, 0x0D: .lineEnds
    case 0x30...0x39: .digits
    case 0x41...0x5A, 0x61...0x7A: .word
    case 0x21...0x7E: .punctuation
    case 0x80...0xFF: .none
    default: .other
    }
  }

  /// One byte of a character outside ASCII, or a byte where such a one should continue.
  private mutating func addPart(_ byte: UInt8) {
    if scalarBytesLeft > 0 {
      guard byte & 0xC0 == 0x80 else {
        strays &+= 1
        scalarBytesLeft = 0
        let again: InlineArray<1, UInt8> = [byte]
        bytes = bytes &- 1
        return add(again.span)
      }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
      scalarBytesLeft -= 1
      if scalarBytesLeft == 0 { addScalar() }
      return
    }
    switch byte {
    case 0xC2...0xDF: begin(byte & 0x1F, length: 2)
    case 0xE0...0xEF: begin(byte & 0x0F, length: 3)
    case 0xF0...0xF4: begin(byte & 0x07, length: 4)
    default:
      strays &+= 1
      enter(.other)
    }
  }

  private mutating func begin(_ bits: UInt8, length: UInt8) {
    scalar = UInt32(bits)
    scalarLength = length
    scalarBytesLeft = length - 1
  }

  private mutating func addScalar() {
    switch scalar {
    case 0xC0...0x24F where scalar != 0xD7 && scalar != 0xF7:
      enter(.word)
      endedLower = false
      accentedLetters &+= 1
      lengthenWord(by: 1)
    case 0x370...0x7FF:
      enter(.word)
      otherLetters &+= 1
      lengthenWord(by: 1)
    case 0x800...0x1FFF:
      enter(.word)
      wideLetters &+= 1
    case 0x3040...0x30FF, 0x31F0...0x31FF:
      enter(.other)
      kana &+= 1
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF:
      enter(.other)
      han &+= 1
    case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF:
      enter(.other)
      hangul &+= 1
    case 0x3000...0x303F, 0xFF00...0xFFEF:
      enter(.other)
      widePunctuation &+= 1
    case 0x10000...:
      enter(.other)
      emoji &+= 1
    default:
      enter(.other)
      symbols &+= 1
    }
  }
}
