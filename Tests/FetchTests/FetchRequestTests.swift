import Testing

@testable import Fetch

@Suite("Requests and responses")
struct FetchRequestTests {
  @Test func headersAreFoundInAnyCase() {
    let response = FetchResponse(
      status: 200, headers: [("Retry-After", "1"), ("RETRY-AFTER", "2"), ("a", "")], body: [])
    #expect(response.header("retry-after") == "1")
    #expect(response.header("A") == "")
    #expect(response.header("b") == nil)
  }
}
