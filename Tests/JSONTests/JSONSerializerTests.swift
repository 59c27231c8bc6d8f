import JSON
import Testing

@Suite("JSON serializer")
struct JSONSerializerTests {
  static let value: JSONValue = [
    "name": "a\"b", "list": [1, 2.5, true, nil], "empty": [:], "none": [], "o": ["x": -1],
  ]

  @Test func compact() {
    #expect(
      Self.value.text
        == #"{"name":"a\"b","list":[1,2.5,true,null],"empty":{},"none":[],"o":{"x":-1}}"#)
  }

  @Test func pretty() {
    #expect(
      text(Self.value.serialized(pretty: true)) == """
        {
          "name": "a\\"b",
          "list": [
            1,
            2.5,
            true,
            null
          ],
          "empty": {},
          "none": [],
          "o": {
            "x": -1
          }
        }
        """)
  }

  @Test func prettyTextIsTheSameValue() throws {
    #expect(try JSONValue(parsing: Self.value.serialized(pretty: true)) == Self.value)
  }

  @Test func canonicalTextForgetsTheOrder() throws {
    let one = try JSONValue(parsing: #"{"b":[{"y":1,"x":2}],"a":1,"é":0,"a":2}"#)
    let other = try JSONValue(parsing: #"{"é":0,"a":1,"b":[{"x":2,"y":1}],"a":2}"#)
    #expect(one != other)
    #expect(one.canonical() == other.canonical())
    #expect(text(one.canonical()) == #"{"a":1,"a":2,"b":[{"x":2,"y":1}],"é":0}"#)
    #expect(try JSONValue(parsing: "[1,2]").canonical() != JSONValue(parsing: "[2,1]").canonical())
  }

  @Test func aTextThatIsNoNumberCannotBreakTheDocument() {
    #expect(JSONValue.array([.number("1,2"), .number("")]).text == #"["1,2",""]"#)
  }

  @Test func appendsBehindWhatIsThere() {
    var out = bytes("x=")
    Self.value["list"]?.append(to: &out)
    #expect(text(out) == "x=[1,2.5,true,null]")
  }
}
