import HTTP
import Testing

@testable import Providers

@Suite("Text of a request")
struct RequestTextTests {
  private func tally(_ line: String, _ body: String, _ fields: [String] = []) throws -> TextTally {
    let sample = try Sample(line, fields, body: body)
    return RequestText.requestTally(
      sample.route, sample.facts, sample.head, body: sample.body.span
    ).text
  }

  private func expected(_ texts: [String]) -> TextTally {
    var tally = TextTally()
    for text in texts {
      tally.add(Array(text.utf8))
      tally.endText()
    }
    return tally
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var body: String
    var texts: [String]
    var testDescription: String { "\(line) \(texts)" }
  }

  static let cases: [Case] = [
    Case(
      line: "POST /v1/chat/completions",
      body: #"{"model":"m","messages":[{"role":"system","content":"Be brief."},"#
        + #"{"role":"user","content":[{"type":"text","text":"Hi \u00e4\n"},"#
        + #"{"type":"image_url","image_url":{"url":"https://a.b/c"}}]}],"user":"u"}"#,
      texts: ["Be brief.", "Hi ä\n"]),
    Case(
      line: "POST /v1/chat/completions",
      body: #"{"model":"m","messages":[],"tools":[{"type":"function"}]}"#,
      texts: [#"[{"type":"function"}]"#]),
    Case(
      line: "POST /v1/embeddings", body: #"{"model":"m","input":["one","two"]}"#,
      texts: ["one", "two"]),
    Case(line: "POST /v1/embeddings", body: #"{"model":"m","input":"one"}"#, texts: ["one"]),
    Case(line: "POST /v1/embeddings", body: #"{"model":"m","input":[1,2]}"#, texts: []),
    Case(
      line: "POST /v1/messages",
      body: #"{"model":"m","system":"S","messages":[{"role":"user","content":[{"type":"image","#
        + #""source":{"type":"base64","media_type":"image/png","data":"AAAA"}},"#
        + #"{"type":"tool_result","tool_use_id":"t","content":"42"}]}]}"#,
      texts: ["S", "42"]),
    Case(
      line: "POST /v1beta/models/g:generateContent",
      body: #"{"contents":[{"role":"user","parts":[{"text":"Hallo"},"#
        + #"{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}],"#
        + #""systemInstruction":{"parts":[{"text":"T"}]},"generationConfig":{"a":"b"}}"#,
      texts: ["Hallo", "T"]),
    Case(
      line: "POST /v1/responses",
      body: #"{"model":"m","instructions":"I","input":[{"role":"user","content":"data:"},"#
        + "\"data:\(String(repeating: "A", count: 80))\"]}",
      texts: ["I", "data:"]),
  ]

  @Test(arguments: cases)
  func counts(_ example: Case) throws {
    var texts = example.texts
    // Members come in the order of the body, as they are counted.
    let found = try tally(example.line, example.body)
    #expect(found == expected(texts))
    texts.append("more")
    #expect(found != expected(texts))
  }

  @Test func countsTheMembersInTheirOrder() throws {
    #expect(
      try tally("POST /v1/rerank", #"{"model":"m","query":"q","documents":["a","b"]}"#)
        == expected(["q", "a", "b"]))
  }

  @Test func countsAFormsPrompt() throws {
    let body =
      "--b\r\nContent-Disposition: form-data; name=model\r\n\r\nm\r\n"
      + "--b\r\nContent-Disposition: form-data; name=prompt\r\n\r\nA cat.\r\n--b--\r\n"
    #expect(
      try tally(
        "POST /v1/images/edits", body, ["Content-Type: multipart/form-data; boundary=b"])
        == expected(["A cat."]))
  }

  @Test func countsMessagesAndSeesTools() throws {
    func form(_ body: String) throws -> [Int] {
      let sample = try Sample("POST /v1/chat/completions", [], body: body)
      let tally = RequestText.requestTally(
        sample.route, sample.facts, sample.head, body: sample.body.span)
      return [tally.messages, tally.hasTools ? 1 : 0]
    }
    let messages = #""messages":[{"role":"system","content":"role"},{"content":"b","role":"user"}]"#
    #expect(try form(#"{"model":"m",\#(messages)}"#) == [2, 0])
    #expect(try form(#"{"model":"m",\#(messages),"tools":[]}"#) == [2, 0])
    #expect(try form(#"{"model":"m",\#(messages),"tools":[{"type":"x"}]}"#) == [2, 1])
    #expect(try form(#"{"model":"m","messages":[]}"#) == [0, 0])
  }

  @Test func countsNothingWhereNothingIs() throws {
    #expect(try tally("GET /v1/responses/r", "").isEmpty)
    #expect(try tally("POST /passthrough/p/x", "\u{0}").isEmpty)
  }
}
