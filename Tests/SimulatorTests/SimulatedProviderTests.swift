import JSON
import Testing

@testable import Simulator

@Suite("The simulated provider")
struct SimulatedProviderTests {
  @Test func failsWhenToldTo() throws {
    let chat = try call("POST /v1/chat/completions", body: ask("x"))
    #expect(answer(to: chat, behaviour: try behaviour("503")).status == 503)
    #expect(
      answer(to: chat, behaviour: try behaviour("quota")).json["error"]?["code"]
        == "insufficient_quota")
  }

  @Test func refusesTheUsageOptionWhenToldTo() throws {
    let more: JSONValue = ["stream": true, "stream_options": ["include_usage": true]]
    let chat = try call("POST /v1/chat/completions", body: ask("x", more))
    let refused = answer(to: chat, behaviour: try behaviour("refuse-usage"))
    #expect(refused.status == 400)
    #expect(refused.json["error"]?["param"] == "stream_options")
    let plain = try call("POST /v1/chat/completions", body: ask("x"))
    #expect(answer(to: plain, behaviour: try behaviour("refuse-usage")).status == 200)
  }

  @Test func echoesForTestsOfPassingThrough() throws {
    let json = answer(to: try call("PUT /v1/echo/a?b=c", body: ["x": 1])).json
    #expect(
      json == [
        "method": "PUT", "path": "/v1/echo/a", "query": "b=c", "body_bytes": 7,
        "body": #"{"x":1}"#,
      ])
  }

  @Test(arguments: [
    "POST /v1/nothing", "PUT /v1/chat/completions", "POST /v1beta/models/m:nothing",
  ])
  func doesNotKnowOtherRoutes(line: String) throws {
    #expect(answer(to: try call(line, body: ask("x"))).status == 404)
  }

  @Test func wantsAModel() throws {
    let answer = answer(to: try call("POST /v1/chat/completions", body: ["messages": []]))
    #expect(answer.status == 400)
  }
}
