import Glibc
import JSON
import Locks
import Testing

@testable import Server

@Suite("Clients that leave", .timeLimit(.minutes(10)))
struct RelayEndingsTests {
  /// Knows how keys do, as an administration of the running appliance does.
  private static func keys(_ bench: TestBench) throws -> [JSONValue] {
    let running = Administration(installation: bench.installation, serverStatus: { [] })
    return try running.perform("key.list", .object([]))["keys"]?.array ?? []
  }

  // MARK: no attempt for nobody

  /// What a provider does whose client has left before it answered, with a second key to try.
  struct Orphan: Sendable, CustomTestStringConvertible {
    let name: String
    var settings = ""
    let act: @Sendable (UpstreamCall) -> Void
    /// How the attempt ended, and the request.
    let end: String
    var ending = "client_left_drained"
    /// Of the key that was tried.
    var state: String?
    var testDescription: String { name }
  }

  static let orphans: [Orphan] = [
    Orphan(name: "in trouble", act: { $0.answer(500, "{}") }, end: "provider_failing"),
    Orphan(
      name: "rate limited",
      act: { $0.answer(429, Said.rateLimited, fields: ["retry-after: 30"]) }, end: "rate_limited",
      state: "cooling"),
    Orphan(
      name: "wrong key", act: { $0.answer(401, #"{"error":{"code":"invalid_api_key"}}"#) },
      end: "key_suspect"),
    Orphan(
      name: "the client's fault", act: { $0.answer(400, Said.clientFault) }, end: "client_fault"),
    Orphan(
      name: "stream options refused",
      act: { $0.answer(400, #"{"error":{"message":"Unknown parameter: 'stream_options'."}}"#) },
      end: "client_fault"),
    Orphan(
      name: "broken off", act: { $0.close() }, end: "broke_off", ending: "provider_broke_off"),
    Orphan(
      name: "no answer within the cap", settings: #""drain_time":"200ms""#,
      act: { _ = $0.waitForEnd() }, end: "client_left", ending: "client_left_drain_capped"),
  ]

  /// Heard to its end, and no other key is asked and billed for nobody; the key's health learns
  /// what there was to learn.
  @Test(arguments: orphans)
  func afterItsClientHasLeftARequestIsNotTriedAgain(_ orphan: Orphan) throws {
    let isGone = Guarded(false)
    let bench = try TestBench(AttemptTests.options(settings: orphan.settings)) { call in
      while !isGone.withLock({ $0 }) { usleep(2_000) }
      usleep(50_000)
      orphan.act(call)
    }
    defer { bench.stop() }
    try bench.perform("user.set", ["name": "ada", "disconnect": "drain"])
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try eventually("the request is there") { bench.upstream.requests.count == 1 }
    client.close()
    isGone.withLock { $0 = true }
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "abandoned")
    let anomalies = receipt["anomalies"]?.array?.compactMap(\.string) ?? []
    #expect(anomalies.first == orphan.ending)
    #expect(anomalies.filter { $0.hasPrefix("client_left") }.count <= 1)
    #expect(receipt["attempts"] == 1)
    #expect(bench.upstream.requests.count == 1)
    let id = try #require(receipt["request_id"]?.string)
    let account = try bench.perform("request.show", ["id": .string(id)])
    #expect(account.at("request.attempt_list.0.end")?.string == orphan.end)
    if let state = orphan.state {
      let states = try Self.keys(bench).compactMap { $0["state"]?.string }
      #expect(states.contains(state), "\(states)")
    }
  }

  // MARK: every row says so

  @Test(arguments: ["cancel", "drain"])
  func leavingWhileTheBodyIsReadIsSaid(_ policy: String) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try bench.perform("user.set", ["name": "ada", "disconnect": .string(policy)])
    let client = try bench.client()
    client.send(String(Ask.chat().dropLast(5)))
    try eventually("it is connected") { bench.server.node.openConnections == 1 }
    client.close()
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "abandoned")
    #expect(receipt["anomalies"]?.text == #"["client_left"]"#)
    #expect(bench.upstream.requests.isEmpty)
  }

  @Test(arguments: ["cancel", "drain"])
  func leavingTheLineIsSaid(_ policy: String) throws {
    let settings = #""queue_wait":"60s""#
    let bench = try TestBench(AttemptTests.options(keys: 1, settings: settings)) {
      $0.answer(429, Said.rateLimited, fields: ["retry-after: 30"])
    }
    defer { bench.stop() }
    try bench.perform("user.set", ["name": "ada", "disconnect": .string(policy)])
    let client = try bench.client()
    client.send(Ask.chat())
    try eventually("the key cools") { try Self.keys(bench).first?["state"]?.string == "cooling" }
    client.close()
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "abandoned")
    #expect(receipt["anomalies"]?.text == #"["client_left"]"#)
    #expect(receipt["attempts"] == 1)
    #expect(bench.upstream.requests.count == 1)
  }
}
