import JSON
import Testing

@testable import Simulator

@Suite("The simulator's memory")
struct SimulatorStateTests {
  private func state(_ options: SimulatorOptions = SimulatorOptions()) -> SimulatorState {
    SimulatorState(options: options, port: 1)
  }

  @Test func failsTheKeysOfARule() throws {
    var options = SimulatorOptions()
    options.keyRules = [try #require(SimulatorOptions.KeyRule("bad:429"))]
    let state = state(options)
    #expect(state.behaviour(key: "sk-bad-1", model: "m", directives: .init()).status == 429)
    #expect(state.behaviour(key: "sk-good", model: "m", directives: .init()).status == nil)
  }

  @Test func failsAShareThatTheSeedFixes() {
    func failures(seed: UInt64) -> [Bool] {
      var options = SimulatorOptions()
      options.rateRule = SimulatorOptions.RateRule("0.3:500")
      options.seed = seed
      let state = state(options)
      return (0..<1_000).map { _ in
        state.behaviour(key: "k", model: "m", directives: .init()).status == 500
      }
    }
    let first = failures(seed: 7)
    #expect(first == failures(seed: 7))
    #expect(first != failures(seed: 8))
    #expect((250...350).contains(first.count { $0 }))
  }

  @Test func failsAsOftenAsToldAtRunTime() {
    let state = state()
    let wrong = state.setFailures([
      "failures": [
        ["key": "a", "model": "big", "do": "500", "times": 2], ["key": "a", "do": "429"],
      ]
    ])
    #expect(wrong == nil)
    let statuses = (0..<3).map { _ in
      state.behaviour(key: "sk-a", model: "big", directives: .init()).status
    }
    #expect(statuses == [500, 500, 429])
    #expect(state.behaviour(key: "sk-b", model: "big", directives: .init()).status == nil)
    #expect(state.setFailures(["failures": [["key": "a"]]]) != nil)
    state.reset()
    #expect(state.behaviour(key: "sk-a", model: "big", directives: .init()).status == nil)
  }

  @Test func countsByKey() {
    let state = state()
    state.begin(key: "a", head: "GET / HTTP/1.1\r\n\r\n", body: [1, 2])
    #expect(state.countersDocument["keys"]?["a"]?["open"] == 1)
    state.end(key: "a") { $0.statuses[200] = 1 }
    #expect(state.countersDocument["keys"]?["a"]?["open"] == 0)
    #expect(state.countersDocument["keys"]?["a"]?["bytes_in"] == 2)
    #expect(state.countersDocument["keys"]?["a"]?["statuses"] == ["200": 1])
    let shown = state.requestsDocument["requests"]?[0]
    #expect(shown?["head"] == "GET / HTTP/1.1\r\n\r\n")
    #expect(shown?["body_base64"] == "AQI=")
  }

  @Test func readsTheStagesOfAResponseFirst() {
    let state = state()
    state.store("done", id: "r", key: "a", stages: ["one", "two"])
    #expect(state.readResponse("r", key: "b") == nil)
    #expect(state.response("r", key: "a") == "done")
    let read = (0..<4).map { _ in state.readResponse("r", key: "a") }
    #expect(read == ["one", "two", "done", "done"])
  }

  @Test func keepsAResponseForItsKeyAlone() {
    let state = state()
    state.store(["id": "r"], id: "r", key: "a")
    #expect(state.response("r", key: "a") == ["id": "r"])
    #expect(state.response("r", key: "b") == nil)
    #expect(!state.removeResponse("r", key: "b"))
    #expect(state.removeResponse("r", key: "a"))
    #expect(state.response("r", key: "a") == nil)
  }
}
