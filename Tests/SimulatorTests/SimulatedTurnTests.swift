import JSON
import Testing

@testable import Simulator

@Suite("What the simulated model says")
struct SimulatedTurnTests {
  static let tool: JSONValue = [
    "type": "function",
    "function": [
      "name": "weather",
      "parameters": [
        "type": "object",
        "properties": [
          "city": ["type": "string"], "days": ["type": "integer"],
          "unit": ["enum": ["c", "f"]], "more": ["type": "array", "items": ["type": "boolean"]],
        ],
      ],
    ],
  ]

  private func turn(_ more: JSONValue, prompt: String = "hello") throws -> SimulatedTurn {
    SimulatedTurn(
      try call("POST /v1/chat/completions", body: ask(prompt, more)), model: "sim",
      behaviour: Behaviour(), serial: 1, createdSeconds: 1)
  }

  @Test func callsATool() throws {
    let forced = try turn(["tools": [Self.tool], "tool_choice": "required"])
    #expect(forced.tool?.name == "weather")
    #expect(
      forced.tool?.arguments == #"{"city":"sim","days":7,"unit":"c","more":[true]}"#)
    #expect(try turn(["tools": [Self.tool]], prompt: "Call the tool!").tool != nil)
    #expect(try turn(["tools": [Self.tool]]).tool == nil)
    #expect(
      try turn(["tools": [Self.tool], "tool_choice": "none"], prompt: "call the tool").tool == nil)
  }

  @Test func obeysTheLimitOfEveryDialect() throws {
    for more in [
      ["max_tokens": 3], ["max_completion_tokens": 3], ["max_output_tokens": 3],
      ["generationConfig": ["maxOutputTokens": 3]],
    ] as [JSONValue] {
      let turn = try turn(more)
      #expect(turn.isCut)
      #expect(turn.visibleTokens <= 3)
    }
  }

  @Test func tellsBadNumbersWhenToldTo() throws {
    let body = ask("x")
    func told(_ directives: String) throws -> JSONValue {
      SimulatedTurn(
        try call("POST /v1/chat/completions", body: body), model: "sim",
        behaviour: try behaviour(directives), serial: 1, createdSeconds: 1
      ).told(5)
    }
    #expect(try told("usage=max") == .number("9223372036854775808"))
    #expect(try told("usage=negative") == .number("-1"))
    #expect(try told("usage=none") == .number("5"))
  }
}
