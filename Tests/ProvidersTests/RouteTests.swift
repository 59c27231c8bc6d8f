import HTTP
import Testing

@testable import Providers

@Suite("Routes")
struct RouteTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var fields: [String] = []
    var dialect: Dialect
    var endpoint: Endpoint
    var model: String?
    var id: String?
    var style: Route.ClientStyle = .plain
    var version: Route.GeminiVersion = .v1beta
    var part: Route.ResponsePart = .whole
    var testDescription: String { line }
  }

  static let openAI: [Case] = [
    ("chat/completions", .chatCompletions), ("completions", .completions),
    ("responses", .responses), ("responses/compact", .responsesCompact),
    ("responses/input_tokens", .responsesInputTokens), ("embeddings", .embeddings),
    ("moderations", .moderations), ("images/generations", .imagesGenerations),
    ("images/edits", .imagesEdits), ("images/variations", .imagesVariations),
    ("audio/speech", .audioSpeech), ("audio/transcriptions", .audioTranscriptions),
    ("audio/translations", .audioTranslations), ("rerank", .rerank),
  ].flatMap { (path: String, endpoint: Endpoint) in
    [
      Case(line: "POST /v1/\(path)", dialect: .openai, endpoint: endpoint),
      Case(line: "POST /api/v1/\(path)", dialect: .openai, endpoint: endpoint),
      Case(line: "POST /openai/v1/\(path)", dialect: .openai, endpoint: endpoint, style: .azure),
    ]
  }

  static let others: [Case] = [
    Case(
      line: "POST http://gateway.test/v1/embeddings?a=b", dialect: .openai, endpoint: .embeddings),
    Case(line: "GET /v1/responses/resp_1", dialect: .openai, endpoint: .response, id: "resp_1"),
    Case(line: "HEAD /v1/responses/resp_1", dialect: .openai, endpoint: .response, id: "resp_1"),
    Case(
      line: "POST /v1/responses/resp_1/cancel?a=b", dialect: .openai, endpoint: .response,
      id: "resp_1", part: .cancel),
    Case(
      line: "GET /v1/responses/resp_1/input_items?limit=2", dialect: .openai, endpoint: .response,
      id: "resp_1", part: .inputItems),
    Case(
      line: "HEAD /openai/v1/responses/resp_1/input_items", dialect: .openai, endpoint: .response,
      id: "resp_1", style: .azure, part: .inputItems),
    Case(line: "DELETE /v1/responses/resp_1", dialect: .openai, endpoint: .response, id: "resp_1"),
    Case(
      line: "GET /openai/responses/resp_1?api-version=2025-03-01-preview", dialect: .openai,
      endpoint: .response, id: "resp_1", style: .azure),
    Case(
      line: "POST /openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
      dialect: .openai, endpoint: .chatCompletions, model: "my-gpt", style: .azure),
    Case(
      line: "POST /openai/deployments/a%2Fb/embeddings", dialect: .openai, endpoint: .embeddings,
      model: "a/b", style: .azure),
    Case(
      line: "POST /openai/deployments/w/audio/transcriptions", dialect: .openai,
      endpoint: .audioTranscriptions, model: "w", style: .azure),
    Case(
      line: "POST /openai/responses?api-version=2025-03-01-preview", dialect: .openai,
      endpoint: .responses, style: .azure),
    Case(line: "POST /v1/messages", dialect: .anthropic, endpoint: .messages),
    Case(line: "POST /v1/messages?beta=true", dialect: .anthropic, endpoint: .messages),
    Case(
      line: "POST /v1/messages/count_tokens", dialect: .anthropic, endpoint: .messagesCountTokens),
    Case(
      line: "POST /v1beta/models/gemini-2.5-pro:generateContent", dialect: .gemini,
      endpoint: .generateContent, model: "gemini-2.5-pro"),
    Case(
      line: "POST /v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", dialect: .gemini,
      endpoint: .streamGenerateContent, model: "gemini-2.5-pro"),
    Case(
      line: "POST /v1/models/gemini-2.5-pro:generateContent", dialect: .gemini,
      endpoint: .generateContent, model: "gemini-2.5-pro", version: .v1),
    Case(
      line: "POST /v1beta/models/google/gemini:free:countTokens", dialect: .gemini,
      endpoint: .countTokens, model: "google/gemini:free"),
    Case(
      line: "POST /v1beta/models/e:embedContent", dialect: .gemini, endpoint: .embedContent,
      model: "e"),
    Case(
      line: "POST /v1beta/models/e:batchEmbedContents", dialect: .gemini,
      endpoint: .batchEmbedContents, model: "e"),
    Case(line: "GET /v1beta/models", dialect: .gemini, endpoint: .models),
    Case(line: "GET /v1beta/models?pageSize=50", dialect: .gemini, endpoint: .models),
    Case(line: "GET /v1beta/models/gemini-x", dialect: .gemini, endpoint: .model, id: "gemini-x"),
    Case(line: "GET /v1/models", dialect: .openai, endpoint: .models, version: .v1),
    Case(line: "HEAD /v1/models", dialect: .openai, endpoint: .models, version: .v1),
    Case(line: "GET /openai/v1/models", dialect: .openai, endpoint: .models, style: .azure),
    Case(line: "GET /openai/models", dialect: .openai, endpoint: .models, style: .azure),
    Case(
      line: "GET /v1/models", fields: ["anthropic-version: 2023-06-01"], dialect: .anthropic,
      endpoint: .models, version: .v1),
    Case(
      line: "GET /v1/models", fields: ["X-Goog-Api-Key: t"], dialect: .gemini, endpoint: .models,
      version: .v1),
    Case(line: "GET /v1/models?key=t", dialect: .gemini, endpoint: .models, version: .v1),
    Case(line: "GET /v1/models?a=1&%6Bey=t", dialect: .gemini, endpoint: .models, version: .v1),
    Case(
      line: "GET /v1/models/meta-llama/Llama%203", dialect: .openai, endpoint: .model,
      id: "meta-llama/Llama 3", version: .v1),
    Case(
      line: "GET /v1/models/claude", fields: ["anthropic-version: 2023-06-01"],
      dialect: .anthropic, endpoint: .model, id: "claude", version: .v1),
  ]

  @Test(arguments: openAI + others)
  func matches(_ example: Case) throws {
    let route = try Route.match(try requestHead(example.line, example.fields))
    #expect(route.dialect == example.dialect)
    #expect(route.endpoint == example.endpoint)
    #expect(route.model == example.model)
    #expect(route.resourceID == example.id)
    #expect(route.clientStyle == example.style)
    #expect(route.responsePart == example.part)
    if example.dialect == .gemini { #expect(route.geminiVersion == example.version) }
  }

  @Test(arguments: [
    "GET /", "GET /v1", "GET /v1/", "POST /v1/chat", "POST /v1/chat/completions/",
    "POST /v1//chat/completions", "POST /V1/chat/completions", "POST /v1/chat%2Fcompletions",
    "GET /v1/models/", "GET /v1/files", "POST /v1/messages/", "POST /v1/messages/batches",
    "POST /v1beta/models/x:predict2/", "POST /v1beta/files", "GET /v1/responses/a/output_items",
    "GET /v1/responses//input_items", "POST /v1/responses/a/cancel/", "GET /v1/responses/a/",
    "GET /v1/responses/a/b/input_items",
    "GET /v1/responses/", "POST /openai/deployments/d/responses", "POST /openai/deployments/d",
    "POST /openai/deployments//chat/completions", "GET /passthrough/openai",
    "GET /passthrough//v1/files", "GET /passthrough/a%20b/x", "GET /v1beta/models/",
    "GET /modelsx", "GET /v1/modelsx", "POST /chat/completions", "GET /appliance/v1/keysx",
    "GET /appliance/v1/key", "DELETE /appliance/v1/keys/openai", "DELETE /appliance/v1/keys/",
    "DELETE /appliance/v1/keys//x", "DELETE /appliance/v1/keys/openai/", "GET /appliance/v1",
  ])
  func knowsNoRoute(_ line: String) throws {
    let head = try requestHead(line)
    #expect(throws: Refusal.routeNotFound) { try Route.match(head) }
  }

  @Test(arguments: [
    ("GET /v1/chat/completions", "POST"), ("PUT /v1/messages", "POST"),
    ("OPTIONS /v1/chat/completions", "POST"), ("GET /v1/responses/compact", "POST"),
    ("POST /v1/models", "GET, HEAD"), ("DELETE /v1/models/x", "GET, HEAD"),
    ("POST /v1/responses/resp_1", "GET, HEAD, DELETE"),
    ("GET /v1/responses/resp_1/cancel", "POST"),
    ("DELETE /v1/responses/resp_1/input_items", "GET, HEAD"),
    ("GET /v1beta/models/x:generateContent", "POST"), ("POST /v1beta/models/x", "GET, HEAD"),
    ("GET /openai/deployments/d/chat/completions", "POST"),
    ("DELETE /appliance/v1/keys", "GET, HEAD"), ("POST /appliance/v1/keys", "GET, HEAD"),
    ("GET /appliance/v1/keys/openai/x", "DELETE"), ("POST /appliance/v1/keys/openai/x", "DELETE"),
  ])
  func namesTheMethodsOfAPath(_ line: String, _ allowed: String) throws {
    let head = try requestHead(line)
    #expect(throws: Refusal.methodNotAllowed(allowed: allowed)) { try Route.match(head) }
  }

  @Test func findsTheKeysOfAUser() throws {
    let list = try Route.match(try requestHead("GET /appliance/v1/keys"))
    #expect(list.endpoint == .ownKeys && list.isAnsweredHere && list.keyProvider == nil)
    let one = try Route.match(
      try requestHead("DELETE /appliance/v1/keys/my.prov/found%20key%2F1?x=y"))
    #expect(one.endpoint == .ownKeys && one.keyProvider == "my.prov")
    #expect(one.resourceID == "found key/1" && one.passthroughProvider == nil)
    for path in ["%00/x", "p/%zz", "../x", "p/a%0ab"] {
      let head = try requestHead("DELETE /appliance/v1/keys/\(path)")
      let error = #expect(throws: Refusal.self) { try Route.match(head) }
      #expect(error?.status == 400, "\(path)")
    }
  }

  @Test(arguments: [
    ("GET", "/passthrough/openai/files", "/files"),
    ("DELETE", "/passthrough/openai/files/f?x=y", "/files/f"),
    ("PROPFIND", "/passthrough/my.prov_1/", "/"),
    ("POST", "/passthrough/openai/a//b", "/a//b"),
    ("POST", "/passthrough/openai/a%20b/...", "/a%20b/..."),
    ("POST", "/passthrough/openai/a/.hidden", "/a/.hidden"),
  ])
  func passesAnyMethodThrough(_ method: String, _ target: String, _ path: String) throws {
    let head = try requestHead("\(method) \(target)")
    let route = try Route.match(head)
    #expect(route.endpoint == .passthrough)
    #expect(String(decoding: head.bytes[route.upstreamPath], as: UTF8.self) == path)
    #expect(route.passthroughProvider == (target.contains("my.prov") ? "my.prov_1" : "openai"))
  }

  @Test(arguments: [
    "/..", "/../x", "/a/../b", "/a/./b", "/a/.", "/%2e%2e/x", "/%2E./x", "/.%2e", "/a%2Fb",
    "/a%2fb",
    "/a%5Cb", "/a/..;x/b", "/a/%2e%2e;/b", "/%zz", "/a%2", "/a%", "/a%00b", "/a%0d%0ab",
  ])
  func refusesPathsThatCouldLeaveTheBaseURL(_ path: String) throws {
    let head = try requestHead("GET /passthrough/openai\(path)")
    let error = #expect(throws: Refusal.self) { try Route.match(head) }
    #expect(error?.status == 400)
  }

  @Test(arguments: [
    "POST /v1beta/models/..%2f..%2ffiles:generateContent",
    "POST /v1beta/models/..:generateContent", "POST /openai/deployments/../chat/completions",
    "POST /openai/deployments/%2e%2e/chat/completions", "GET /v1/responses/..",
    "GET /v1/models/a%00b", "GET /v1/models/%ff", "GET /v1/models/a%zz",
    "POST /v1beta/models/" + String(repeating: "m", count: 257) + ":generateContent",
  ])
  func refusesNamesThatArePaths(_ line: String) throws {
    let head = try requestHead(line)
    let error = #expect(throws: Refusal.self) { try Route.match(head) }
    #expect(error?.status == 400)
  }

  @Test(arguments: [
    ("GET /nothing", [], Dialect.openai), ("GET /v1beta/nothing", [], .gemini),
    ("GET /nothing", ["x-goog-api-key: t"], .gemini),
    ("GET /nothing", ["anthropic-version: 2023-06-01"], .anthropic),
    ("GET /v1/messages", [], .anthropic),
  ])
  func guessesTheDialectToRefuseIn(_ line: String, _ fields: [String], _ dialect: Dialect) throws {
    #expect(Route.dialectOfRefusal(try requestHead(line, fields)) == dialect)
  }

  @Test func knowsWhatAnEndpointTakes() throws {
    #expect(try Route.match(try requestHead("POST /v1/images/edits")).acceptsMultipart)
    #expect(try !Route.match(try requestHead("POST /v1/chat/completions")).acceptsMultipart)
    #expect(try Route.match(try requestHead("GET /v1/models")).isAnsweredHere)
    let stream = try Route.match(
      try requestHead("POST /v1beta/models/x:streamGenerateContent"))
    #expect(stream.isStreamPath)
  }
}
