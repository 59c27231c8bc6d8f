import JSON
import Testing

@testable import Gateway

@Suite("Token records")
struct TokenDefinitionTests {
  @Test func readsEveryField() throws {
    let definition = try TokenDefinition(
      [
        "user": "u", "label": "laptop", "digest": .string(RecordFieldsTests.digest),
        "public_id": "abcdefghij", "expires_at": "1970-01-01T00:00:01Z", "level": 3,
        "status": "suspended", "models": ["m"], "endpoints": ["*"], "ips": ["::1"],
      ], id: "t")
    #expect(definition.digest.hex == RecordFieldsTests.digest)
    #expect(definition.expiresAtMilliseconds == 1_000 && definition.level == 3)
    #expect(definition.access?.models != nil && definition.access?.endpoints != nil)
    #expect(definition.access?.addresses != nil)
    #expect(definition.status == .suspended && definition.publicID == "abcdefghij")
  }
}
