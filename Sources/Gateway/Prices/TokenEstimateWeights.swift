/// What a provider puts around the texts of a request, in thousandths of a token.
struct TokenFrame: Sendable {
  /// Around each message.
  let message: Int
  /// Around the whole.
  let request: Int
  /// The instructions for using tools, where some are declared.
  let tools: Int
}

// The weights are least squares over some 2,000 texts (documentation in English and a dozen other
// languages, code in seven, answers of models) for each tokenizer, with the classes of `TextTally`
// as the unknowns; Claude's newest are its older ones' scaled to the few recorded answers there are.
// The frames are read off recorded requests and their stated usage.
extension TokenFamily {
  var weights: TokenWeights {
    switch self {
    case .o200k: Self.o200kWeights
    case .cl100k: Self.cl100kWeights
    case .claude, .mistral: Self.claudeWeights
    case .claudeFine: Self.claudeFineWeights
    case .deepseek: Self.deepseekWeights
    }
  }

  var frame: TokenFrame {
    switch self {
    case .o200k, .cl100k, .mistral: TokenFrame(message: 4_000, request: 3_000, tools: 40_000)
    case .claude, .claudeFine: TokenFrame(message: 4_000, request: 3_000, tools: 500_000)
    case .deepseek: TokenFrame(message: 4_000, request: 3_000, tools: 300_000)
    }
  }

  private static let o200kWeights = TokenWeights(
    words: 674, letters: 76, caseChanges: 657, digits: 228, digitRuns: 1_480, punctuation: 337,
    punctuationRuns: 468, joiningMarks: -789, indents: 1_102, lineEnds: 679, accentedLetters: 400,
    otherLetters: 315, wideLetters: 300, han: 724, kana: 834, hangul: 709, widePunctuation: 600,
    symbols: 800, emoji: 1_824)

  private static let cl100kWeights = TokenWeights(
    words: 928, letters: 30, caseChanges: 935, digits: 253, digitRuns: 1_501, punctuation: 390,
    punctuationRuns: 229, joiningMarks: -778, indents: 1_027, lineEnds: 1_045, accentedLetters: 884,
    otherLetters: 633, wideLetters: 971, han: 1_095, kana: 1_102, hangul: 1_261,
    widePunctuation: 600, symbols: 800, emoji: 2_937)

  private static let claudeWeights = TokenWeights(
    words: 994, letters: 31, caseChanges: 1_079, digits: 177, digitRuns: 1_235, punctuation: 320,
    punctuationRuns: 459, joiningMarks: 188, indents: 624, lineEnds: 1_052, accentedLetters: 2_369,
    otherLetters: 818, wideLetters: 1_627, han: 1_013, kana: 1_213, hangul: 1_454,
    widePunctuation: 624, symbols: 832, emoji: 3_215)

  private static let claudeFineWeights = TokenWeights(
    words: 1_342, letters: 42, caseChanges: 1_457, digits: 239, digitRuns: 1_667, punctuation: 432,
    punctuationRuns: 620, joiningMarks: 254, indents: 842, lineEnds: 1_420, accentedLetters: 3_198,
    otherLetters: 1_104, wideLetters: 2_196, han: 1_100, kana: 1_300, hangul: 1_550,
    widePunctuation: 842, symbols: 1_123, emoji: 4_340)

  private static let deepseekWeights = TokenWeights(
    words: 909, letters: 30, caseChanges: 888, digits: 238, digitRuns: 1_442, punctuation: 273,
    punctuationRuns: 528, joiningMarks: -270, indents: 826, lineEnds: 989, accentedLetters: 917,
    otherLetters: 392, wideLetters: 450, han: 504, kana: 704, hangul: 819, widePunctuation: 1_100,
    symbols: 1_317, emoji: 2_127)
}
