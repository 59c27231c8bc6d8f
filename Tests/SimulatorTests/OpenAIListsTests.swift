import JSON
import Testing

@testable import Simulator

@Suite("Simulated embeddings, moderations, ranks and models")
struct OpenAIListsTests {
  @Test func embed() throws {
    func embed(_ more: JSONValue) throws -> JSONValue {
      answer(to: try call("POST /v1/embeddings", body: ask("", more))).json
    }
    let json = try embed(["input": ["one two", "three"], "dimensions": 4])
    #expect(json["data"]?.array?.count == 2)
    #expect(json["data"]?[0]?["embedding"]?.array?.count == 4)
    #expect(json["usage"]?["prompt_tokens"] == 3)
    #expect(try embed(["input": [1, 2, 3]])["usage"]?["prompt_tokens"] == 3)
    let coded = try embed(["input": "x", "encoding_format": "base64"])
    #expect(coded["data"]?[0]?["embedding"]?.string?.count == 44)
  }

  @Test func moderate() throws {
    let json = answer(
      to: try call("POST /v1/moderations", body: ["input": ["good", "bad"], "model": "m"])
    ).json
    #expect(json["results"]?.array?.map { $0["flagged"] } == [false, true])
  }

  @Test func rank() throws {
    let json = answer(
      to: try call(
        "POST /v1/rerank", body: ["model": "m", "query": "q", "documents": ["a", "b"], "top_n": 1])
    ).json
    #expect(json["results"]?.array?.count == 1)
  }

  @Test func list() throws {
    let all = answer(to: try call("GET /v1/models")).json
    #expect(all["data"]?.array?.count == OpenAILists.models.count)
    #expect(answer(to: try call("GET /v1/models/sim-small")).json["id"] == "sim-small")
    #expect(answer(to: try call("GET /v1/models/none")).status == 404)
  }
}
