import Testing

import JSON

@Suite("JSON extractor")
struct JSONExtractorTests {
  static let paths = JSONPaths([
    .capture("usage"),
    .capture("usage", "prompt_tokens"),
    .length("choices", "*", "message", "content"),
    .last("choices", "*", "finish_reason"),
    .count("data", "*"),
  ])

  @Test(arguments: [1, 2, 3, 4096])
  func chatAnswer(chunkBytes: Int) throws {
    let answer = """
      {"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"h\\u00e9\\n\\ud83d\\ude00"},
       "finish_reason":"stop"},{"index":1,"message":{"content":null},"finish_reason":"length"}],
      "us\\u0061ge":{"prompt_tokens":12.0,"n":[1,{}]},"data":[1,[2],"3"]}
      """
    var extractor = JSONExtractor(Self.paths)
    for _ in 0..<2 {
      extractor.reset()
      var rest = Array(answer.utf8)[...]
      while !rest.isEmpty {
        let chunk = Array(rest.prefix(chunkBytes))
        rest = rest.dropFirst(chunkBytes)
        try extractor.feed(chunk.span)
      }
      try extractor.finish()
      let isComplete = extractor.isComplete
      let usage = extractor.value(0)
      let (tokens, length) = (extractor.int(1), extractor.length(2))
      let (reason, count) = (extractor.string(3), extractor.count(4))
      #expect(isComplete)
      #expect(usage == Array(#"{"prompt_tokens":12.0,"n":[1,{}]}"#.utf8))
      #expect(tokens == 12)
      #expect(length == 1 + 2 + 1 + 4)
      #expect(reason == "length")
      #expect(count == 3)
    }
  }
}
