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

  @Test func aTextThatIsNoNumberCannotBreakTheDocument() {
    #expect(JSONValue.array([.number("1,2"), .number("")]).text == #"["1,2",""]"#)
  }

  @Test func appendsBehindWhatIsThere() {
    var out = bytes("x=")
    Self.value["list"]?.append(to: &out)
    #expect(text(out) == "x=[1,2.5,true,null]")
  }
}
