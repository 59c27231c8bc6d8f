import JSON
import Testing

@Suite("JSON parser")
struct JSONParserTests {
  @Test(arguments: AcceptCase.all)
  func accepts(_ example: AcceptCase) throws {
    #expect(try JSONValue(parsing: example.document).kind == example.kind)
  }

  @Test(arguments: RejectCase.all)
  func rejects(_ example: RejectCase) {
    #expect(throws: example.error) { try JSONValue(parsing: example.document) }
  }

  @Test func keepsOrderTextAndRepeats() throws {
    let value = try JSONValue(
      parsing: #" {"b":1.50, "a":[true,null,{}], "b":-0e0, "\u0063":"\u00e9\n"} "#)
    #expect(
      value
        == .object([
          .init("b", .number("1.50")), .init("a", .array([.bool(true), .null, .object([])])),
          .init("b", .number("-0e0")), .init("c", .string("é\n")),
        ]))
  }

  @Test func boundsTheDepth() throws {
    _ = try JSONValue(parsing: "[[1]]", depthMax: 2)
    #expect(throws: JSONError(.tooDeep, at: 1)) { try JSONValue(parsing: "[[1]]", depthMax: 1) }
    // However deep the caller would go, freeing the value must not exhaust the stack.
    let deep = String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000)
    #expect(throws: JSONError(.tooDeep, at: JSONValue.depthLimit)) {
      try JSONValue(parsing: deep, depthMax: .max)
    }
  }
}
