import Gateway
import JSON
import Network
import Providers
import Testing

@testable import Server

@Suite("How keys are shown")
struct KeyViewsTests {
  @Test func showsRateAndWhatIsLeft() throws {
    let desk = try TestDesk.furnished()
    let running = Administration(installation: desk.installation) { [] }
    let provider = try #require(desk.installation.records.snapshot.provider(named: "open"))
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    var quota = QuotaReading()
    quota.requests = .init(limit: 60, remaining: 0, resetMilliseconds: 30_000)
    for end in [AttemptEnd.served, .served, .answered(.rateLimited(retryAfter: nil))] {
      var failover = Failover(
        plan: Plan(
          model: "m-2",
          candidates: [Candidate(provider: provider, model: "m-2", tiers: Tiers(upTo: 1))]),
        queueWait: .zero, deadline: now + .seconds(60), random: 1)
      _ = failover.next(now: now)
      failover.report(end, quota: end == .served ? quota : nil, now: now)
    }
    let key = try #require(try running.perform("key.list", .object([])).at("keys.1"))
    #expect(key["label"]?.string == "first")
    #expect(key["success_rate"]?.numberText == "0.667" && key["recent_attempts"]?.int == 3)
    #expect(key.at("left.0.of")?.string == "requests" && key.at("left.0.remaining")?.int == 0)
    #expect(key.at("left.0.limit")?.int == 60 && key.at("left.0.model")?.string == "m-2")
    #expect(key.at("left.0.resets_at")?.string?.isEmpty == false)
    #expect(key["state"]?.string == "cooling" && key["check"] == nil)
    #expect(key["reason"]?.string == "rate limited for m-2" && key["cooling"]?.array?.count == 1)
    #expect(key.at("cooling.0.model")?.string == "m-2")
    #expect(key.at("cooling.0.reason")?.string == "rate limited")
    #expect(key.at("cooling.0.until")?.string?.isEmpty == false)
    // A command that works alone knows nothing of it.
    let alone = try desk.perform("key.list").at("keys.1")
    #expect(alone?["success_rate"] == nil)
  }

  @Test func showsTheLastCheckInUseOrNot() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("key.set", #"{"provider": "open", "label": "second", "status": "disabled"}"#)
    let running = Administration(installation: desk.installation) { [] }
    let provider = try #require(desk.installation.records.snapshot.provider(named: "open"))
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    // In use once it has been looked at.
    _ = provider.keysNeedingProbe(
      KeyCheckPolicy(interval: nil, countMax: 1), now: now, random: 0)
    for key in provider.keys {
      provider.probeResult(key, KeyFindings(.valid, models: ["b", "a"]), now: now)
    }
    let list = try running.perform("key.list", .object([]))
    #expect(
      list.at("keys.0.check")?.string == "valid" && list.at("keys.1.check")?.string == "valid")
    #expect(list.at("keys.0.state")?.string == "disabled")
    let shown = try running.perform(
      "key.show", ["provider": "open", "label": "first"])
    #expect(shown.at("key.shown_models")?.text == #"["a","b"]"#)
  }
}
