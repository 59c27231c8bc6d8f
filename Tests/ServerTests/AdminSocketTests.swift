import Store
import HTTP
import Foundation
import JSON
import Network
import Testing

@testable import Server

@Suite("The socket of the administration", .timeLimit(.minutes(10)))
struct AdminSocketTests {
  static func request(_ body: String, fields: String = "") -> String {
    "POST /admin/v1/operations HTTP/1.1\r\nhost: localhost\r\n\(fields)"
      + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  /// A socket whose handler answers what it was asked.
  private static func with(_ body: (_ path: String) throws -> Void) throws {
    let folder = try TestFolder()
    let loop = try EventLoop()
    try loop.start(name: "control")
    defer { loop.stop() }
    let path = folder.path + "/a.sock"
    try AdminSocket(loop: loop) { body, _ in
      (body.isEmpty ? 400 : 200, Array("echo ".utf8) + body)
    }.start(path: path)
    try body(path)
  }

  @Test func answersOneRequestAConnection() throws {
    try Self.with { path in
      #expect(
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
      for text in ["a", "b"] {
        let client = RawClient(try TestSocket(path: path))
        client.send(Self.request(text) + Self.request("never"))
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.text == "echo \(text)")
        #expect(answer.field("connection") == "close")
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4_096])
  func readsARequestInPieces(_ pieceBytes: Int) throws {
    try Self.with { path in
      let client = RawClient(try TestSocket(path: path))
      var rest = Array(Self.request("hello there").utf8)[...]
      while !rest.isEmpty {
        client.socket.send(Array(rest.prefix(pieceBytes)))
        rest = rest.dropFirst(pieceBytes)
      }
      #expect(try client.answer().text == "echo hello there")
    }
  }

  @Test func takesChunksAndSaysContinue() throws {
    try Self.with { path in
      let client = RawClient(try TestSocket(path: path))
      client.send(
        "POST /admin/v1/operations HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n"
          + "transfer-encoding: chunked\r\n\r\n")
      #expect(try client.answer().status == 100)
      client.send("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
      #expect(try client.answer().text == "echo abc")
    }
  }

  @Test(arguments: [
    "GET /admin/v1/operations HTTP/1.1\r\nhost: a\r\n\r\n",
    "POST /admin/v1/operation HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
  ])
  func nothingElseIsThere(_ request: String) throws {
    try Self.with { path in
      let client = RawClient(try TestSocket(path: path))
      client.send(request)
      let answer = try client.answer()
      #expect(answer.status == 404)
      #expect(answer.json.at("error.code")?.string == "invalid")
    }
  }

  @Test func garbageEndsTheConnection() throws {
    try Self.with { path in
      let client = RawClient(try TestSocket(path: path))
      client.send("\u{1}\u{2}\r\n\r\n")
      #expect(try client.rest() == "")
      let again = RawClient(try TestSocket(path: path))
      again.send(Self.request("x"))
      #expect(try again.answer().text == "echo x")
    }
  }

  /// Operations block; one must not keep another from being done.
  @Test func operationsRunBesideEachOther() throws {
    let folder = try TestFolder()
    let loop = try EventLoop()
    try loop.start(name: "control")
    defer { loop.stop() }
    let path = folder.path + "/a.sock"
    let both = Latch(2)
    try AdminSocket(loop: loop) { body, _ in
      both.countDown()
      both.wait()
      return (200, body)
    }.start(path: path)
    let clients = try (0..<2).map { _ in RawClient(try TestSocket(path: path)) }
    for client in clients { client.send(Self.request("x")) }
    for client in clients { #expect(try client.answer().text == "x") }
  }

  @Test func aRunningApplianceTakesOperations() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = RawClient(try TestSocket(path: bench.installation.directory.socketPath))
    client.send(
      Self.request(#"{"operation":"user.set","arguments":{"name":"ada","status":"suspended"}}"#))
    #expect(try client.answer().json.at("result.user.status")?.string == "suspended")
    #expect(try bench.ask(Ask.chat()).status == 403)
  }
}
