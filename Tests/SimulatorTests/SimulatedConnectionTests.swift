import Foundation
import Glibc
import Network
import Testing

@testable import Simulator

@Suite("Connections of the simulator")
struct SimulatedConnectionTests {
  /// Sends bytes to a fresh simulator and reads until it closes or `until` has come.
  private func exchange(
    _ text: String, options: SimulatorOptions = SimulatorOptions(), until: String? = nil
  ) throws -> String {
    let address = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
    let simulator = try Simulator.start(options, at: address)
    defer { simulator.stop() }
    return try talk(to: simulator.port, text, until: until)
  }

  private func request(_ model: String, stream: Bool = false) -> String {
    let body =
      #"{"model":"\#(model)","stream":\#(stream),"messages":[{"role":"user","content":"hi"}]}"#
    return "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer k\r\n"
      + "connection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func answersAndKeepsAlive() throws {
    let first = request("sim-small").replacingOccurrences(of: "connection: close\r\n", with: "")
    let text = try exchange(first + request("sim-small"))
    #expect(text.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 3)
  }

  @Test func endsAStreamInOrder() throws {
    let text = try exchange(request("sim-small;interval=0", stream: true))
    #expect(text.contains("transfer-encoding: chunked"))
    #expect(text.hasSuffix("data: [DONE]\n\n\r\n0\r\n\r\n"))
  }

  @Test func cutsAStreamWithoutItsLastChunk() throws {
    let text = try exchange(request("sim-small;interval=0;cut=2", stream: true))
    #expect(text.components(separatedBy: "data: ").count == 3)
    #expect(!text.hasSuffix("0\r\n\r\n"))
  }

  @Test func stallsInTheMiddle() throws {
    let text = try exchange(
      request("sim-small;interval=0;stall=2", stream: true), until: "\"You\"")
    #expect(text.components(separatedBy: "data: ").count == 3)
  }

  @Test func sendsAnErrorInTheMiddle() throws {
    let text = try exchange(request("sim-small;interval=0;error-event=2", stream: true))
    #expect(text.contains(#"data: {"error":{"message":"The simulator was told"#))
    #expect(!text.contains("[DONE]"))
  }

  @Test func dropsTheConnection() throws {
    #expect(try exchange(request("sim-small;drop")).isEmpty)
  }

  @Test func answersGarbage() throws {
    #expect(try !exchange(request("sim-small;garbage")).contains("HTTP/1.1"))
    #expect(try exchange(request("sim-small;garbage-body")).contains("{\"no\": ]["))
  }

  @Test func floodsWithHeaders() throws {
    #expect(try exchange(request("sim-small;headers")).utf8.count > 19 * 1_048_576)
  }

  @Test func refusesUnknownDirectives() throws {
    let text = try exchange(request("sim-small;nonsense"))
    #expect(text.hasPrefix("HTTP/1.1 400"))
    #expect(text.contains("does not understand"))
  }

  @Test func wantsAKey() throws {
    let text = request("sim-small").replacingOccurrences(
      of: "authorization: Bearer k\r\n", with: "")
    #expect(try exchange(text).hasPrefix("HTTP/1.1 401"))
  }

  @Test func letsTheClientSendItsBody() throws {
    let text = request("sim-small").replacingOccurrences(
      of: "host: a\r\n", with: "host: a\r\nexpect: 100-continue\r\n")
    #expect(try exchange(text).hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
  }

  @Test func noticesThatTheClientLeft() throws {
    let address = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
    let simulator = try Simulator.start(SimulatorOptions(), at: address)
    defer { simulator.stop() }
    _ = try talk(to: simulator.port, request("sim-small;hang"), milliseconds: 50)
    let control = "GET /_simulator/counters HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    for _ in 0..<200 {
      let text = try talk(to: simulator.port, control)
      if text.contains(#""client_left":1"#) { return }
      usleep(10_000)
    }
    Issue.record("the simulator did not notice within two seconds")
  }
}

/// A blocking client: connects, writes, reads until the end, `until`, or the time is over.
func talk(
  to port: UInt16, _ text: String, until: String? = nil, milliseconds: Int = 10_000
) throws -> String {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var wait = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
  setsockopt(
    descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let status = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  try #require(status == 0)
  let bytes = Array(text.utf8)
  try #require(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
  var out: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1_048_576)
  while true {
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { break }
    out += chunk[..<count]
    if let until, String(decoding: out, as: UTF8.self).contains(until) { break }
  }
  return String(decoding: out, as: UTF8.self)
}
