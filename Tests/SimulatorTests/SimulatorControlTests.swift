import JSON
import Testing

@testable import Simulator

@Suite("The simulator's control")
struct SimulatorControlTests {
  @Test func setsReadsAndResets() throws {
    let state = SimulatorState(options: .init(), port: 1)
    func send(_ line: String, _ body: JSONValue? = nil) throws -> SimulatedAnswer {
      SimulatorControl.answer(try call(line, body: body), state)
    }
    state.begin(key: "k", head: "", body: [])
    #expect(try send("GET /_simulator/counters").json["keys"]?["k"]?["requests"] == 1)
    #expect(try send("GET /_simulator/requests").json["requests"]?.array?.count == 1)
    #expect(try send("POST /_simulator/failures", ["failures": [["do": "500"]]]).status == 200)
    #expect(state.behaviour(key: "k", model: "m", directives: .init()).status == 500)
    #expect(try send("POST /_simulator/failures", ["failures": [["do": "odd"]]]).status == 400)
    #expect(try send("POST /_simulator/reset").status == 200)
    #expect(try send("GET /_simulator/counters").json["keys"] == [:])
    #expect(try send("GET /_simulator/nothing").status == 404)
    _ = try send("GET /_simulator/redirected")
    #expect(state.redirectsFollowed == 1)
  }
}
