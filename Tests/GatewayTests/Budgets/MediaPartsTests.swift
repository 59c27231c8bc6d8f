import CountedMemory
import Providers
import Testing

@testable import Gateway

@Suite("Media in requests")
struct MediaPartsTests {
  private func areFound(_ document: String, of endpoint: Endpoint = .chatCompletions) -> Bool {
    let bytes = Array(document.utf8)
    return MediaParts.areFound(in: bytes.span, of: endpoint)
  }

  /// Every letter of a word as an escape.
  private func escaped(_ word: String) -> String {
    word.utf8.map { "\\u00" + String($0, radix: 16) }.joined()
  }

  @Test(arguments: [
    "image_url", "image", "input_image", "input_file", "file", "input_audio", "audio", "video",
    "document", "video_url", "audio_url", "document_url", "file_url", "pdf_url", "input_video",
    "input_document", "computer_screenshot", "image_generation_call",
  ])
  func aTypeOfMediaIsFound(_ type: String) {
    #expect(areFound(#"{"messages":[{"content":[{"type":"\#(type)"}]}]}"#))
    #expect(areFound(#"[{"a":1,"type" : "\#(type)","b":2}]"#))
    #expect(areFound("{\"type\"\n:\t\"\(type)\"}"))
    #expect(areFound(#"{"type":"\#(escaped(type))"}"#))
    #expect(areFound(#"{"t\u0079pe":"\#(type)"}"#))
    #expect(areFound(#"{"\#(escaped("type"))":"\#(escaped(type))"}"#))
  }

  @Test(arguments: ["inlineData", "inline_data", "fileData", "file_data"])
  func aPartOfGooglesIsFound(_ name: String) {
    #expect(areFound(#"{"contents":[{"parts":[{"\#(name)":{}}]}]}"#))
    #expect(areFound(#"{"\#(name)" : 1}"#))
    #expect(areFound(#"{"\#(escaped(name))":"x"}"#))
  }

  /// An address is a text; a property of a schema that has its name is none.
  @Test(arguments: ["fileUri", "file_uri", "file_url"])
  func anAddressIsFound(_ name: String) {
    #expect(areFound(#"{"input":[{"content":[{"\#(name)":"x"}]}]}"#))
    #expect(areFound(#"{"\#(escaped(name))" : "x"}"#))
    #expect(!areFound(#"{"properties":{"\#(name)":{"type":"string"}}}"#))
    #expect(areFound(#"{"properties":{"\#(name)":{"type":"image"}}}"#))
  }

  /// What a client's tool was called with and has said is no medium for the model.
  @Test func toolsAreLeftAlone() {
    let call = #"{"content":[{"type":"tool_use","input":{"file_url":"x","a":{"type":"image"}}}"#
    #expect(!areFound(call + "]}", of: .messages))
    #expect(areFound(call + "]}", of: .responses))
    #expect(areFound(call + #",{"type":"image"}]}"#, of: .messages))
    let answer = #"{"functionResponse":{"response":{"fileUri":"x"}}}"#
    #expect(!areFound(answer, of: .generateContent) && areFound(answer, of: .messages))
  }

  @Test(arguments: [
    #"{"type":"image\u005furl"}"#, #"{"t\u0079pe":"image_url"}"#, #"{"inline\u0044ata":{}}"#,
    #"{"a":"\\","type":"image"}"#, #"{"a":"\"","type":"image"}"#, #"{"type":1,"type":"image"}"#,
    #"{"type":"text","b":{"type":"image"}}"#, #"{"type":{"type":"image"}}"#,
  ])
  func itIsFoundInAnySpelling(_ document: String) {
    #expect(areFound(document))
  }

  @Test(arguments: [
    "text", "input_text", "output_text", "thinking", "tool_use", "tool_result", "function",
    "function_call", "function_call_output", "message", "reasoning", "refusal", "summary_text",
    "string", "object", "array", "number", "integer", "boolean", "null", "json_schema", "ephemeral",
    "file_search", "web_search", "custom", "auto", "enabled", "input_tokens", "compaction", "url",
    "Image", "images", "image_", "url_citation", "url_", "input", "",
  ])
  func otherTypesAreNone(_ type: String) {
    #expect(!areFound(#"{"messages":[{"content":[{"type":"\#(type)"}]}]}"#))
    #expect(!areFound(#"{"type":"\#(escaped(type))"}"#))
  }

  @Test(arguments: [
    "", "{}", "[]", #""image""#, #"["type","image"]"#, #"{"a":"type","b":"image"}"#,
    #"{"content":"an image, a file"}"#, #"{"image_url":1,"image":"x","video":{}}"#,
    #"{"content":"say \"type\":\"image\" twice"}"#, #"{"content":"{\"inlineData\":{}}"}"#,
    #"{"content":"\\\"type\\\":\\\"image\\\""}"#, #"{"a":"inlineData"}"#, #"["fileUri"]"#,
    #"{"properties":{"type":{"type":"string"},"image_url":{"type":"string"}}}"#,
    #"{"type":["string","image"]}"#, #"{"Type":"image"}"#, #"{"types":"image"}"#,
    #"{"type":null,"b":"image"}"#,
  ])
  func whatStandsElsewhereIsNone(_ document: String) {
    #expect(!areFound(document))
  }

  /// At every distance from the words that scans read.
  @Test(arguments: 0..<24)
  func itIsFoundAtEveryOffset(_ offset: Int) {
    let filler = String(repeating: "x", count: offset)
    #expect(areFound(#"{"a":"\#(filler)","type":"video_url"}"#))
    #expect(areFound(#"{"a":"\#(filler)\\\"","inlineData":{}}"#))
    #expect(!areFound(#"{"a":"\#(filler)\",\"inlineData\":{}"}"#))
  }

  /// A word longer than any with all its letters escaped cannot be one.
  @Test func endlessEscapesAreBorne() {
    let long = String(repeating: "\\u0069", count: 10_000)
    #expect(!areFound(#"{"type":"\#(long)","\#(long)":"image"}"#))
  }

  @Test(
    .enabled(if: counted_memory_requests() >= 0, "a sanitizer has the allocator for itself"))
  func aSearchInVainAsksForNoMemory() {
    let text = String(repeating: "an \\n image ", count: 100)
    let part = #"{"role":"user","content":[{"type":"text","text":"\#(text)"}]}"#
    let document = "[" + Array(repeating: part, count: 50).joined(separator: ",") + "]"
    let bytes = Array(document.utf8)
    _ = MediaParts.areFound(in: bytes.span, of: .chatCompletions)
    let before = counted_memory_requests()
    let isFound = MediaParts.areFound(in: bytes.span, of: .chatCompletions)
    #expect(counted_memory_requests() - before == 0)
    #expect(!isFound)
  }
}
