package import Network

/// A fake provider that speaks all three dialects, for trying, testing and measuring without a key.
///
/// It is honest: it counts the tokens of what it was sent and of what it answers, by one rule
/// (`TokenCounter`). It is deterministic: the same request gets the same text. It fails only when
/// told to (`Behaviour`). Everything runs on one loop. It is not for production.
package final class Simulator: Sendable {
  /// Where it listens; the free port that was taken when port 0 was asked for.
  package let port: UInt16
  private let loop: EventLoop

  private init(port: UInt16, loop: EventLoop) {
    self.port = port
    self.loop = loop
  }

  /// Starts to listen and to answer on a thread of its own.
  package static func start(
    _ options: SimulatorOptions, at address: SocketAddress
  ) throws(SystemError) -> Simulator {
    _ = try Listener.probe(address)
    let loop = try EventLoop()
    let listener = try Listener(on: address, sharesPort: false, loop: loop)
    let port = listener.port
    let state = LoopBound(SimulatorState(options: options, port: port), on: loop)
    Task.detached(executorPreference: loop) {
      await accept(listener, state, loop)
    }
    try loop.start(name: "simulator")
    return Simulator(port: port, loop: loop)
  }

  /// Ends the loop; connections that are open stay without an answer.
  package func stop() { loop.stop() }

  private static func accept(
    _ listener: Listener, _ state: LoopBound<SimulatorState>, _ loop: EventLoop
  ) async {
    while true {
      do {
        let socket = try await listener.accept()
        let connection = SimulatedConnection(socket: socket, state: state, loop: loop)
        Task.detached(executorPreference: loop) { await connection.serve() }
      } catch {
        await loop.wait(until: loop.now + .milliseconds(100))
      }
    }
  }
}
