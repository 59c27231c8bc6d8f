import Testing

@testable import Providers

@Suite("Answer scanner")
struct AnswerScannerTests {
  enum End: Sendable { case done, broken, open }

  static let cases: [(json: String, end: End)] = [
    ("{}", .done),
    ("[]", .done),
    (" { } ", .done),
    (#"{"a":1}"#, .done),
    (#"{"a":-1.5e3,"b":true,"c":false,"d":null}"#, .done),
    (#"{ "usage" : { "prompt_tokens" : 3 } , "choices" : [ ] }"#, .done),
    (#"{"a":"\"\\\u0041\uD83D\uDE00"}"#, .done),
    (#"{"choices":[[[{"delta":{}}]]]}"#, .done),
    (#"[{"a":[]},[1,2],"x",null]"#, .done),
    (#"{"a":{"b":"}]\"{["}}"#, .done),
    (#"{"usage":NaN,"x":-Infinity}"#, .done),
    (#"{"a"}"#, .broken),
    (#"{"a":}"#, .broken),
    (#"{"a":1,}"#, .broken),
    (#"{,}"#, .broken),
    (#"{"choices":[1 2]}"#, .broken),
    (#"{"choices":[}"#, .broken),
    (#"{"a":1]"#, .broken),
    (#"{"a":nul1}"#, .broken),
    (#"{a:1}"#, .broken),
    (#"{"a":x}"#, .broken),
    (#"}"#, .broken),
    (#"{"a":"#, .open),
    (#"{"a":"b"#, .open),
    (#"{"a":[1,{"#, .open),
    (#"{"a":tru"#, .open),
  ]

  @Test(arguments: cases, [1, 2, 3, 9, 100])
  func reads(_ example: (json: String, end: End), chunkBytes: Int) {
    var scanner = AnswerScanner()
    var meter = AnswerMeter(kind: .unknown)
    let bytes = Array(example.json.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
      let chunk = Array(bytes[start..<min(start + chunkBytes, bytes.count)])
      _ = scanner.read(chunk.span, from: 0, stopsAtLineEnd: false, base: start, into: &meter)
    }
    scanner.finish(into: &meter)
    let end: End = scanner.isDone ? .done : scanner.isBroken ? .broken : .open
    #expect(end == example.end)
  }

  /// Data over several lines is one document; each line's end is the caller's.
  @Test func stopsAtALineEnd() {
    let lines = ["{\"usage\":\n", "{\"prompt_tokens\"\r\n", ":4,\"x\":[1,\n", "2]}}\n"]
    var scanner = AnswerScanner()
    var meter = AnswerMeter(kind: .chat)
    for line in lines {
      let bytes = Array(line.utf8)
      let end = scanner.read(bytes.span, from: 0, stopsAtLineEnd: true, base: 0, into: &meter)
      #expect(bytes[end] == 0x0A || bytes[end] == 0x0D)
    }
    #expect(scanner.isDone)
    let facts = meter.finish()
    #expect(facts.usage?.inputTokens == 4)
  }

  @Test func restartsCleanly() {
    var scanner = AnswerScanner()
    var meter = AnswerMeter(kind: .chat)
    let cut = Array(#"{"usage":{"prompt_tokens":1,"x":"\u12"#.utf8)
    _ = scanner.read(cut.span, from: 0, stopsAtLineEnd: false, base: 0, into: &meter)
    scanner.restart()
    #expect(scanner.isFresh)
    let whole = Array(#"{"usage":{"prompt_tokens":2}}"#.utf8)
    _ = scanner.read(whole.span, from: 0, stopsAtLineEnd: false, base: 0, into: &meter)
    #expect(scanner.isDone)
    let facts = meter.finish()
    #expect(facts.usage?.inputTokens == 2)
  }

  /// The name under a wildcard, which is kept, is cut at the same place in any split.
  @Test(arguments: [1, 7, 63, 64, 65, 1_000])
  func longNamesAreCut(chunkBytes: Int) {
    var scanner = AnswerScanner()
    var meter = AnswerMeter(kind: .chat)
    let name = String(repeating: "n", count: 70)
    let bytes = Array(#"{"usage":{"server_tool_use":{"\#(name)":2,"a\u0062":3}}}"#.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
      let chunk = Array(bytes[start..<min(start + chunkBytes, bytes.count)])
      _ = scanner.read(chunk.span, from: 0, stopsAtLineEnd: false, base: start, into: &meter)
    }
    let facts = meter.finish()
    #expect(facts.serverToolCalls == [String(name.prefix(64)): 2, "ab": 3])
  }

  @Test func longTokensAreCut() {
    var scanner = AnswerScanner()
    var meter = AnswerMeter(kind: .chat)
    let long = String(repeating: "x", count: 10_000)
    let bytes = Array(#"{"id":"\#(long)","error":{"message":"\#(long)"},"model":"m"}"#.utf8)
    _ = scanner.read(bytes.span, from: 0, stopsAtLineEnd: false, base: 0, into: &meter)
    let facts = meter.finish()
    #expect(facts.id == nil)
    #expect(facts.model == "m")
    #expect(facts.errorEvent?.message?.utf8.count == 2_048)
  }
}

extension AnswerScannerTests {
  /// Lines torn at every place give the same reading, whatever the chunks.
  @Test(arguments: [
    "data: {\"choices\":[{\"text\":\"a\\u00\ndata: e9\"}]}\n\n",
    "data: {\"choices\":[{\"text\":\"a\\\ndata: nb\"}]}\n\n",
    "data: {\"us\\u00\ndata: 61ge\":{\"prompt_tokens\":4}}\n\n",
    "data: {\"usage\":{\"prompt_tokens\":4\ndata: 2}}\n\n",
    "data: {\"usage\":{\"prompt_tokens\":4\ndata: ,\"completion_tokens\":2}}\n\n",
    "data: {\"a\":nu\ndata: ll,\"usage\":{\"prompt_tokens\":4}}\n\n",
    "data: {\"a\":{\"b\":\"x\\\ndata: \\\"\"},\"usage\":{\"prompt_tokens\":4}}\n\n",
    "data: {\"a\":[1,\r\ndata: 2]\rdata: ,\"usage\"\ndata: :\ndata: {\"prompt_tokens\":4}}\n\n",
  ])
  func tornLinesReadAlike(_ body: String) {
    let whole = AnswerSamples.read(body, chunkBytes: 1_000)
    for size in 1...12 {
      var split = AnswerSamples.read(body, chunkBytes: size)
      split.bytesBeforeFlow = whole.bytesBeforeFlow
      #expect(split == whole, "chunks of \(size)")
    }
  }
}
