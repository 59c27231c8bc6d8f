import Foundation
import Glibc
import Locks
import Testing

/// A server in this process that answers every connection with the bytes it was given.
final class StubServer: Sendable {
  /// What it does with one connection: gets the request, answers, and the connection is closed.
  typealias Handler = @Sendable (_ request: [UInt8], _ connection: CInt) -> Void

  let port: UInt16
  private let listener: CInt
  let requests = Guarded<[String]>([])

  /// Listens on a socket in the file system, or on a free port of 127.0.0.1.
  init(path: String? = nil, _ handler: @escaping Handler) throws {
    (listener, port) = try Self.listen(path)
    Thread.detachNewThread { [weak self, listener] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          // Here and not in `deinit`: another server could have the same number by then.
          close(listener)
          return
        }
        Thread.detachNewThread { [weak self] in
          let request = Self.read(connection)
          self?.requests.withLock { $0.append(String(decoding: request, as: UTF8.self)) }
          handler(request, connection)
          close(connection)
        }
      }
    }
  }

  private static func listen(_ path: String?) throws -> (listener: CInt, port: UInt16) {
    let listener = socket(path == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listener >= 0)
    var status: Int32 = -1
    var port: UInt16 = 0
    if let path {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let length = socklen_t(MemoryLayout<sockaddr_un>.size)
      withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          status = bind(listener, $0, length)
        }
      }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          status = bind(listener, $0, length)
          getsockname(listener, $0, &length)
        }
      }
      port = UInt16(bigEndian: address.sin_port)
    }
    try #require(status == 0)
    try #require(Glibc.listen(listener, 16) == 0)
    return (listener, port)
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(port)" }

  /// Answers every connection with the same bytes.
  convenience init(path: String? = nil, answer: String) throws {
    try self.init(path: path) { _, connection in Self.write(answer, connection) }
  }

  /// Says nothing more until the client gives up.
  static func hold(_ connection: CInt) {
    var byte: UInt8 = 0
    while recv(connection, &byte, 1, 0) > 0 {}
  }

  static func write(_ text: String, _ connection: CInt) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(
          connection, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// A head, and as much body as it announces.
  private static func read(_ connection: CInt) -> [UInt8] {
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return request }
      request += buffer.prefix(count)
      let text = String(decoding: request, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let head = text[..<end.lowerBound].lowercased()
      let length =
        head.components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
      if text[end.upperBound...].utf8.count >= length { return request }
    }
  }
}
