/// The text that the simulator answers: an echo of what was asked and then filler, word by word.
///
/// The same prompt and length give the same words, streamed or not.
enum AnswerText {
  /// - Parameters:
  ///   - prompt: The last thing that the user said.
  ///   - count: How many pieces, each a word with the space before it.
  ///   - tokensMax: Nil for as many as the pieces make.
  /// - Returns: The pieces, and whether `tokensMax` cut them.
  static func pieces(
    for prompt: String, count: Int, tokensMax: Int?
  ) -> (pieces: [String], isCut: Bool) {
    var words = ["You", "said:"]
    words += prompt.split(whereSeparator: \.isWhitespace).prefix(max(0, count / 2)).map(String.init)
    var state = prompt.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    while words.count < count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      words.append(filler[Int(state >> 33) % filler.count])
    }
    var pieces: [String] = []
    var tokens = 0
    for (place, word) in words.prefix(count).enumerated() {
      let piece = place == 0 ? word : " " + word
      tokens += TokenCounter.count(piece)
      if let tokensMax, tokens > tokensMax { return (pieces, true) }
      pieces.append(piece)
    }
    return (pieces, false)
  }

  private static let filler = [
    "the", "answer", "is", "simple", "and", "made", "of", "words", "that", "mean", "little,",
    "so", "nobody", "learns", "from", "it;", "read", "on.", "Numbers", "like", "42", "appear",
    "too,", "now", "then", "again.",
  ]
}
