import JSON
import Testing

@testable import Providers

@Suite("Ids of files in requests")
struct RequestFileIDsTests {
  private func ids(_ body: String, of endpoint: Endpoint = .chatCompletions) -> [String] {
    let bytes = Array(body.utf8)
    // What is no sound document has no names; it is searched all the same, to see that it is bounded.
    let names = (try? JSONIndex(bytes.span))?.names ?? JSONNameSketch(["file_id"])
    var ids: [String] = []
    RequestFileIDs.append(from: bytes.span, of: endpoint, names: names, to: &ids)
    return ids
  }

  /// Each name alone brings the search about, however it is written.
  @Test(arguments: [
    "file_id", "fileUri", "file_ids", "file_uri", "container", "input_file_id",
    "vector_store_id", "vector_store_ids", "cachedContent", "cached_content",
  ])
  func searchesForEachName(_ name: String) {
    #expect(ids(#"{"messages":[{"a":{"\#(name)":"x"}}]}"#) == ["x"])
    #expect(ids(#"{"\#(name)":["x"]}"#) == ["x"])
    let escaped = name.utf8.map { "\\u00" + String($0, radix: 16) }.joined()
    #expect(ids(#"[{"a":[],"\#(escaped)":"x"}]"#) == ["x"])
  }

  @Test(arguments: [
    (#"{"input":[{"content":[{"type":"input_file","file_id":"file-1"}]}]}"#, ["file-1"]),
    (#"{"a":{ "file_id" :  "file-1" },"b":{"file_id":"file-2"}}"#, ["file-1", "file-2"]),
    (#"{"a":{"file_id":"x"},"b":{"file_id":"x"}}"#, ["x"]),
    (#"{"tools":[{"container":"cntr_1"}]}"#, ["cntr_1"]),
    (#"{"tools":[{"container":{"type":"auto","file_ids":["a" , "b"]}}]}"#, ["a", "b"]),
    (#"{"tools":[{"type":"file_search","vector_store_ids":["vs_1"]}]}"#, ["vs_1"]),
    (#"{"f\u0069le_id":"a"}"#, ["a"]),
    (#"{"\u0066\u0069\u006c\u0065\u005f\u0069\u0064":"a"}"#, ["a"]),
    (#"{"file_id":"\u0061b"}"#, ["ab"]), (#"{"in\u0070ut_file_id":"a"}"#, ["a"]),
    (#"{"i\u006eput_file_id":"a"}"#, ["a"]), (#"{"input_\u0066ile_id":"a"}"#, ["a"]),
    (#"{"v\u0065ctor_store_id":"a"}"#, ["a"]), (#"{"container":"\u0063ntr_1"}"#, ["cntr_1"]),
    (#"{"container":"c\u006etr_1"}"#, ["cntr_1"]),
    (
      #"{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}}"#,
      ["files/abc"]
    ),
    (#"{"file_data":{"file_uri":"files/abc"}}"#, ["files/abc"]),
    (#"{"fileData":{"fileUri":"https://www.youtube.com/watch?v=files"}}"#, []),
    (#"{"input_file_id":"file-1"}"#, ["file-1"]),
    (#"{"content":"say \"file_id\": \"x\""}"#, []), (#"{"a":"file_id","b":"c"}"#, []),
    (#"{"file_id":null,"file_ids":[],"vector_store_ids":[1]}"#, []), (#"{"file_id":""}"#, []),
    (#"{"File_id":"a"}"#, []), ("{}", []), ("", []), ("\"fi", []), (#"{"file_id"#, []),
    (#"{"file_id":"#, []), (#"{"file_id":"a"#, []), (#"{"file_ids":["a","#, ["a"]),
  ])
  func finds(_ body: String, _ expected: [String]) {
    #expect(ids(body) == expected)
  }

  /// What a tool was called with and has said is the client's own.
  @Test(
    arguments: [
      (
        .messages,
        #"{"content":[{"type":"tool_use","input":{"container":"web1"}},{"file_id":"f"}]}"#, ["f"]
      ),
      (
        .messages, #"{"a":{"in\u0070ut" : {"b":[{"file_id":"x"},"}{"],"c":{}}},"file_id":"f"}"#,
        ["f"]
      ),
      (.messages, #"{"input":[{"file_id":"f"}],"args":{"file_id":"g"}}"#, ["f", "g"]),
      (.messages, #"{"input":"x","file_id":"f"}"#, ["f"]), (.messages, #"{"input":{"a":"#, []),
      (.generateContent, #"{"functionCall":{"args":{"file_id":"7"}},"fileUri":"f"}"#, ["f"]),
      (.generateContent, #"{"functionResponse":{"response":{"file_ids":["7"]}}}"#, []),
      (.generateContent, #"{"input":{"file_id":"f"}}"#, ["f"]),
      (.responses, #"{"input":{"file_id":"f"},"args":{"file_id":"g"}}"#, ["f", "g"]),
    ] as [(Endpoint, String, [String])])
  func leavesToolsAlone(_ endpoint: Endpoint, _ body: String, _ found: [String]) {
    #expect(ids(body, of: endpoint) == found)
  }

  /// At every distance from the words that scans read.
  @Test(arguments: 0..<24)
  func findsAtEveryOffset(_ offset: Int) {
    let filler = String(repeating: "x", count: offset)
    #expect(ids(#"{"a":"\#(filler)","file_id":"f"}"#) == ["f"])
    #expect(ids(#"{"a":"\#(filler)","fil\u0065_id":"f"}"#) == ["f"])
    #expect(ids(#"{"a":"\#(filler)\\\"","file_id":"f"}"#) == ["f"])
  }

  @Test func boundsWhatItFinds() {
    let many = (0..<500).map { #"{"file_id":"f\#($0)"}"# }.joined(separator: ",")
    #expect(ids("[\(many)]").count == RequestFileIDs.idsMax + 1)
    let list = (0..<500).map { "\"f\($0)\"" }.joined(separator: ",")
    #expect(ids(#"{"file_ids":[\#(list)],"file_id":"x"}"#).count == RequestFileIDs.idsMax + 1)
    #expect(ids(#"{"file_id":"\#(String(repeating: "a", count: 513))"}"#).isEmpty)
  }

  /// What is not looked up could be another user's: nothing goes out behind what is.
  @Test(arguments: ["POST /v1/responses", "POST /passthrough/p/v1/responses"])
  func refusesMoreThanItLooksUp(_ line: String) throws {
    func sample(_ count: Int) throws -> Sample {
      let list = (0..<count).map { "\"f\($0)\"" }.joined(separator: ",")
      let tool = #"{"type":"function","parameters":{"default":{"file_ids":[\#(list)]}}}"#
      let input = #"[{"type":"input_file","file_id":"theirs"}]"#
      return try Sample(line, body: #"{"model":"m","tools":[\#(tool)],"input":\#(input)}"#)
    }
    #expect(try sample(RequestFileIDs.idsMax - 1).facts.namedIDs.contains("theirs"))
    #expect(throws: Refusal.self) { try sample(RequestFileIDs.idsMax) }
  }

  @Test(arguments: [
    ("/files/file-abc/content", ["file-abc"]), ("/v1beta/files/abc:download", ["files/abc"]),
    ("/v1beta/cachedContents/x", ["cachedContents/x"]),
    ("/batches/batch_1", ["batch_1"]), ("/v1beta/batches/abc", ["batches/abc"]),
    ("/v1/messages/batches/msgbatch_1/results", ["msgbatch_1"]),
    ("/v1/files/file_01A", ["file_01A"]),
    ("/containers/cntr_1/files", ["cntr_1"]), ("/containers/cntr_1/files/cfile_1", ["cntr_1"]),
    ("/vector_stores/vs_1/files/file-1", ["vs_1", "file-1"]),
    (
      "/files/497f6eca-6276-4993-bfeb-53cbbbba6f08",
      ["497f6eca-6276-4993-bfeb-53cbbbba6f08"]
    ),
    ("/files", []), ("/models", []), ("/%ff", []), ("/f%69les/file%2Da", ["file-a"]),
  ])
  func findsInPaths(_ path: String, _ expected: [String]) {
    let bytes = Array(path.utf8)
    var found: [String] = []
    RequestFileIDs.append(fromPath: bytes.span, to: &found)
    #expect(found == expected)
  }

  @Test func reachesTheFactsOfARequest() throws {
    let response = try Sample(
      "POST /v1/responses",
      body: #"{"model":"m","previous_response_id":"r","input":[{"file_id":"f"}]}"#)
    #expect(response.facts.namedIDs == ["r", "f"])
    let container = try Sample("POST /v1/messages", body: #"{"model":"m","container":"cn_1"}"#)
    #expect(container.facts.namedIDs == ["cn_1"])
    let path = try Sample("GET /passthrough/p/files/file-1")
    #expect(path.facts.namedIDs.contains("file-1"))
    let embedding = try Sample("POST /v1/embeddings", body: #"{"model":"m","file_id":"f"}"#)
    #expect(embedding.facts.namedIDs.isEmpty)
  }
}
