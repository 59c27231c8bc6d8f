import JSON
import Testing

@Suite("JSON value")
struct JSONValueTests {
  /// What is written is read back as the same value, compact and pretty.
  @Test func roundTripsRandomDocuments() throws {
    let seed = newSeed("round trip")
    var writer = DocumentWriter(seed: seed)
    for round in 0..<1_000 {
      let document = writer.document()
      let value = try JSONValue(parsing: document)
      let compact = value.serialized()
      #expect(try JSONValue(parsing: compact) == value, "seed \(seed), round \(round)")
      #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value, "seed \(seed)")
      #expect(try JSONValue(parsing: compact).serialized() == compact, "seed \(seed)")
    }
  }

  @Test func numbersAreComparedByTheirText() {
    #expect(JSONValue.number("1.0") != JSONValue.number("1"))
    #expect(JSONValue.number("1") == 1)
  }
}
