import Network
import Testing

@testable import Simulator

@Suite("The simulator")
struct SimulatorTests {
  @Test func takesAFreePort() throws {
    let address = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
    let simulator = try Simulator.start(SimulatorOptions(), at: address)
    defer { simulator.stop() }
    #expect(simulator.port > 0)
    let taken = try #require(SocketAddress(literal: "127.0.0.1", port: simulator.port))
    #expect(throws: SystemError.self) { try Simulator.start(SimulatorOptions(), at: taken) }
  }
}
