import JSON
import Testing

@Suite("JSON splice")
struct JSONSpliceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let document: String
    let removed: [Int]
    let inserted: [String]
    let result: String
    var testDescription: String { name }

    init(
      _ name: String, _ document: String, remove removed: [Int] = [],
      insert inserted: [String] = [],
      _ result: String
    ) {
      self.name = name
      self.document = document
      self.removed = removed
      self.inserted = inserted
      self.result = result
    }
  }

  static let cases: [Case] = [
    Case("nothing", #" {"a":1} "#, #" {"a":1} "#),
    Case("into an empty object", "{ }", insert: ["x"], #"{"x":0 }"#),
    Case("behind the last", #"{"a":1 }"#, insert: ["x"], #"{"a":1,"x":0 }"#),
    Case("two at once", #"{"a":1}"#, insert: ["x", "y"], #"{"a":1,"x":0,"y":0}"#),
    Case("the only one", #"{ "a":1 }"#, remove: [0], "{  }"),
    Case("the first", #"{"a":1, "b":2}"#, remove: [0], #"{"b":2}"#),
    Case("the middle", #"{"a":1, "b":2, "c":3}"#, remove: [1], #"{"a":1, "c":3}"#),
    Case("the last", #"{"a":1, "b":2 }"#, remove: [1], #"{"a":1 }"#),
    Case("the last two", #"{"a":1,"b":2,"c":3}"#, remove: [2, 1], #"{"a":1}"#),
    Case("the first two", #"{"a":1,"b":2,"c":3}"#, remove: [0, 1], #"{"c":3}"#),
    Case("the outer two", #"{"a":1,"b":2,"c":3}"#, remove: [0, 2], #"{"b":2}"#),
    Case("all", #"{"a":1,"b":2,"c":3}"#, remove: [0, 1, 2], "{}"),
    Case("all, and one new", #"{"a":1,"b":2}"#, remove: [0, 1], insert: ["x"], #"{"x":0}"#),
    Case("the last, and one new", #"{"a":1,"b":2}"#, remove: [1], insert: ["x"], #"{"a":1,"x":0}"#),
    Case(
      "the first, and one new", #"{"a":1,"b":2}"#, remove: [0], insert: ["x"], #"{"b":2,"x":0}"#),
    Case("names are escaped", "{}", insert: ["a\"\n"], #"{"a\"\n":0}"#),
  ]

  @Test(arguments: cases)
  func edits(_ example: Case) throws {
    let document = bytes(example.document)
    let index = try JSONIndex(document.span)
    var splice = JSONSplice()
    for name in example.inserted { splice.insertMember(name, value: bytes("0"), into: index) }
    for position in example.removed { splice.removeMember(at: position, of: index) }
    #expect(splice.isEmpty == (example.removed.isEmpty && example.inserted.isEmpty))
    #expect(text(splice.applied(to: document.span)) == example.result)
  }

  @Test func replacesAndLeavesTheRestAlone() throws {
    let document = bytes(#"{ "model" : "gpt-4o",  "x":[1, 2], "stream_options":{ } }"#)
    let span = document.span
    let index = try JSONIndex(span)
    let model = try #require(index.first("model", document))
    let options = try #require(index.first("stream_options", document))
    var splice = JSONSplice()
    let nested = try JSONIndex(span, range: options.value)
    splice.insertMember("include_usage", value: bytes("true"), into: nested)
    splice.replace(model.value, with: bytes("\"gpt-4.1\""))
    splice.insertMember("n", value: bytes("1"), into: index)
    #expect(
      text(splice.applied(to: span))
        == #"{ "model" : "gpt-4.1",  "x":[1, 2], "stream_options":{"include_usage":true },"n":1 }"#)
  }

  @Test func theFirstOfTwoThatOverlapWins() throws {
    let document = bytes(#"{"a":[1,2],"b":3}"#)
    let index = try JSONIndex(document.span)
    var splice = JSONSplice()
    splice.replace(6..<7, with: bytes("9"))
    splice.removeMember(at: 0, of: index)
    #expect(text(splice.applied(to: document.span)) == #"{"b":3}"#)
    var twice = JSONSplice()
    twice.replace(5..<10, with: bytes("7"))
    twice.replace(5..<10, with: bytes("8"))
    #expect(text(twice.applied(to: document.span)) == #"{"a":7,"b":3}"#)
  }

  /// Any edits of a random object give the document that the same edits of its value give.
  @Test func agreesWithEditsOfTheValue() throws {
    let seed = newSeed("splice")
    var writer = DocumentWriter(seed: seed)
    var random = Seeded(seed &+ 1)
    var edited = 0
    while edited < 500 {
      let document = writer.document()
      let index = try JSONIndex(document.span)
      guard index.kind == .object,
        var members = try JSONValue(parsing: document).object
      else { continue }
      edited += 1
      var splice = JSONSplice()
      for position in members.indices.reversed() {
        if random.chance(40) {
          splice.removeMember(at: position, of: index)
          members.remove(at: position)
        } else if random.chance(30) {
          splice.replace(index.members[position].value, with: bytes("\"new\""))
          members[position].value = "new"
        }
      }
      for place in 0..<Int.random(in: 0...2, using: &random) {
        splice.insertMember("new \(place)", value: bytes("[]"), into: index)
        members.append(JSONValue.Member("new \(place)", []))
      }
      let result = try JSONValue(parsing: splice.applied(to: document.span))
      #expect(result == .object(members), "seed \(seed): \(text(document))")
    }
  }
}
