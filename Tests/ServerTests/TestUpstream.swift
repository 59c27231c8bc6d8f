import Locks
import Foundation
import Glibc
import Synchronization
import Testing

/// A provider in this process that does with each request what its script says.
///
/// Each connection has a thread. Requests for the list of models, which are probes of ours, are
/// answered and kept apart.
final class TestUpstream: Sendable {
  typealias Script = @Sendable (UpstreamCall) -> Void

  let port: UInt16
  private let listener: Int32
  private let seen = Guarded<[Seen]>([])
  private let probed = Guarded<[String]>([])
  private let connections = Atomic<Int>(0)

  struct Seen: Sendable {
    /// Head and body, byte for byte.
    let raw: String
    /// From 1, in the order in which the connections came.
    let connection: Int
  }

  init(_ script: @escaping Script) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let status = bind(descriptor, $0, length)
        getsockname(descriptor, $0, &length)
        return status
      }
    }
    try #require(status == 0)
    try #require(listen(descriptor, 64) == 0)
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Foundation.Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0, let self else {
          Glibc.close(descriptor)
          return
        }
        let number = self.connections.add(1, ordering: .relaxed).newValue
        Foundation.Thread.detachNewThread { [weak self] in
          let socket = TestSocket(adopting: connection)
          while let request = Self.read(socket) {
            guard let call = self?.call(request, socket, number) else { return }
            script(call)
            if call.isOver { return }
          }
        }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Every request but the probes, in order.
  var requests: [Seen] { seen.withLock { $0 } }
  var probes: [String] { probed.withLock { $0 } }
  var connectionCount: Int { connections.load(ordering: .relaxed) }

  private func call(_ request: [UInt8], _ socket: TestSocket, _ connection: Int) -> UpstreamCall? {
    let text = String(decoding: request, as: UTF8.self)
    if text.hasPrefix("GET "), text.prefix(80).contains("/models") {
      probed.withLock { $0.append(text) }
      socket.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
      return nil
    }
    let number = seen.withLock { seen in
      seen.append(Seen(raw: text, connection: connection))
      return seen.count
    }
    return UpstreamCall(text, number: number, connection: connection, on: socket)
  }

  /// A head and as much body as it announces; nil when the connection has ended.
  private static func read(_ socket: TestSocket) -> [UInt8]? {
    var request: [UInt8] = []
    while let more = try? socket.receive() {
      request += more
      let text = String(decoding: request, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let length =
        text[..<end.lowerBound].lowercased().components(separatedBy: "\r\n")
        .first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
      if text[end.upperBound...].utf8.count >= length { return request }
    }
    return nil
  }
}

/// One request at the provider, and what can be done about it; belongs to its connection's thread.
final class UpstreamCall {
  /// Head and body, byte for byte.
  let text: String
  /// From 1, over all connections.
  let number: Int
  let connection: Int
  let socket: TestSocket
  /// The script has ended the connection.
  private(set) var isOver = false

  init(_ text: String, number: Int, connection: Int, on socket: TestSocket) {
    self.text = text
    self.number = number
    self.connection = connection
    self.socket = socket
  }

  var body: String { text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "" }

  /// Which of the provider's keys it came with.
  func has(_ key: String) -> Bool { text.contains(key) }

  func send(_ text: String) { socket.send(text) }

  func answer(_ status: Int = 200, _ body: String = Said.whole, fields: [String] = []) {
    var head = "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\n"
    for field in fields { head += field + "\r\n" }
    send(head + "content-length: \(body.utf8.count)\r\n\r\n" + body)
  }

  func beginStream(type: String = "text/event-stream") {
    send("HTTP/1.1 200 OK\r\ncontent-type: \(type)\r\ntransfer-encoding: chunked\r\n\r\n")
  }

  func chunk(_ text: String) {
    send(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
  }

  func endStream() { send("0\r\n\r\n") }

  func stream(_ events: [String]) {
    beginStream()
    for event in events { chunk(event) }
    endStream()
  }

  func close() {
    isOver = true
    socket.close()
  }

  func abort() {
    isOver = true
    socket.abort()
  }

  /// Waits until the appliance ends the connection; false if it does not.
  func waitForEnd() -> Bool {
    isOver = true
    do {
      while try socket.receive() != nil {}
      return true
    } catch {
      return false
    }
  }
}

/// What providers say in these tests.
enum Said {
  static let whole =
    #"{"id":"c1","object":"chat.completion","model":"m","choices":[{"index":0,"message":"#
    + #"{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"#
    + #""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#

  static let rateLimited =
    #"{"error":{"message":"Slow down","type":"requests","code":"rate_limit_exceeded"}}"#
  static let clientFault =
    #"{"error":{"message":"Bad max_tokens","type":"invalid_request_error","code":"bad_value"}}"#

  static func delta(_ delta: String, finish: String = "null", usage: String = "") -> String {
    #"data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"#
      + #""delta":{\#(delta)},"finish_reason":\#(finish)}]\#(usage)}"# + "\n\n"
  }

  static let role = delta(#""role":"assistant","content":"""#)
  static let hello = delta(#""content":"hello""#)
  static let stop = delta("", finish: #""stop""#)
  static let usage =
    #"data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[],"#
    + #""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"# + "\n\n"
  static let done = "data: [DONE]\n\n"
}
