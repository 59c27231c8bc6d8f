import Gateway
import JSON
import Store
import Testing

@testable import Server

/// What is explained is in the tests of `Explanation`; here it is how it is asked and shown.
@Suite("Explaining a request")
struct ExplainOperationTests {
  @Test func showsPlanAndKeys() throws {
    let desk = try TestDesk.furnished()
    let told = try desk.perform("explain", #"{"user":"ada","model":"best"}"#)
    #expect(told["allowed"] == true && told["endpoint"] == "chat/completions")
    #expect(told.at("plan.0.provider") == "open" && told.at("plan.0.model") == "m-1")
    #expect(told.at("keys.0.key") == "first" && told["rule"]?.isNull == true)
    #expect(told["resting"]?.array?.isEmpty == true)
    let other = try desk.perform("explain", #"{"user":"ada","model":"clod/x"}"#)
    #expect(other["endpoint"] == "messages" && other["dialect"] == "anthropic")
    #expect(other["code"] == "overloaded")
  }

  @Test func showsTheRuleThatRefuses() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("user.set", #"{"name":"ada","models":["best"],"ips":["10.0.0.0/8"]}"#)
    func rule(_ arguments: String) throws -> JSONValue? {
      try desk.perform("explain", #"{"user":"ada",\#(arguments)}"#)["rule"]
    }
    #expect(try rule(#""model":"best""#) == "user 'ada' ips: no address is known")
    #expect(
      try rule(#""model":"best","ip":"11.1.1.1""#)
        == "user 'ada' ips: '11.1.1.1' not in the list")
    #expect(try rule(#""model":"best","ip":"10.1.1.1""#)?.isNull == true)
    #expect(try rule(#""model":"m-1","ip":"10.1.1.1""#) == "user 'ada' models: not in the list")
    #expect(
      try rule(#""provider":"open","ip":"10.1.1.1""#) == "user 'ada' endpoints: not in the list")
  }

  /// A request that names an id goes where that lives, and only for the user who was given it.
  @Test func anIDDecidesWhereARequestGoes() throws {
    let desk = try TestDesk.furnished()
    let snapshot = desk.installation.records.snapshot
    let ada = try #require(snapshot.user(named: "ada"))
    let open = try #require(snapshot.provider(named: "open"))
    let key = try #require(open.keys.first { $0.label == "second" })
    for (id, keyID) in [("resp_1", key.id), ("resp_2", "own/f1")] {
      _ = desk.installation.ownedIDs.note(
        OwnedID(
          id: id, user: ada.id, provider: open.id, key: keyID,
          expiresAtMilliseconds: .max))
    }
    func told(_ more: String) throws -> JSONValue {
      try desk.perform("explain", #"{"user":"ada","endpoint":"responses/{id}",\#(more)}"#)
    }
    let pinned = try told(#""id":"resp_1""#)
    #expect(pinned["allowed"] == true && pinned["keys"]?.array?.count == 1)
    #expect(pinned.at("keys.0.key") == "second" && pinned["resting"]?.array?.isEmpty == true)
    #expect(pinned.at("decisions.1.rule") == "an id that lives on key 'second'")
    let own = try told(#""id":"resp_2","own_key":true"#)
    #expect(own["allowed"] == true && own.at("keys.0.own") == true)
    #expect(own.at("keys.0.provider") == "open" && own["resting"]?.array?.isEmpty == true)
    #expect(try told(#""id":"resp_2""#)["status"] == 400)
    #expect(try told(#""id":"resp_1","own_key":true"#)["status"] == 404)
    func through(_ provider: String) throws -> JSONValue {
      try desk.perform("explain", #"{"user":"ada","provider":"\#(provider)","id":"resp_1"}"#)
    }
    let there = try through("open")
    #expect(there["allowed"] == true && there["endpoint"] == "passthrough")
    #expect(there.at("keys.0.key") == "second")
    let elsewhere = try through("clod")
    #expect(elsewhere["status"] == 404 && elsewhere["code"] == "not_found")
    #expect(elsewhere["message"]?.string?.contains("'resp_1'") == true)
    #expect(elsewhere["keys"]?.array?.isEmpty == true)
    #expect(try through("gone")["message"]?.string?.contains("'gone'") == true)
    _ = try desk.perform("user.set", #"{"name":"bob","status":"active"}"#)
    let others = #"{"user":"bob","model":"best","id":"resp_1"}"#
    for arguments in [others, #"{"user":"ada","endpoint":"responses/{id}","id":"resp_9"}"#] {
      let told = try desk.perform("explain", arguments)
      #expect(
        told["allowed"] == false && told["status"] == 404 && told["code"] == "not_found",
        "\(told.text)")
    }
    // To ask for what is not there counts.
    _ = try desk.perform("user.set", #"{"name":"ada","limits":{"rpm":0}}"#)
    #expect(try told(#""id":"resp_9""#)["status"] == 429)
  }

  @Test func saysWhetherChanceDecides() throws {
    let desk = try TestDesk.furnished()
    #expect(try desk.perform("explain", #"{"user":"ada","model":"best"}"#)["drawn"] == false)
    try desk.perform(
      "model.set",
      #"{"name":"best","targets":[{"provider":"open","model":"m-1"},{"provider":"open","model":"m-2"}]}"#
    )
    #expect(try desk.perform("explain", #"{"user":"ada","model":"best"}"#)["drawn"] == true)
  }

  /// A provider whose keys list nothing takes any name: that alone is no reason to go there.
  @Test func staysWithTheFirstDialectUnlessAnotherKnowsTheModel() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("key.add", #"{"provider":"clod","label":"k","secret":"sk-clod-00000001"}"#)
    func endpoint(_ model: String) throws -> JSONValue? {
      try desk.perform("explain", #"{"user":"ada","model":"\#(model)"}"#)["endpoint"]
    }
    #expect(try endpoint("clod/x") == "messages")
    try desk.perform("key.set", #"{"provider":"open","label":"first","status":"disabled"}"#)
    #expect(try endpoint("m-9") == "chat/completions")
    try desk.perform("key.set", #"{"provider":"clod","label":"k","models":["m-9"]}"#)
    #expect(try endpoint("m-9") == "messages")
    try desk.perform("user.set", #"{"name":"ada","endpoints":["messages"]}"#)
    #expect(try endpoint("m-9") == "chat/completions")
  }

  /// The caller would be told that there is no such model; the operator is told why.
  @Test(arguments: [("open", "chat/completions"), ("clod", "messages")])
  func namesTheLevelsThatRefuse(provider: String, endpoint: String) throws {
    let desk = try TestDesk.furnished()
    for (name, label) in [("open", "first"), ("clod", "low")] {
      let verb = name == "open" ? "key.set" : "key.add"
      let secret = name == "open" ? "" : #","secret":"sk-clod-00000001""#
      try desk.perform(
        verb, #"{"provider":"\#(name)","label":"\#(label)","models":["m-1"]\#(secret)}"#)
    }
    try desk.perform(
      "key.add",
      #"{"provider":"\#(provider)","label":"high","secret":"sk-high-00000001","models":["m-9"],"level":9}"#
    )
    let told = try desk.perform("explain", #"{"user":"ada","model":"m-9"}"#)
    #expect(told["status"] == 404 && told["code"] == "model_not_found")
    #expect(told["endpoint"]?.string == endpoint)
    #expect(told["message"]?.string?.contains("level") == false)
    #expect(
      told["rule"]?.string?.hasPrefix(
        "levels: key '\(provider)/high' serves 'm-9' and is on level 9, which the request may not use"
      ) == true, "\(told)")
    let none = try desk.perform("explain", #"{"user":"ada","model":"m-8"}"#)
    #expect(none["rule"]?.isNull == true && none["endpoint"] == "chat/completions")
  }

  @Test(arguments: [
    ("{}", "invalid"), (#"{"user":"gone"}"#, "not_found"),
    (#"{"user":"ada","endpoint":"passthrough"}"#, "invalid"),
    (#"{"user":"ada","token":"gone"}"#, "not_found"), (#"{"user":"ada","ip":"home"}"#, "invalid"),
    (#"{"user":"ada","endpoint":"horoscopes"}"#, "invalid"),
    (#"{"user":"ada","level":"high"}"#, "invalid"),
    (#"{"user":"ada","endpoint":"responses/{id}"}"#, "invalid"),
  ])
  func refuses(arguments: String, code: String) throws {
    #expect(try TestDesk.furnished().code("explain", arguments) == code)
  }
}
