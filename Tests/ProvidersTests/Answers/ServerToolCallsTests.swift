import Testing

@testable import Providers

@Suite("Calls of a provider's tools")
struct ServerToolCallsTests {
  static let cases: [AnswerCase] = [
    AnswerCase(
      name: "messages: tools of the server", kind: .messages,
      body:
        #"{"usage":{"input_tokens":5,"output_tokens":6,"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0}}}"#
    ) { $0.serverToolCalls == ["web_search_requests": 2] },
    AnswerCase(
      name: "gemini: searches, unnamed ones too", kind: .generate,
      body: #"{"candidates":[{"groundingMetadata":{"webSearchQueries":["","a b"]}}]}"#
    ) { $0.serverToolCalls == ["web_search_queries": 2] },
  ]

  @Test(arguments: cases, AnswerCase.chunkSizes)
  func reads(_ example: AnswerCase, chunkBytes: Int) {
    example.check(chunkBytes: chunkBytes)
  }

  @Test func everySourceIsCounted() {
    var calls = ServerToolCalls()
    #expect(calls.counts.isEmpty)
    calls.state(Array("web_search_call".utf8), 2)
    calls.state(Array("none".utf8), 0)
    calls.state(Array("less".utf8), -1)
    calls.list(type: "web_search_call")
    calls.list(type: "mcp_call")
    calls.list(type: "function_call")
    calls.list(type: "message")
    calls.setSearches(4)
    #expect(calls.counts == ["web_search_call": 3, "mcp_call": 1, "web_search_queries": 4])
  }

  /// The last event of a stream lists again what earlier ones did.
  @Test func aNewListTakesThePlaceOfTheOldOne() {
    var calls = ServerToolCalls()
    calls.list(type: "mcp_call")
    calls.beginList()
    calls.list(type: "mcp_call")
    #expect(calls.counts == ["mcp_call": 1])
  }

  @Test func kindsWithoutEndAreBounded() {
    var calls = ServerToolCalls()
    for number in 0..<500 {
      calls.state(Array("s\(number)".utf8), .max)
      calls.list(type: "t\(number)_call")
    }
    #expect(calls.counts.count == 64)
    #expect(calls.counts["s31"] == .max)
  }
}
