package import Providers

/// Estimates tokens where a provider states none, from a tally of the text.
///
/// Calibrated against real tokenizers (see `TokenFamily`): within 15 % for English, code and CJK
/// of a few hundred tokens, usually within 8 %. Whoever uses an estimate marks it as one.
package enum TokenEstimate {
  /// Tokens of a text.
  package static func tokens(_ text: TextTally, model: String?) -> Int64 {
    tokens(text, family: TokenFamily(model: model))
  }

  /// Tokens of a text.
  package static func tokens(_ text: TextTally, family: TokenFamily) -> Int64 {
    guard !text.isEmpty else { return 0 }
    return max(1, whole(family.weights.weigh(text)))
  }

  /// Tokens of a request: its text, and what the provider puts around messages and tools.
  package static func inputTokens(_ request: RequestTally, model: String?) -> Int64 {
    inputTokens(
      request.text, messages: request.messages, hasTools: request.hasTools, model: model)
  }

  /// Tokens of a request: its text, and what the provider puts around messages and tools.
  ///
  /// The text is `RequestText.tally`. Media and stored conversations are not in the estimate.
  package static func inputTokens(
    _ text: TextTally, messages: Int = 1, hasTools: Bool = false, model: String?
  ) -> Int64 {
    let family = TokenFamily(model: model)
    let frame = family.frame
    let around =
      frame.message &* min(max(1, messages), 1_000_000) &+ frame.request
      &+ (hasTools ? frame.tools : 0)
    return max(1, whole(family.weights.weigh(text) &+ around))
  }

  /// Tokens of an answer in a content coding: a guess at its order of magnitude.
  ///
  /// Half of the recorded answers of models, coded with gzip, have more than 5 bytes for each token of
  /// output, and half of the streams more than 7; a tenth each has less than 2 or more than 12.
  package static func tokens(codedBytes: Int) -> Int64 {
    Int64(max(0, codedBytes) / 6)
  }

  /// Rounds thousandths of tokens to tokens.
  private static func whole(_ thousandths: Int) -> Int64 {
    Int64((max(0, thousandths) &+ 500) / 1_000)
  }
}

/// Tokenizers that cut text alike.
package enum TokenFamily: Sendable, CaseIterable {
  /// OpenAI since GPT-4o (`o200k_base`); near enough to Gemini, Llama and Grok.
  case o200k
  /// OpenAI before (`cl100k_base`).
  case cl100k
  /// Claude up to 4.6.
  case claude
  /// Claude since Opus 4.7, whose tokens are shorter.
  case claudeFine
  /// DeepSeek and Qwen.
  case deepseek
  /// Mistral, which cuts nearly as Claude does.
  case mistral

  /// The family of a model, by what its name begins with or holds.
  package init(model: String?) {
    guard let model else {
      self = .o200k
      return
    }
    let name = model.utf8
    guard !Self.holds(name, "claude") else {
      self = Self.claude(name)
      return
    }
    let row = Self.table.first { row in
      row.isPrefix ? name.starts(with: row.word.utf8) : Self.holds(name, row.word)
    }
    self = row?.family ?? .o200k
  }

  /// The first row that fits decides; Claude's versions are in `claude(_:)`.
  private static let table: [(word: String, isPrefix: Bool, family: TokenFamily)] = [
    ("gpt-4o", true, .o200k), ("gpt-4.", true, .o200k), ("gpt-4", true, .cl100k),
    ("gpt-3.5", true, .cl100k), ("gpt-35", true, .cl100k), ("text-embedding", true, .cl100k),
    ("deepseek", false, .deepseek), ("qwen", false, .deepseek), ("Qwen", false, .deepseek),
    ("mistral", false, .mistral), ("ministral", false, .mistral), ("magistral", false, .mistral),
    ("codestral", false, .mistral), ("devstral", false, .mistral), ("pixtral", false, .mistral),
    ("voxtral", false, .mistral),
  ]

  /// Anthropic changed the tokenizer with Opus 4.7.
  private static func claude(_ name: String.UTF8View) -> TokenFamily {
    for word in ["-4-7", "-4.7", "-4-8", "-4.8"] where holds(name, word) { return .claudeFine }
    for word in ["-4", "claude-3", "claude-2", "instant"] where holds(name, word) {
      return .claude
    }
    return .claudeFine
  }

  private static func holds(_ name: String.UTF8View, _ word: String) -> Bool {
    var rest = name[...]
    while rest.count >= word.utf8.count {
      if rest.starts(with: word.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}

/// What each class of a tally weighs, in thousandths of a token.
struct TokenWeights: Sendable {
  var words = 0
  var letters = 0
  var caseChanges = 0
  var digits = 0
  var digitRuns = 0
  var punctuation = 0
  var punctuationRuns = 0
  var joiningMarks = 0
  var indents = 0
  var lineEnds = 0
  var accentedLetters = 0
  var otherLetters = 0
  var wideLetters = 0
  var han = 0
  var kana = 0
  var hangul = 0
  var widePunctuation = 0
  var symbols = 0
  var emoji = 0
  var strays = 1_000

  /// The weight of a text.
  ///
  /// Its counts are at most its bytes, so that nothing overflows.
  func weigh(_ text: TextTally) -> Int {
    var sum = words &* text.words &+ letters &* text.letters
    sum = sum &+ caseChanges &* text.caseChanges
    sum = sum &+ digits &* text.digits &+ digitRuns &* text.digitRuns
    sum = sum &+ punctuation &* text.punctuation &+ punctuationRuns &* text.punctuationRuns
    sum = sum &+ joiningMarks &* text.joiningMarks
    sum = sum &+ indents &* text.indents &+ lineEnds &* text.lineEnds
    sum = sum &+ accentedLetters &* text.accentedLetters &+ otherLetters &* text.otherLetters
    sum = sum &+ wideLetters &* text.wideLetters
    sum = sum &+ han &* text.han &+ kana &* text.kana &+ hangul &* text.hangul
    sum = sum &+ widePunctuation &* text.widePunctuation
    sum = sum &+ symbols &* text.symbols &+ emoji &* text.emoji &+ strays &* text.strays
    return sum
  }
}
