import Testing

@testable import Providers

@Suite("Traits of endpoints")
struct EndpointTraitsTests {
  @Test func whatIsBilledTwiceIsNotRepeated() {
    let repeated = Endpoint.allCases.filter(\.isSafeToRepeat)
    #expect(repeated.contains(.embeddings))
    #expect(!repeated.contains(.chatCompletions))
    #expect(!repeated.contains { $0.answersWithText })
  }

  @Test func onlyTextIsEstimated() {
    #expect(Endpoint.messages.answersWithText)
    #expect(!Endpoint.embeddings.answersWithText)
    #expect(!Endpoint.passthrough.answersWithText)
    #expect(Endpoint.allCases.filter { $0.answersWithText && !$0.mayUseOutputTokens } == [])
    #expect(Endpoint.passthrough.mayUseOutputTokens && !Endpoint.embeddings.mayUseOutputTokens)
  }
}
