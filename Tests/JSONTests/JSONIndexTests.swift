import JSON
import Testing

@Suite("JSON index")
struct JSONIndexTests {
  @Test(arguments: AcceptCase.all)
  func accepts(_ example: AcceptCase) throws {
    let index = try JSONIndex(example.document.span)
    #expect(index.kind == example.kind)
    #expect(index.members.isEmpty || index.kind == .object)
  }

  @Test(arguments: RejectCase.all)
  func rejects(_ example: RejectCase) {
    #expect(throws: example.error) { try JSONIndex(example.document.span) }
  }

  @Test func listsMembersByRange() throws {
    let document = bytes(
      #" {"model" : "gpt-4o", "n":2 ,"stream":true,"x":null,"o":{"a":1},"l":[]} "#)
    let index = try JSONIndex(document.span)
    let found = index.members.map { member in
      [text(Array(document[member.name])), text(Array(document[member.value])), "\(member.kind)"]
    }
    #expect(
      found == [
        ["model", #""gpt-4o""#, "string"], ["n", "2", "number"], ["stream", "true", "bool"],
        ["x", "null", "null"], ["o", #"{"a":1}"#, "object"], ["l", "[]", "array"],
      ])
    #expect(index.value == 1..<document.count - 1)
  }

  @Test func findsNamesHoweverTheyAreSpelt() throws {
    let document = bytes(#"{"mo\u0064el":"a","x":1,"model":"b","models":2,"\u006dodel\u0000":3}"#)
    let index = try JSONIndex(document.span)
    #expect(index.count("model", document) == 2)
    #expect(index.first("model", document)?.hasEscapes == true)
    #expect(index.members.map(\.hasEscapes) == [true, false, false, false, true])
    #expect(index.count("model\u{0}", document) == 1)
    #expect(index.first("mode", document) == nil)
    #expect(index.count("", document) == 0)
  }

  @Test func looksIntoNestedObjects() throws {
    let document = bytes(#"{"a":[1],"stream_options":{"include_usage":true}}"#)
    let index = try JSONIndex(document.span)
    let options = try #require(index.first("stream_options", document))
    let nested = try JSONIndex(document.span, range: options.value)
    let flag = try #require(nested.first("include_usage", document))
    #expect(text(Array(document[flag.value])) == "true")
    #expect(flag.kind == .bool)
  }

  @Test func boundsTheMembersOfTheRootAlone() throws {
    let wide = "{" + (0..<5).map { "\"\($0)\":{\"a\":1,\"b\":2}" }.joined(separator: ",") + "}"
    let document = bytes(wide)
    let whole = 0..<document.count
    #expect(try JSONIndex(document.span, range: whole, membersMax: 5).members.count == 5)
    #expect(throws: JSONError(.tooManyMembers, at: 73)) {
      try JSONIndex(document.span, range: whole, membersMax: 4)
    }
  }

  @Test func boundsTheDepth() throws {
    let document = bytes(#"{"a":[[]]}"#)
    _ = try JSONIndex(document.span, depthMax: 3)
    #expect(throws: JSONError(.tooDeep, at: 6)) { try JSONIndex(document.span, depthMax: 2) }
    #expect(throws: JSONError(.tooDeep, at: 0)) { try JSONIndex(document.span, depthMax: 0) }
  }

  @Test func listsElements() throws {
    let document = bytes(#"{"input":[ "a" ,{"b":[1,2]}, 3 ]}"#)
    let input = try #require(JSONIndex(document.span).first("input", document))
    let elements = try JSONIndex.elements(document.span, range: input.value)
    #expect(
      elements.map { text(Array(document[$0.value])) } == [#""a""#, #"{"b":[1,2]}"#, "3"])
    #expect(elements.map(\.kind) == [.string, .object, .number])
    #expect(try JSONIndex.elements(document.span, range: input.value, elementsMax: 2).count == 2)
    #expect(try JSONIndex.elements(document.span, range: 0..<document.count).isEmpty)
    let empty = bytes(" [ ] ")
    #expect(try JSONIndex.elements(empty.span, range: 0..<5).isEmpty)
  }

  /// What it lists is what a full parse finds.
  @Test func agreesWithTheParserOnRandomDocuments() throws {
    let seed = newSeed("index")
    var writer = DocumentWriter(seed: seed)
    for round in 0..<1_000 {
      let document = writer.document()
      let span = document.span
      let value = try JSONValue(parsing: document)
      let index = try JSONIndex(span)
      #expect(index.kind == value.kind, "seed \(seed), round \(round)")
      let members = index.members.compactMap { member -> JSONValue.Member? in
        guard let name = JSONString.text(span, member.name),
          let value = try? JSONValue(parsing: Array(document[member.value]))
        else { return nil }
        return JSONValue.Member(name, value)
      }
      #expect(members == value.object ?? [], "seed \(seed), round \(round)")
    }
  }
}
