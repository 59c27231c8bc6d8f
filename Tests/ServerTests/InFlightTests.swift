import Foundation
import HTTP
import JSON
import Locks
import Testing

@testable import Server

@Suite("Breaking off what is under way", .timeLimit(.minutes(10)))
struct InFlightTests {
  /// A bench whose provider has begun a stream and waits.
  private static func withStream(_ body: (TestBench, RawClient) throws -> Void) throws {
    let isOver = Guarded(false)
    let bench = try TestBench { call in
      call.beginStream()
      call.chunk(Said.hello)
      for _ in 0..<5_000 where !isOver.withLock({ $0 }) { usleep(1_000) }
      call.endStream()
    }
    defer {
      isOver.withLock { $0 = true }
      bench.stop()
    }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: "hello")
    try body(bench, client)
  }

  private static func cut(
    _ bench: TestBench, _ operation: String, _ arguments: JSONValue
  ) throws
    -> JSONValue
  {
    let administration = Administration(installation: bench.installation, cut: bench.server.cut)
    return try administration.perform(operation, arguments)
  }

  @Test func aStreamEndsWithAnError() throws {
    try Self.withStream { bench, client in
      let told = try Self.cut(
        bench, "user.set", ["name": "ada", "status": "suspended", "now": true])
      #expect(told["cut"] == 1)
      let rest = try client.rest()
      #expect(rest.contains("user_suspended"), "\(rest)")
      #expect(!rest.contains("[DONE]"))
      let receipt = try bench.receipts()[0]
      #expect(receipt["outcome"] == "cut")
      #expect(receipt["anomalies"]?.array?.contains("cut_by_operator") == true, "\(receipt.text)")
      let again = try Self.cut(
        bench, "user.set", ["name": "ada", "status": "suspended", "now": true])
      #expect(again["cut"] == 0)
    }
  }

  /// Others are not broken off: another token, another user.
  @Test func othersGoOn() throws {
    try Self.withStream { bench, _ in
      try bench.perform("token.add", ["user": "ada", "label": "other"])
      for (operation, arguments) in [
        ("token.set", ["user": "ada", "label": "other", "level": 1, "now": true]),
        ("token.remove", ["user": "ada", "label": "other", "now": true]),
        ("user.add", ["name": "eve"]),
        ("user.set", ["name": "eve", "status": "suspended", "now": true]),
      ] as [(String, JSONValue)] {
        #expect(try Self.cut(bench, operation, arguments)["cut"] ?? 0 == 0)
      }
      #expect(
        try Self.cut(bench, "token.remove", ["user": "ada", "label": "laptop", "now": true])["cut"]
          == 1)
    }
  }

  /// Whoever may still send something is told to send it again, by the rules as they are now.
  @Test(
    arguments: [
      ("user.set", ["name": "ada", "models": ["other"], "now": true], "overloaded"),
      ("token.set", ["user": "ada", "label": "laptop", "level": 1, "now": true], "overloaded"),
      (
        "token.set", ["user": "ada", "label": "laptop", "expires_at_ms": 1, "now": true],
        "invalid_api_key"
      ),
    ] as [(String, JSONValue, String)])
  func anyChangeMayBreakOff(operation: String, arguments: JSONValue, code: String) throws {
    try Self.withStream { bench, client in
      #expect(try Self.cut(bench, operation, arguments)["cut"] == 1)
      let rest = try client.rest()
      #expect(rest.contains(code), "\(rest)")
    }
  }

  /// Without a server there is nothing to break off.
  @Test func aloneThereIsNothing() throws {
    let desk = try TestDesk.furnished()
    let told = try desk.perform("user.set", #"{"name":"ada","status":"suspended","now":true}"#)
    #expect(told["cut"] == 0)
  }
}
