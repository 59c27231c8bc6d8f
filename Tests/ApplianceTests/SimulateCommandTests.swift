import Testing

@testable import Appliance

@Suite("appliance simulate")
struct SimulateCommandTests {
  @Test(arguments: [
    "simulate --listen nowhere", "simulate --listen example.com:80", "simulate --fail-key x",
    "simulate --fail-rate 2:500", "simulate --chunks many", "simulate --seed -1",
  ])
  func refusesAWrongOption(line: String) {
    #expect(TestConsole().run(line) == .usage)
  }
}
