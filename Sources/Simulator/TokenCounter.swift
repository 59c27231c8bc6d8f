/// The simulator's one rule for what a token is, close to what real tokenizers make of a text.
///
/// A run of ASCII letters, cut where an upper-case letter follows a lower-case one, is one token
/// for each eight letters begun; a run of digits one for each three; a run of other visible ASCII
/// one for each two; a line break run or two and more spaces one; a single space belongs to what
/// follows. Han, kana and hangul are three tokens for each four characters (OpenAI's since GPT-4o;
/// older ones made more of them), other letters one for each three.
enum TokenCounter {
  static func count(_ text: String) -> Int {
    var total = 0
    var run = Run.none
    var length = 0
    var isAfterLower = false

    func close() { total += run.tokens(length) }

    for scalar in text.unicodeScalars {
      let kind = Run(scalar)
      let isUpper = (0x41...0x5A).contains(scalar.value)
      if kind == run && !(kind == .letters && isUpper && isAfterLower) {
        length += 1
      } else {
        close()
        (run, length) = (kind, 1)
      }
      isAfterLower = (0x61...0x7A).contains(scalar.value)
    }
    close()
    return total
  }

  private enum Run {
    case none
    case letters
    case digits
    case marks
    case spaces
    case breaks
    case ideographs
    case otherLetters

    init(_ scalar: Unicode.Scalar) {
      switch scalar.value {
      case 0x30...0x39: self = .digits
      case 0x41...0x5A, 0x61...0x7A: self = .letters
      case 0x20, 0x09: self = .spaces
      case 0x0A, 0x0D: self = .breaks
      case 0..<0x80: self = .marks
      case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0x20000...0x3FFFF, 0x3000...0x303F, 0xFF00...0xFFEF:
        self = .ideographs
      default: self = .otherLetters
      }
    }

    func tokens(_ length: Int) -> Int {
      switch self {
      case .none: 0
      case .letters: (length + 7) / 8
      case .digits: (length + 2) / 3
      case .marks: (length + 1) / 2
      case .spaces: length > 1 ? 1 : 0
      case .breaks: 1
      case .ideographs: max(1, (length * 3 + 1) / 4)
      case .otherLetters: (length + 2) / 3
      }
    }
  }
}
