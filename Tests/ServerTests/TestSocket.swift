import Foundation
import Glibc
import HTTP
import JSON

/// Nothing came within the time that any of these conversations may take.
struct TestTimeout: Error {}

/// A blocking socket of a test, with deadlines on every call.
final class TestSocket {
  private(set) var descriptor: Int32

  init(adopting descriptor: Int32) {
    self.descriptor = descriptor
    var patience = timeval(tv_sec: 15, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Connects to a port of this machine; a small receive buffer makes a slow reader soon felt.
  convenience init(port: UInt16, receiveBytes: Int32? = nil) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBytes {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    self.init(adopting: descriptor)
    guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
  }

  /// Connects to a socket in the file system.
  convenience init(path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    self.init(adopting: descriptor)
    guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
  }

  deinit { close() }

  func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// Ends the connection with a reset.
  func abort() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func shutdownWrites() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Writes all of it; false when the other side is gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Writes until nobody has taken a byte for half a second, or all is gone; returns how much.
  func push(_ bytes: [UInt8]) -> Int {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), min(65_536, bytes.count - sent),
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        sent += count
        continue
      }
      guard count < 0, errno == EAGAIN else { return sent }
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&wanted, 1, 500) > 0 else { return sent }
    }
    return sent
  }

  /// The next bytes; nil at the end of the connection, in order or by a reset.
  func receive() throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { return Array(buffer.prefix(count)) }
    if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { throw TestTimeout() }
    return nil
  }
}

/// An answer as a client got it.
struct RawAnswer {
  let head: ResponseHead
  /// Status line and fields as they came.
  let headText: String
  let body: [UInt8]
  /// The body ended as its framing says, and not with the connection.
  let isWhole: Bool

  var status: Int { head.status }
  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

  func field(_ name: String) -> String? {
    let prefix = name.lowercased() + ":"
    let line = headText.components(separatedBy: "\r\n").first {
      $0.lowercased().hasPrefix(prefix)
    }
    return line.map { $0.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces) }
  }
}

/// A client that says what it is told, byte for byte.
final class RawClient {
  let socket: TestSocket
  private var buffer: [UInt8] = []

  init(_ socket: TestSocket) { self.socket = socket }

  func send(_ text: String) { socket.send(text) }
  func close() { socket.close() }

  /// The next answer; an interim one comes as an answer of its own.
  func answer(to method: HTTPMethod = .post) throws -> RawAnswer {
    var parser = ResponseHeadParser()
    while true {
      let bytes = buffer
      if let (head, consumed) = try parser.parse(bytes.span) {
        let text = String(decoding: buffer.prefix(consumed), as: UTF8.self)
        buffer.removeFirst(consumed)
        let (body, isWhole) = try body(BodyDecoder(head.framing(forRequestMethod: method)))
        return RawAnswer(head: head, headText: text, body: body, isWhole: isWhole)
      }
      guard let more = try socket.receive() else { throw POSIXError(.ECONNRESET) }
      buffer += more
    }
  }

  private func body(_ framing: BodyDecoder) throws -> ([UInt8], isWhole: Bool) {
    var decoder = framing
    var body: [UInt8] = []
    while true {
      let bytes = buffer
      let consumed = try decoder.decode(bytes.span, into: &body)
      buffer.removeFirst(consumed)
      if decoder.isFinished { return (body, true) }
      guard let more = try socket.receive() else {
        do {
          try decoder.finishedByClose()
          return (body, true)
        } catch {
          return (body, false)
        }
      }
      buffer += more
    }
  }

  /// Bytes of the wire until `text` is among them; they stay for `answer`.
  func wait(for text: String) throws {
    while String(decoding: buffer, as: UTF8.self).range(of: text) == nil {
      guard let more = try socket.receive() else { throw POSIXError(.ECONNRESET) }
      buffer += more
    }
  }

  /// Everything until the connection ends.
  func rest() throws -> String {
    while let more = try socket.receive() { buffer += more }
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }
}
