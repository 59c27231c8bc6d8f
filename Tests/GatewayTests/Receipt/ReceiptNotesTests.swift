import Providers
import Testing

@testable import Gateway

@Suite("What a receipt takes from a request under way")
struct ReceiptNotesTests {
  private static let ends: [(AttemptEnd, ReceiptAttempt.End, Int64?)] = [
    (.served, .served, nil), (.answered(.success), .served, nil),
    (.answered(.clientFault), .clientFault, nil),
    (.answered(.keyCannotServeModel), .keyCannotServeModel, nil),
    (.answered(.rateLimited(retryAfter: .seconds(20))), .rateLimited, 20_000),
    (.answered(.rateLimited(retryAfter: nil)), .rateLimited, nil),
    (.answered(.outOfMoney), .outOfMoney, nil), (.answered(.keySuspect), .keySuspect, nil),
    (.answered(.providerFailing(retryAfter: .milliseconds(1_500))), .providerFailing, 1_500),
    (.answered(.providerFailing(retryAfter: .seconds(-1))), .providerFailing, 0),
    (.answered(.rateLimited(retryAfter: .seconds(Int64.max))), .rateLimited, .max),
    (.connectFailed, .connectFailed, nil), (.tlsFailed, .tlsFailed, nil),
    (.timedOut(billable: true), .timedOutBillable, nil),
    (.timedOut(billable: false), .timedOut, nil), (.brokeOff, .brokeOff, nil),
    (.cutAfterContent, .cutAfterContent, nil), (.clientLeft, .clientLeft, nil),
  ]

  @Test func everyEndHasItsReason() {
    for (end, reason, retryAfter) in Self.ends {
      var attempt = ReceiptAttemptTests.attempt("k")
      attempt.note(end, from: Moment(nanoseconds: 1_000_000), to: Moment(nanoseconds: 8_999_999))
      #expect(attempt.end == reason)
      #expect(attempt.retryAfterMilliseconds == retryAfter, "\(end)")
      #expect(attempt.durationMilliseconds == 7)
    }
    #expect(Set(Self.ends.map(\.1)).count == ReceiptAttempt.End.allCases.count)
  }

  @Test func aClockThatStandsStillOrGoesBackCountsNothing() {
    #expect(Moment(nanoseconds: 5).milliseconds(since: Moment(nanoseconds: 9_000_000)) == 0)
    #expect(Moment.distantFuture.milliseconds(since: .distantPast) == 0)
  }

  @Test(
    arguments: [
      (nil, nil, "best", "level 9 of the user"),
      (3, nil, "best", "lowered to level 3 by the token"),
      (3, 2, "best", "lowered to level 2 by x-appliance-level"),
      (3, 5, "best", "lowered to level 3 by the token"),
      (nil, nil, "slow", "level 1 of the mapping"),
      (12, 14, "best", "level 9 of the user"),
    ], ["lower", "any", "none"])
  func whoHasSetTheLevel(
    _ example: (token: Int?, header: Int?, model: String, text: String), failover: String
  ) throws {
    let (token, header, model, text) = example
    let world = try World(
      """
      {'providers': [{'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'}],
       'keys': [{'provider': 'oa', 'label': '1', 'secret': 'k'}],
       'users': [{'name': 'ada', 'level': 9, 'failover': '\(failover)'}],
       'tokens': [{'user': 'ada', 'label': 't', 'secret': 't'\(token.map { ", 'level': \($0)" } ?? "")}],
       'models': [{'name': 'best', 'targets': [{'provider': 'oa', 'model': 'm'}]},
         {'name': 'slow', 'level': 1, 'targets': [{'provider': 'oa', 'model': 'm'}]}]}
      """)
    var caller = try world.caller("t")
    caller.requestedLevel = header
    let plan = try Router.plan(
      .init(model: model, dialect: .openai), caller: caller, snapshot: world.snapshot, random: 0)
    #expect(Decisions.Level(plan, caller)?.text == text)
  }

  @Test func aCandidateIsKeptByName() throws {
    let world = try World(UserModelMapTests.document)
    let plan = try Router.plan(
      .init(model: "oa/a", dialect: .openai), caller: try world.caller("t"),
      snapshot: world.snapshot, random: 0)
    let candidate = try #require(plan.candidates.first)
    let kept = ReceiptCandidate(candidate)
    #expect(kept.provider == "oa" && kept.model == "a" && kept.level == 1)
  }
}
