import HTTP
import JSON
import Network
import Testing

@testable import Server

@Suite("Keys that their owners take back", .timeLimit(.minutes(10)))
struct KeyWithdrawalsTests {
  private func bench() throws -> TestBench {
    let bench = try TestBench()
    let document = """
      {"users": [{"name": "ada", "contribute_keys": true}, {"name": "bob"}],
       "tokens": [{"user": "bob", "label": "l", "secret": "token-of-bob-0123456789"}],
       "keys": [
        {"provider": "up", "label": "found-1", "secret": "sk-of-ada", "owner": "ada",
         "fingerprint": "f1"},
        {"provider": "up", "label": "found-2", "secret": "sk-of-bob", "owner": "bob",
         "fingerprint": "f2"}]}
      """
    try bench.perform("import", ["document": try JSONValue(parsing: document)])
    return bench
  }

  private func request(_ line: String, token: String = TestBench.token) -> String {
    "\(line) HTTP/1.1\r\nhost: appliance\r\nauthorization: Bearer \(token)\r\n\r\n"
  }

  private func status(_ bench: TestBench, _ label: String) throws -> JSONValue? {
    try bench.perform("key.show", ["provider": "up", "label": .string(label)]).at("key.status")
  }

  @Test func ofItsUserAlone() throws {
    let bench = try bench()
    defer { bench.stop() }
    let list = try bench.ask(request("GET /appliance/v1/keys"), "GET")
    #expect(
      list.json == ["keys": [["provider": "up", "label": "found-1", "status": "active"]]])
    // Another user's, an operator's, none at all: nobody can tell them apart.
    for label in ["found-2", "key-1", "found-9"] {
      let refused = try bench.ask(request("DELETE /appliance/v1/keys/up/\(label)"), "DELETE")
      #expect(refused.status == 404, "\(label)")
      #expect(refused.json.at("error.code") == "not_found")
    }
    #expect(try bench.ask(request("DELETE /appliance/v1/keys/no/found-1"), "DELETE").status == 404)
    for token in ["wrong", "sk-of-ada"] {
      let refused = try bench.ask(
        request("DELETE /appliance/v1/keys/up/found-1", token: token), "DELETE")
      #expect(refused.status == 401)
    }
    #expect(try status(bench, "found-1") == "active" && status(bench, "found-2") == "active")

    let answer = try bench.ask(request("DELETE /appliance/v1/keys/up/found-1"), "DELETE")
    #expect(answer.status == 200)
    #expect(answer.json == ["withdrawn": ["provider": "up", "label": "found-1"]])
    #expect(try status(bench, "found-1") == "withdrawn" && status(bench, "found-2") == "active")
    let entry = try #require(try bench.perform("audit.list", ["limit": 1]).at("entries.0"))
    #expect(entry["origin"] == "client" && entry["actor"] == "ada/laptop")
    #expect(entry["address"] == "127.0.0.1")
    #expect(entry["operation"] == "key.withdraw" && entry["name"] == "up/found-1")
    #expect(entry.at("after.status") == "withdrawn" && entry["uid"]?.isNull == true)
    // Asked for once more it is done already, and leaves no trace.
    let again = try bench.ask(request("DELETE /appliance/v1/keys/up/found-1"), "DELETE")
    #expect(again.status == 200)
    #expect(try bench.perform("audit.list", ["limit": 1]).at("entries.0") == entry)
    let after = try bench.ask(request("GET /appliance/v1/keys"), "GET")
    #expect(after.json.at("keys.0.status") == "withdrawn")
    #expect(!after.text.contains("sk-of"))
  }

  @Test func whateverItsRulesAndLimitsSay() throws {
    let bench = try bench()
    defer { bench.stop() }
    let rules = #"{"name":"ada","endpoints":[],"models":[],"limits":{"rpm":0}}"#
    try bench.perform("user.set", try JSONValue(parsing: rules))
    #expect(try bench.ask(request("GET /appliance/v1/keys"), "GET").status == 429)
    try bench.perform("user.set", try JSONValue(parsing: #"{"name":"ada","ips":["10.0.0.1"]}"#))
    let refused = try bench.ask(request("DELETE /appliance/v1/keys/up/found-1"), "DELETE")
    #expect(refused.status == 403 && refused.json.at("error.code") == "ip_not_allowed")
    try bench.perform("user.set", try JSONValue(parsing: #"{"name":"ada","ips":null}"#))
    #expect(
      try bench.ask(request("DELETE /appliance/v1/keys/up/found-1"), "DELETE").status == 200)
    #expect(try status(bench, "found-1") == "withdrawn")
  }

  /// Many at once, of one key and on one loop: each is answered, none waits for ever.
  @Test func atTheSameTime() throws {
    let bench = try bench()
    defer { bench.stop() }
    let clients = try (0..<12).map { _ in try bench.client() }
    for client in clients { client.send(request("DELETE /appliance/v1/keys/up/found-1")) }
    var statuses: [Int] = []
    for client in clients { statuses.append(try client.answer(to: .delete).status) }
    #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 } && statuses.contains(200))
    #expect(try status(bench, "found-1") == "withdrawn")
    #expect(try bench.ask(Ask.chat()).status == 200)
  }

  @Test func notBeforeTheApplianceIsReady() async throws {
    let withdrawals = KeyWithdrawals()
    let outcome = try await onLoop { loop in
      await withdrawals.withdraw(
        .init(userID: "u", actor: "a/t", address: nil, provider: "p", label: "l"), on: loop,
        until: loop.now + .seconds(1))
    }
    #expect(outcome == .busy)
  }
}
