import JSON
import Testing

@testable import Simulator

@Suite("Simulated errors")
struct ErrorAnswerTests {
  @Test func haveTheirDialectsForm() {
    let openAI = ErrorAnswer(dialect: .openai, status: 401, serial: 1).answer
    #expect(openAI.json["error"]?["code"] == "invalid_api_key")
    let anthropic = ErrorAnswer(dialect: .anthropic, status: 529, serial: 1).answer
    #expect(anthropic.status == 529)
    #expect(anthropic.json["error"]?["type"] == "overloaded_error")
    let gemini = ErrorAnswer(dialect: .gemini, status: 503, serial: 1).answer
    #expect(gemini.json["error"]?["status"] == "UNAVAILABLE")
  }

  @Test func sayWhenToTryAgain() {
    let openAI = ErrorAnswer(dialect: .openai, status: 429, serial: 1, retryAfterSeconds: 2).answer
    #expect(openAI.fields.contains { $0.name == "retry-after" && $0.value == "2" })
    let gemini = ErrorAnswer(dialect: .gemini, status: 429, serial: 1, retryAfterSeconds: 2).answer
    #expect(gemini.json["error"]?["details"]?[0]?["retryDelay"] == "2s")
  }

  @Test(arguments: [
    (SimulatedDialect.openai, 429), (.anthropic, 400), (.gemini, 429),
  ])
  func sayThatMoneyIsOut(dialect: SimulatedDialect, status: Int) {
    let answer = ErrorAnswer(dialect: dialect, status: 429, serial: 1, isOutOfMoney: true).answer
    #expect(answer.status == status)
  }
}
