import Store
import HTTP
import Foundation
import JSON
import Network
import Locks
import Testing

@testable import Server

@Suite("A running server", .timeLimit(.minutes(10)))
struct RunningServerTests {
  @Test func saysHowItIsDoing() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.get("/readyz"))
    #expect(try client.answer().status == 200)
    let socket = RawClient(try TestSocket(path: bench.installation.directory.socketPath))
    socket.send(AdminSocketTests.request(#"{"operation":"status"}"#))
    let status = try #require(try socket.answer().json["result"])
    #expect(status["running"] == true)
    #expect(status["pid"] == .int(Int64(getpid())))
    #expect(status["listen"]?.text == "[\"http://127.0.0.1:\(bench.port)\"]")
    #expect(status["connections"] == 1)
    #expect(status["draining"] == false)
    #expect(status["started_at"]?.string?.hasSuffix("Z") == true)
    #expect(bench.server.addresses.map(\.port) == [bench.port])
  }

  /// The answer under way is finished and idle connections end at once; new ones find nobody.
  @Test func drainingLetsTheRunningAnswerFinish() throws {
    let mayEnd = Guarded(false)
    let bench = try TestBench { call in
      call.beginStream()
      call.chunk(Said.hello)
      for _ in 0..<5_000 where !mayEnd.withLock({ $0 }) { usleep(1_000) }
      call.chunk(Said.stop)
      call.chunk(Said.done)
      call.endStream()
    }
    defer { bench.stop() }
    let idle = try bench.client()
    idle.send(Ask.get("/healthz"))
    #expect(try idle.answer().status == 200)
    let busy = try bench.client()
    busy.send(Ask.chat(stream: true))
    try busy.wait(for: "hello")
    let stopped = Latch(1)
    let server = bench.server
    try Network.Thread.start(name: "stop") {
      server.stop()
      stopped.countDown()
    }
    #expect(try idle.rest() == "")
    try eventually("nobody listens") {
      guard let late = try? bench.client() else { return true }
      late.close()
      return false
    }
    #expect(server.node.isDraining)
    mayEnd.withLock { $0 = true }
    let answer = try busy.answer()
    #expect(answer.isWhole)
    #expect(answer.text == Said.hello + Said.stop + Said.done)
    #expect(try busy.rest() == "")
    stopped.wait()
    #expect(try bench.receipts()[0]["outcome"]?.string == "served")
  }

  @Test func drainingEndsAtItsTime() throws {
    var options = TestBench.Options()
    options.configure = { $0.drainTimeout = .milliseconds(300) }
    let bench = try TestBench(options) { call in
      call.beginStream()
      call.chunk(Said.hello)
      _ = call.waitForEnd()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: "hello")
    let start = ContinuousClock.now
    bench.server.stop()
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func certificatesThatAreMissingAreAClearError() throws {
    let error = #expect(throws: OperationFailure.self) {
      var options = TestBench.Options()
      options.configure = {
        $0.tlsFiles = .init(certificate: "/nowhere/cert.pem", key: "/nowhere/key.pem")
      }
      _ = try TestBench(options)
    }
    #expect(error?.code == "tls")
    #expect(error?.message.contains("/nowhere/cert.pem") == true)
  }

  @Test func anAddressThatIsNotOursIsAClearError() throws {
    let error = #expect(throws: OperationFailure.self) {
      var options = TestBench.Options()
      // TEST-NET-3 (RFC 5737) is nobody's.
      options.configure = {
        $0.listen = [SocketAddress(literal: "203.0.113.1", port: 9)].compactMap { $0 }
      }
      _ = try TestBench(options)
    }
    #expect(error?.code == "system")
  }
}
