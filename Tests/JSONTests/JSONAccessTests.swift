import JSON
import Testing

@Suite("JSON access")
struct JSONAccessTests {
  static let value: JSONValue = [
    "n": 12, "s": "x", "b": true, "z": nil, "a": [1, "2"], "o": ["k": 0.5],
  ]

  @Test func readsByKind() {
    let value = Self.value
    #expect(value["n"]?.int == 12)
    #expect(value["s"]?.string == "x")
    #expect(value["b"]?.bool == true)
    #expect(value["z"]?.isNull == true)
    #expect(value["a"]?[1]?.string == "2")
    #expect(value["a"]?.array?.count == 2)
    #expect(value["o"]?["k"]?.numberText == "0.5")
    #expect(value["o"]?.object?.map(\.name) == ["k"])
    #expect(value["n"]?.string == nil)
    #expect(value["s"]?.int == nil)
    #expect(value["s"]?.integer == .notNumber)
    #expect(value["o"]?["k"]?.integer == .fraction)
    #expect(value["missing"] == nil)
    #expect(value["a"]?[2] == nil)
    #expect(value["a"]?[-1] == nil)
    #expect(value["s"]?["x"] == nil)
    #expect(value[0] == nil)
  }

  @Test func theLastOfARepeatedNameCounts() throws {
    let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
    #expect(value["a"] == 3)
  }

  @Test func setting() throws {
    var value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
    value["b"] = "new"
    #expect(value.text == #"{"a":1,"b":"new","a":3}"#)
    value["a"] = true
    #expect(value.text == #"{"b":"new","a":true}"#)
    value["c"] = .null
    #expect(value.text == #"{"b":"new","a":true,"c":null}"#)
    value["a"] = nil
    #expect(value.text == #"{"b":"new","c":null}"#)
    value["missing"] = nil
    #expect(value.text == #"{"b":"new","c":null}"#)
    value["o"] = [:]
    value["o"]?["k"] = .int(-7)
    #expect(value["o"]?["k"]?.int == -7)
  }

  @Test func settingOnWhatIsNoObject() {
    var value: JSONValue = nil
    value["a"] = 1
    #expect(value == ["a": 1])
    var text: JSONValue = "text"
    text["a"] = 1
    #expect(text == "text")
    var null: JSONValue = nil
    null["a"] = nil
    #expect(null == .null)
  }

  @Test func namesAreBytes() {
    let value: JSONValue = ["\u{E9}": 1]
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == nil)
  }

  @Test func kinds() {
    let kinds: [(JSONValue, JSONKind)] = [
      (nil, .null), (true, .bool), (1, .number), ("s", .string), ([], .array), ([:], .object),
    ]
    for (value, kind) in kinds { #expect(value.kind == kind) }
  }

  @Test(arguments: [
    ("{}", nil), (#"{"a":1,"b":{"a":2}}"#, nil), (#"{"a":1,"a":1}"#, "a"),
    (#"[1,{"a":[{"b":1,"c":2,"b":null}]}]"#, "b"), (#"[{"a":1},{"a":1}]"#, nil), ("3", nil),
  ])
  func findsRepeatedNames(text: String, name: String?) throws {
    #expect(try JSONValue(parsing: text).repeatedName == name)
  }
}
