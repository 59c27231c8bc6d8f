import JSON
import Testing

@testable import Simulator

@Suite("Answers of the simulator")
struct SimulatedAnswerTests {
  @Test func framesEvents() {
    let plain = SimulatedAnswer.event(["a": 1])
    #expect(String(decoding: plain, as: UTF8.self) == "data: {\"a\":1}\n\n")
    let named = SimulatedAnswer.event(["a": 1], name: "x", lineEnd: "\r\n")
    #expect(String(decoding: named, as: UTF8.self) == "event: x\r\ndata: {\"a\":1}\r\n\r\n")
  }
}
