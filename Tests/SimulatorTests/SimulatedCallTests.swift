import JSON
import Testing

@testable import Simulator

@Suite("A call of the simulator")
struct SimulatedCallTests {
  @Test(arguments: [
    ("POST /v1/chat/completions", "authorization: Bearer a b", "a b"),
    ("POST /v1/messages", "x-api-key: k1", "k1"),
    ("POST /openai/v1/responses", "api-key: k2", "k2"),
    ("POST /v1beta/models/m:generateContent", "x-goog-api-key: k3", "k3"),
    ("POST /v1beta/models/m:generateContent?alt=sse&key=k%204", "x-a: b", "k 4"),
  ])
  func findsItsKey(line: String, field: String, key: String) throws {
    #expect(try call(line, fields: [field]).key == key)
  }

  @Test func findsNoKey() throws {
    #expect(try call("GET /v1/models", fields: ["authorization: Basic x"]).key == nil)
  }

  @Test(arguments: [
    ("POST /v1/chat/completions", "sim;cut=1"),
    ("POST /v1beta/models/sim%3Bcut=1:countTokens", "sim;cut=1"),
    ("POST /openai/deployments/dep/chat/completions?api-version=1", "dep"),
  ])
  func findsItsModel(line: String, model: String) throws {
    let body: JSONValue = line.contains("/v1/") ? ["model": "sim;cut=1"] : [:]
    #expect(try call(line, body: body).modelWithDirectives == model)
  }

  @Test(arguments: [
    ("POST /v1/chat/completions", SimulatedDialect.openai), ("POST /v1/messages", .anthropic),
    ("POST /v1/messages/count_tokens", .anthropic), ("GET /v1/models", .openai),
    ("POST /v1beta/models/m:generateContent", .gemini),
    ("POST /v1/models/m:streamGenerateContent", .gemini),
    ("POST /v1beta/openai/chat/completions", .openai),
  ])
  func knowsItsDialect(line: String, dialect: SimulatedDialect) throws {
    #expect(try call(line).dialect == dialect)
  }

  @Test func knowsItsDialectByItsFields() throws {
    #expect(try call("GET /v1/models", fields: ["anthropic-version: 1"]).dialect == .anthropic)
    #expect(try call("GET /v1/models", fields: ["x-goog-api-key: 1"]).dialect == .gemini)
  }
}
