import Glibc
import Synchronization
import Testing

@testable import Network

/// Runs `body` as a task of a loop on a thread of its own and waits for its result.
func onLoop<Value: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Value
) async throws -> Value {
  let loop = try EventLoop()
  try loop.start(name: "test")
  defer { loop.stop() }
  return try await Task.detached(executorPreference: loop) { try await body(loop) }.value
}

func connected(_ listener: Listener, _ loop: EventLoop) async throws -> (StreamSocket, StreamSocket)
{
  let address = try #require(SocketAddress(literal: "127.0.0.1", port: listener.port))
  let client = try await Connector.connect(
    to: [address], allowsPrivate: true, on: loop, orGone: nil, until: loop.now + .seconds(5))
  return (client, try await listener.accept())
}

@Suite("Stream sockets on a loop")
struct StreamSocketTests {
  static let loopback = SocketAddress(bytes: [127, 0, 0, 1], port: 0)

  @Test func carriesMoreThanTheKernelBuffers() async throws {
    let count = try await onLoop { loop in
      let listener = try Listener(
        on: try #require(Self.loopback), sharesPort: false, loop: loop)
      let (client, server) = try await connected(listener, loop)
      let sent = [UInt8](repeating: 7, count: 8_000_000)
      let deadline = loop.now + .seconds(20)
      let port = listener.port
      let writer = Task.detached(executorPreference: loop) { [sent] in
        // The sender runs on the same loop as the reader: each suspends for the other.
        let address = try #require(SocketAddress(literal: "127.0.0.1", port: port))
        let sender = try await Connector.connect(
          to: [address], allowsPrivate: true, on: loop, orGone: nil, until: deadline)
        try await sender.write(sent, until: deadline)
      }
      let receiver = try await listener.accept()
      var buffer = ByteBuffer()
      var total = 0
      do {
        while true {
          try await receiver.read(into: &buffer, room: 65_536, until: deadline)
          total += buffer.count
          buffer.consume(buffer.count)
        }
      } catch StreamError.closed {}
      try await writer.value
      _ = (client, server)
      return total
    }
    #expect(count == 8_000_000)
  }

  @Test func aWaitEndsAtItsDeadline() async throws {
    let error = try await onLoop { loop -> StreamError? in
      let listener = try Listener(on: try #require(Self.loopback), sharesPort: false, loop: loop)
      let (client, server) = try await connected(listener, loop)
      var buffer = ByteBuffer()
      do {
        try await client.read(into: &buffer, until: loop.now + .milliseconds(30))
        return nil
      } catch {
        _ = server
        return error as? StreamError
      }
    }
    #expect(error == .timedOut)
  }

  @Test func aWaitEndsWhenTheCompanionLeaves() async throws {
    let error = try await onLoop { loop -> StreamError? in
      let listener = try Listener(on: try #require(Self.loopback), sharesPort: false, loop: loop)
      let (slow, slowServer) = try await connected(listener, loop)
      let (client, clientServer) = try await connected(listener, loop)
      loop.execute {}
      client.close()
      var buffer = ByteBuffer()
      do {
        try await slow.read(
          into: &buffer, orGone: clientServer, until: loop.now + .seconds(10))
        return nil
      } catch {
        _ = slowServer
        return error as? StreamError
      }
    }
    #expect(error == .peerGone)
  }

  @Test func bytesBeforeTheEndAreReadThenTheEnd() async throws {
    let (text, end) = try await onLoop { loop -> (String, StreamError?) in
      let listener = try Listener(on: try #require(Self.loopback), sharesPort: false, loop: loop)
      let (client, server) = try await connected(listener, loop)
      let deadline = loop.now + .seconds(5)
      try await client.write(Array("hello".utf8), Array(" there".utf8), until: deadline)
      client.close()
      var buffer = ByteBuffer()
      var end: StreamError?
      while end == nil {
        do { try await server.read(into: &buffer, until: deadline) } catch {
          end = error as? StreamError
        }
      }
      let bytes = Array(buffer.storage[buffer.readable])
      return (String(decoding: bytes, as: UTF8.self), end)
    }
    #expect(text == "hello there")
    #expect(end == .closed)
  }

  @Test func aClosedDescriptorGetsNoEventOfItsSuccessor() async throws {
    let isGone = try await onLoop { loop -> Bool in
      let listener = try Listener(on: try #require(Self.loopback), sharesPort: false, loop: loop)
      var last = false
      for _ in 0..<50 {
        let (client, server) = try await connected(listener, loop)
        client.close()
        let (next, nextServer) = try await connected(listener, loop)
        await loop.yield()
        last = last || next.isPeerGone || nextServer.isPeerGone
        _ = server
      }
      return last
    }
    #expect(!isGone)
  }

  /// What has come at the far end, without waiting for more.
  private static func heard(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  private static func pair(on loop: EventLoop) throws -> (StreamSocket, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    return (try StreamSocket(adopting: ends[0], on: loop), ends[1])
  }

  private static func queue(_ text: String, on socket: StreamSocket) throws -> Bool {
    try socket.queue { $0.append(contentsOf: text.utf8) }
  }

  @Test func whatIsQueuedGoesOutAtTheEndOfTheTurn() async throws {
    let heard = try await onLoop { loop -> [String] in
      let (near, far) = try Self.pair(on: loop)
      try #require(try Self.queue("a", on: near))
      try #require(try Self.queue("b", on: near))
      var heard = [Self.heard(far)]
      await loop.wait(until: loop.now + .milliseconds(1))
      heard.append(Self.heard(far))
      near.close()
      return heard
    }
    #expect(heard == ["", "ab"])
  }

  enum Sequel: CaseIterable { case write, writeBoth, finish, close, abort, shutdown }

  /// Whatever comes next, what was queued before it goes out before it.
  @Test(arguments: Sequel.allCases)
  func whatIsQueuedGoesOutBeforeWhatFollows(_ sequel: Sequel) async throws {
    let heard = try await onLoop { loop -> String in
      let (near, far) = try Self.pair(on: loop)
      let deadline = loop.now + .seconds(5)
      try #require(try Self.queue("a", on: near))
      switch sequel {
      case .write: try await near.write(Array("b".utf8), until: deadline)
      case .writeBoth: try await near.write(Array("b".utf8), Array("c".utf8), until: deadline)
      case .finish: try await near.finishSending(until: deadline)
      case .close: near.close()
      case .abort: near.abort()
      case .shutdown: near.shutdownWrites()
      }
      defer { near.close() }
      return Self.heard(far)
    }
    let more = [Sequel.write: "b", .writeBoth: "bc"][sequel] ?? ""
    #expect(heard == "a" + more)
  }

  /// A slow reader gets all of it in order, though nobody waits for it to take the last of it.
  @Test func aSlowReaderGetsWhatWasQueued() async throws {
    let (refusals, isWhole) = try await onLoop { loop -> (Int, Bool) in
      let (near, far) = try Self.pair(on: loop)
      var (sent, heard, refusals) = ("", "", 0)
      for number in 0..<20_000 {
        let text = "\(number);"
        if try Self.queue(String(repeating: text, count: 50), on: near) {
          sent += String(repeating: text, count: 50)
        } else {
          refusals += 1
          // Only now does it read a little, and nothing is written beside.
          heard += Self.heard(far)
          await loop.wait(until: loop.now + .milliseconds(1))
        }
        if refusals > 20 { break }
      }
      for _ in 0..<10_000 where heard.utf8.count < sent.utf8.count {
        heard += Self.heard(far)
        await loop.yield()
        if near.isSending { await loop.wait(until: loop.now + .milliseconds(1)) }
      }
      let isSending = near.isSending
      near.close()
      return (refusals, heard == sent && !isSending)
    }
    #expect(refusals > 0)
    #expect(isWhole)
  }

  @Test func finishingWaitsForASlowReaderAndForNoneForEver() async throws {
    let errors = try await onLoop { loop -> [StreamError?] in
      let (near, far) = try Self.pair(on: loop)
      let bytes = [UInt8](repeating: 7, count: 1_000_000)
      try #require(try near.queue { $0.append(contentsOf: bytes) })
      var errors: [StreamError?] = []
      for patience in [Duration.milliseconds(30), .seconds(5)] {
        do throws(StreamError) {
          try await near.finishSending(until: loop.now + patience)
          errors.append(nil)
        } catch { errors.append(error) }
        try Thread.start(name: "reader") {
          var (rest, buffer) = (1_000_000, [UInt8](repeating: 0, count: 65_536))
          while rest > 0 {
            var wanted = pollfd(fd: far, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 5_000) > 0 else { return }
            let count = recv(far, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            rest -= count
          }
        }
      }
      near.close()
      return errors
    }
    #expect(errors == [.timedOut, nil])
  }

  /// The peer left before the turn ended: the next word is refused, and who reads learns of it.
  @Test func aPeerThatLeftIsNoticedAfterTheTurn() async throws {
    let (first, later) = try await onLoop { loop -> (Bool, [StreamError?]) in
      let (near, far) = try Self.pair(on: loop)
      Glibc.close(far)
      let first = try Self.queue("a", on: near)
      await loop.wait(until: loop.now + .milliseconds(1))
      var later: [StreamError?] = []
      var buffer = ByteBuffer()
      do throws(StreamError) {
        try await near.read(into: &buffer, until: loop.now + .seconds(5))
      } catch { later.append(error) }
      do { _ = try Self.queue("b", on: near) } catch { later.append(error as? StreamError) }
      return (first, later)
    }
    #expect(first)
    #expect(later.first == .closed)
    #expect(later.count == 2)
  }
}
