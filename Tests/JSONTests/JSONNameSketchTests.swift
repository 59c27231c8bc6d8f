import Testing

@testable import JSON

@Suite("Sketches of names")
struct JSONNameSketchTests {
  private func names(_ document: String) throws -> JSONNameSketch {
    let bytes = Array(document.utf8)
    return try JSONIndex(bytes.span).names
  }

  /// A name that stands in a document is never said to be missing.
  @Test(arguments: [
    #"{"file_id":1}"#, #"{"a":{"file_id":1}}"#, #"[[{"b":[{"x":2,"file_id":1}]}]]"#,
    #"{"a" : [ { "file_id" : 1 } ] }"#, #"{"fil\u0065_id":1}"#, #"[{"\u0066ile_id":{}}]"#,
    #"{"file_id":1,"file_id":2}"#,
  ])
  func holdsEveryName(_ document: String) throws {
    #expect(try names(document).mayMeet(JSONNameSketch(["file_id"])))
    #expect(try names(document).mayMeet(JSONNameSketch(["other", "file_id"])))
  }

  /// What is no name does not count, and the usual names of a request share no bit with those of
  /// files.
  @Test(arguments: [
    "{}", "[]", "7", #""file_id""#, #"["file_id"]"#, #"{"":1}"#,
    #"{"model":"file_id","messages":[{"role":"user","content":"file_id"}],"stream":true}"#,
    #"{"max_tokens":1,"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"#,
    #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":1}}"#,
  ])
  func dismissesMostDocuments(_ document: String) throws {
    let files = JSONNameSketch([
      "file_id", "fileUri", "file_ids", "file_uri", "container", "input_file_id",
      "vector_store_id", "vector_store_ids",
    ])
    #expect(try !names(document).mayMeet(files))
    #expect(try !names(document).mayMeet(JSONNameSketch([])))
  }

  /// Against a walk over random names.
  @Test func agreesWithEachOfItsNames() throws {
    let alphabet = Array("abcxyz_019")
    for _ in 0..<200 {
      let list = (1...5).map { _ in
        String((0..<Int.random(in: 1..<12)).map { _ in alphabet.randomElement() ?? "a" })
      }
      let document = "{" + list.map { "\"\($0)\":[{\"\($0)x\":1}]" }.joined(separator: ",") + "}"
      let sketch = try names(document)
      for name in list {
        var one = JSONNameSketch()
        let bytes = Array(name.utf8)
        one.add(bytes.span, 0..<bytes.count, hasEscapes: false)
        #expect(sketch.mayMeet(one), "\(name) in \(document)")
      }
    }
  }
}
