import Testing

@testable import Simulator

@Suite("Rules of the simulator")
struct SimulatorOptionsTests {
  @Test func readAKeyRule() throws {
    let rule = try #require(SimulatorOptions.KeyRule("sk:bad:429,retry-after=2"))
    #expect(rule.substring == "sk:bad")
    #expect(rule.behaviour == (try behaviour("429;retry-after=2")))
    for text in ["", "429", ":429", "sk-bad:nonsense"] {
      #expect(SimulatorOptions.KeyRule(text) == nil, "\(text)")
    }
  }

  @Test func readARateRule() throws {
    let rule = try #require(SimulatorOptions.RateRule("0.25:500"))
    #expect(rule.share == 0.25)
    for text in ["", "2:500", "-0.1:500", "half:500", "0.5", "0.5:nonsense"] {
      #expect(SimulatorOptions.RateRule(text) == nil, "\(text)")
    }
  }
}
