import Testing

@testable import Gateway

@Suite("Allowances")
struct AllowanceTests {
  @Test func aRuleCoversTheModelsOfItsPattern() throws {
    let pattern = try #require(NamePattern("gpt-4*"))
    let all = LimitRule(kind: .rpm, pattern: nil, max: 1)
    let some = LimitRule(kind: .rpm, pattern: pattern, max: 1)
    #expect(all.covers("x") && all.covers(nil))
    #expect(some.covers("gpt-4o") && !some.covers("gpt-3") && !some.covers(nil))
    #expect(some.counts(like: LimitRule(kind: .rpm, pattern: pattern, max: 9)))
    #expect(!some.counts(like: all))
  }

  @Test func roomIsWhatTheTightestLimitLeavesBesideTheInput() throws {
    let allowance = try #require(
      Allowance(
        key: AccountKey(userID: "u"), name: "u", generation: 1,
        limits: LimitDefinition(maxima: [.tpm: 100, .otpd: 70, .itpm: 1, .rpm: 2])))
    #expect(allowance.outputRoom(for: Demand(model: nil, inputTokens: 10)) == 70)
    #expect(allowance.outputRoom(for: Demand(model: nil, inputTokens: 60)) == 40)
    #expect(allowance.outputRoom(for: Demand(model: nil, inputTokens: .max)) == 0)
  }
}
