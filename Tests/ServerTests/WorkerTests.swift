import HTTP
import JSON
import Glibc
import Locks
import Testing

@testable import Server

@Suite("A worker", .timeLimit(.minutes(10)))
struct WorkerTests {
  /// A change is acknowledged when it holds: the next request on an open connection feels it.
  @Test func aChangeHoldsFromItsAcknowledgementOn() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    for status in ["suspended", "active", "suspended", "active"] {
      try bench.perform("user.set", ["name": "ada", "status": .string(status)])
      client.send(Ask.chat())
      #expect(try client.answer().status == (status == "active" ? 200 : 403))
    }
    try bench.perform("token.remove", ["user": "ada", "label": "laptop"])
    client.send(Ask.chat())
    #expect(try client.answer().status == 401)
  }

  /// What is under way keeps the records that it began with.
  @Test func aChangeDoesNotTouchWhatIsUnderWay() throws {
    let isGone = Guarded(false)
    let bench = try TestBench { call in
      call.beginStream()
      call.chunk(Said.hello)
      for _ in 0..<5_000 where !isGone.withLock({ $0 }) { usleep(1_000) }
      call.chunk(Said.stop)
      call.chunk(Said.done)
      call.endStream()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: "hello")
    try bench.perform("provider.remove", ["name": "up", "force": true])
    isGone.withLock { $0 = true }
    #expect(try client.answer().text == Said.hello + Said.stop + Said.done)
    #expect(try bench.ask(Ask.chat()).status == 404)
  }

  @Test func connectionsBeyondTheCapAreClosed() throws {
    var options = TestBench.Options()
    options.configure = { $0.connectionsMax = 2 }
    let bench = try TestBench(options)
    defer { bench.stop() }
    let clients = try (0..<2).map { _ in try bench.client() }
    for client in clients {
      client.send(Ask.get("/healthz"))
      #expect(try client.answer().status == 200)
    }
    #expect(try bench.client().rest() == "")
    clients[0].close()
    try eventually("a place is free") { bench.server.node.openConnections == 1 }
    #expect(try bench.ask(Ask.get("/healthz")).status == 200)
  }
}
