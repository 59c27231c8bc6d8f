import Gateway
import JSON
import Network
import Providers
import Testing

@testable import Server

@Suite("How records are shown")
struct RecordViewsTests {
  @Test func providersAreSortedAndHaveTheirEffectiveFields() throws {
    let desk = try TestDesk.furnished()
    let expected = #"""
      {"providers":[{"name":"clod","dialect":"anthropic","base_url":"https://clod.example",
      "auth":"x-api-key","allow_private":false,"stream_usage":"ask","keys":0},
      {"name":"open","dialect":"openai","base_url":"https://open.example/v1","auth":"bearer",
      "allow_private":false,"stream_usage":"ask","keys":2}]}
      """#
    let list = try desk.perform("provider.list")
    #expect(list == (try JSONValue(parsing: expected)), "\(list.text)")
    #expect(
      try desk.perform("provider.show", #"{"name":"open"}"#)["provider"] == list.at("providers.1"))
  }

  @Test(arguments: [
    ("bearer", "bearer"), ("x-api-key", "x-api-key"), ("api-key", "api-key"),
    ("x-goog-api-key", "x-goog-api-key"), ("query:k", "query:k"), ("none", "none"),
  ])
  func authIsShownAsItIsWritten(_ written: String, shown: String) throws {
    let desk = try TestDesk.furnished()
    try desk.perform("provider.set", #"{"name":"open","auth":"\#(written)"}"#)
    let provider = try desk.perform("provider.show", #"{"name":"open"}"#)
    #expect(provider.at("provider.auth")?.string == shown)
  }

  @Test func keysAreSortedByProviderLevelAndLabelWithoutSecrets() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("key.add", #"{"provider":"clod","label":"z","secret":"sk-ant-canary-00001"}"#)
    try desk.perform("key.add", #"{"provider":"open","label":"a","secret":"sk-open-canary-0002"}"#)
    let list = try desk.perform("key.list")
    let names = list["keys"]?.array?.map {
      "\($0["provider"]?.string ?? "")/\($0["label"]?.string ?? "")"
    }
    #expect(names == ["clod/z", "open/second", "open/a", "open/first"])
    #expect(!list.text.contains("canary"))
    // A short secret would be half shown.
    #expect(list.at("keys.1.secret_hint")?.string == "")
    #expect(list.at("keys.1.models")?.text == #"["m-1"]"#)
    #expect(list.at("keys.2.secret_hint")?.string == "0002")
    #expect(list.at("keys.2.models")?.isNull == true)
    let mine = try desk.perform("key.list", #"{"provider":"clod"}"#)
    #expect(mine["keys"]?.array?.count == 1)
  }

  /// What is known of a key stands beside what the operator wants of it.
  @Test func keysShowTheirHealthWhenAnApplianceRuns() throws {
    let desk = try TestDesk.furnished()
    let running = Administration(installation: desk.installation) { [] }
    let before = try running.perform("key.list", .object([]))
    #expect(before.at("keys.1.state")?.string == "ready")
    let provider = try #require(desk.installation.records.snapshot.provider(named: "open"))
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    var failover = Failover(
      plan: Plan(
        model: "m-2",
        candidates: [
          Candidate(provider: provider, model: "m-2", tiers: Tiers(upTo: 1))
        ]),
      queueWait: .zero, deadline: now + .seconds(60), random: 1)
    _ = failover.next(now: now)
    failover.report(.answered(.keySuspect), now: now)
    let suspect = try running.perform("key.list", .object([]))
    #expect(suspect.at("keys.1.state")?.string == "suspect", "\(suspect.text)")
    for key in provider.keysNeedingProbe(
      KeyCheckPolicy(interval: nil, countMax: 9), now: now, random: 0)
    {
      provider.probeResult(key, KeyFindings(.invalid), now: now)
    }
    let after = try running.perform("key.list", .object([]))
    #expect(after.at("keys.1.label")?.string == "first")
    #expect(after.at("keys.1.state")?.string == "invalid", "\(after.text)")
    #expect(after.at("keys.1.status")?.string == "active")
  }

  /// What is made of one record alone is what stands in the list of all.
  @Test(arguments: [
    ("provider", ["name"]), ("key", ["provider", "label"]), ("user", ["name"]),
    ("token", ["user", "label"]), ("model", ["name"]),
  ])
  func oneIsShownAsAmongOthers(_ kind: String, naming fields: [String]) throws {
    let desk = try TestDesk.furnished()
    try desk.perform("user.set", #"{"name":"bob","map":{"fast":"open/m-1"}}"#)
    try desk.perform("token.add", #"{"user":"bob","label":"laptop"}"#)
    let list = try #require(try desk.perform("\(kind).list")["\(kind)s"]?.array)
    #expect(!list.isEmpty)
    for row in list {
      let names = fields.compactMap { field in row[field].map { JSONValue.Member(field, $0) } }
      let shown = try desk.administration.perform("\(kind).show", .object(names))
      #expect(shown[kind] == row, "\(shown.text)")
    }
    let strange = JSONValue.object(fields.map { .init($0, "nobody") })
    #expect(throws: OperationFailure.self) {
      try desk.administration.perform("\(kind).show", strange)
    }
  }

  @Test func usersCountTheirTokens() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("token.add", #"{"user":"ada"}"#)
    let expected = #"""
      {"users":[{"name":"ada","status":"active","level":1,"affinity":"none","tokens":2},
      {"name":"bob","status":"suspended","level":3,"affinity":"none","tokens":0}]}
      """#
    let list = try desk.perform("user.list")
    #expect(list == (try JSONValue(parsing: expected)), "\(list.text)")
  }

  @Test func tokensShowNoDigest() throws {
    let desk = try TestDesk.furnished()
    let text = try desk.perform("token.list").text
    #expect(!text.contains("digest"))
    #expect(!text.contains("token-of-ada"))
  }

  @Test func modelsNameTheirProviders() throws {
    let desk = try TestDesk.furnished()
    #expect(
      try desk.perform("model.list").text
        == #"{"models":[{"name":"best","targets":[{"provider":"open","model":"m-1"}]}]}"#)
  }
}
