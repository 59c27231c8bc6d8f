import Glibc
import Network
import Testing

/// Runs `body` as a task of a loop on a thread of its own and waits for its result.
func onLoop<Value: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Value
) async throws -> Value {
  let loop = try EventLoop()
  try loop.start(name: "test")
  defer { loop.stop() }
  return try await Task.detached(executorPreference: loop) { try await body(loop) }.value
}

/// Two connected sockets: one on the loop, the other a plain descriptor that blocks.
func socketPair(on loop: EventLoop) throws -> (StreamSocket, peer: Int32) {
  var pair: [Int32] = [-1, -1]
  try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
  let flags = fcntl(pair[0], F_GETFL, 0)
  try #require(fcntl(pair[0], F_SETFL, flags | O_NONBLOCK) == 0)
  return (try StreamSocket(adopting: pair[0], on: loop), pair[1])
}
