import Testing

@testable import Gateway

@Suite("Standings")
struct RateStandingsTests {
  private func standing(_ remaining: Int64, _ reset: Int64 = 1) -> RateStandings.Standing {
    RateStandings.Standing(limit: 100, remaining: remaining, resetMilliseconds: reset)
  }

  @Test func theMostConstrainedIsShown() {
    var standings = RateStandings()
    #expect(standings.isEmpty)
    standings.note(.concurrent, standing(0))
    #expect(standings.isEmpty)
    standings.note(.requests, standing(5))
    standings.note(.requests, standing(3))
    standings.note(.requests, standing(4))
    standings.note(.requests, standing(3, 9))
    #expect(standings.requests == standing(3, 9))
    standings.note(.tokens, standing(50))
    standings.note(.inputTokens, standing(60))
    standings.note(.outputTokens, standing(40))
    #expect(standings.tokens == standing(40))
    #expect(standings.inputTokens == standing(60) && standings.outputTokens == standing(40))
  }
}
