import Testing

@testable import Providers

@Suite("What an event of an answer says")
struct AnswerEventTests {
  @Test func keepsWhatMayBeOfAnError() {
    var event = AnswerEvent()
    #expect(event.error.isEmpty && event.code == nil && event.message == nil)
    event.error.message = "slow down"
    event.error.status = 429
    event.code = "rate_limit"
    event.message = "outside"
    #expect(event.error.message == "slow down" && event.error.status == 429)
    #expect(event.error.code == nil && event.code == "rate_limit" && event.message == "outside")
  }

  @Test(arguments: [
    (true, 0, true, true), (true, 1, true, false), (false, 0, true, false), (true, 0, false, false),
  ])
  func isUsageAlone(_ hasChoices: Bool, _ choiceCount: Int, _ hasUsage: Bool, _ isAlone: Bool) {
    var event = AnswerEvent()
    event.hasChoices = hasChoices
    event.choiceCount = choiceCount
    event.hasUsage = hasUsage
    #expect(event.isUsageAlone == isAlone)
  }
}
