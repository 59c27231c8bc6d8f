import HTTP
import Foundation
import Glibc
import JSON
import Network
import Store
import Testing

@testable import Server

/// A running appliance with one worker in front of scripted providers.
///
/// `stop` ends it: put it into a `defer`, which also keeps the bench alive as long as the test.
final class TestBench {
  let folder: TestFolder
  let installation: Installation
  let server: RunningServer
  let upstream: TestUpstream
  let lines = LogLines()
  let port: UInt16
  private var isStopped = false

  static let token = "token-of-ada-0123456789"

  struct Options {
    /// Keys `sk-upstream-1`, `sk-upstream-2` … of the provider `up`.
    var keys = 1
    var dialect = "openai"
    var basePath = "/v1"
    /// Members of the document's `settings`.
    var settings = ""
    /// Members of the provider.
    var provider = ""
    var configure: (inout ServerConfiguration) -> Void = { _ in }
  }

  init(
    _ options: Options = Options(), _ script: @escaping TestUpstream.Script = { $0.answer() }
  ) throws {
    upstream = try TestUpstream(script)
    folder = try TestFolder()
    installation = try Installation(dataPath: folder.path + "/data")
    let keys = (1...max(1, options.keys)).map {
      #"{"provider":"up","label":"key-\#($0)","secret":"sk-upstream-\#($0)"}"#
    }
    let document = """
      {"providers":[{"name":"up","dialect":"\(options.dialect)",
        "base_url":"http://127.0.0.1:\(upstream.port)\(options.basePath)"\(options.provider)}],
       "keys":[\(options.keys == 0 ? "" : keys.joined(separator: ","))],
       "users":[{"name":"ada"}],
       "tokens":[{"user":"ada","label":"laptop","secret":"\(Self.token)"}],
       "settings":{\(options.settings)}}
      """
    let administration = Administration(installation: installation)
    _ = try administration.perform("import", ["document": try JSONValue(parsing: document)])
    let address = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
    port = try Listener.probe(address)
    var configuration = ServerConfiguration(upstreamTLS: try TLSContext.client())
    configuration.listen = [try #require(SocketAddress(literal: "127.0.0.1", port: port))]
    configuration.drainTimeout = .seconds(5)
    options.configure(&configuration)
    server = try RunningServer(configuration, installation: installation, log: lines.log())
  }

  func stop() {
    guard !isStopped else { return }
    isStopped = true
    server.stop()
    installation.close()
  }

  func client(receiveBytes: Int32? = nil) throws -> RawClient {
    RawClient(try TestSocket(port: port, receiveBytes: receiveBytes))
  }

  /// A client of its own for one request.
  func ask(_ request: String, _ method: String = "POST") throws -> RawAnswer {
    let client = try client()
    client.send(request)
    return try client.answer(to: method == "HEAD" ? .head : .post)
  }

  @discardableResult
  func perform(_ operation: String, _ arguments: JSONValue = [:]) throws -> JSONValue {
    try Administration(installation: installation).perform(operation, arguments)
  }

  /// The receipts, oldest first, as soon as there are that many.
  func receipts(_ count: Int = 1) throws -> [JSONValue] {
    var rows: [JSONValue] = []
    try eventually("\(count) receipts") {
      rows = try perform("requests.list")["requests"]?.array ?? []
      return rows.count >= count
    }
    try #require(rows.count == count, "\(rows.map(\.text))")
    return rows.reversed()
  }
}

/// Waits until a condition holds, ten seconds at most.
func eventually(_ what: String, _ condition: () throws -> Bool) throws {
  let end = MonotonicTime.now() + .seconds(10)
  while !(try condition()) {
    try #require(MonotonicTime.now() < end, "\(what) did not come about")
    usleep(2_000)
  }
}

/// Requests as clients write them.
enum Ask {
  static func post(
    _ path: String, _ body: String, fields: [String] = [],
    auth: String? = "authorization: Bearer \(TestBench.token)"
  ) -> String {
    var head = "POST \(path) HTTP/1.1\r\nhost: appliance\r\ncontent-type: application/json\r\n"
    for field in [auth].compactMap({ $0 }) + fields { head += field + "\r\n" }
    return head + "content-length: \(body.utf8.count)\r\n\r\n" + body
  }

  static func chat(
    _ text: String = "hi", stream: Bool = false, extra: String = "", fields: [String] = []
  ) -> String {
    let stream = stream ? #","stream":true"# : ""
    return post(
      "/v1/chat/completions",
      #"{"model":"m","messages":[{"role":"user","content":"\#(text)"}]\#(stream)\#(extra)}"#,
      fields: fields)
  }

  static func get(_ path: String, method: String = "GET", version: String = "1.1") -> String {
    "\(method) \(path) HTTP/\(version)\r\nhost: appliance\r\n"
      + "authorization: Bearer \(TestBench.token)\r\n\r\n"
  }
}
