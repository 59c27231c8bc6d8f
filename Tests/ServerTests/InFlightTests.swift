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

  /// Who may go on is not broken off: `now` with a change that takes no right away, another token.
  @Test func whoMayGoOnGoesOn() throws {
    try Self.withStream { bench, _ in
      for (operation, arguments) in [
        ("user.set", ["name": "ada", "level": 1, "now": true]),
        ("token.set", ["user": "ada", "label": "laptop", "level": 1, "now": true]),
      ] as [(String, JSONValue)] {
        #expect(try Self.cut(bench, operation, arguments)["cut"] == 0)
      }
      try bench.perform("token.add", ["user": "ada", "label": "other"])
      #expect(
        try Self.cut(bench, "token.remove", ["user": "ada", "label": "other", "now": true])["cut"]
          == 0)
      #expect(
        try Self.cut(bench, "token.remove", ["user": "ada", "label": "laptop", "now": true])["cut"]
          == 1)
    }
  }

  /// Without a server there is nothing to break off.
  @Test func aloneThereIsNothing() throws {
    let desk = try TestDesk.furnished()
    let told = try desk.perform("user.set", #"{"name":"ada","status":"suspended","now":true}"#)
    #expect(told["cut"] == 0)
  }
}
