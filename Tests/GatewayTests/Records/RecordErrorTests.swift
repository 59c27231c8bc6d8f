import Testing

@testable import Gateway

@Suite("Record errors")
struct RecordErrorTests {
  @Test func nameTheRecord() {
    let error = RecordError(
      kind: .provider, id: "provider_1", name: "openai", field: "dialect",
      message: "dialect must be one of 'openai'")
    #expect(error.description == "provider 'openai': dialect must be one of 'openai'")
    #expect(
      RecordError(kind: .user, id: nil, name: "", message: "name is missing").description
        == "user: name is missing")
  }
}
