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
}
