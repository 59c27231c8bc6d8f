import Testing

@testable import Providers

@Suite("Request lines by vendor")
struct UpstreamPathTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var vendor: String
    var dialect = "openai"
    var baseURL: String
    var apiVersion: String?
    var style: String?
    var auth: String?
    var request = "POST /v1/chat/completions"
    var body = #"{"model":"m"}"#
    var model = "m"
    var line: String
    var host: String?
    var testDescription: String { "\(vendor): \(request)" }
  }

  static let vendors: [Case] = [
    Case(
      vendor: "OpenAI", baseURL: "https://api.openai.com/v1", line: "POST /v1/chat/completions",
      host: "api.openai.com"),
    Case(
      vendor: "OpenAI", baseURL: "https://api.openai.com/v1/",
      request: "POST /v1/responses/compact",
      line: "POST /v1/responses/compact"),
    Case(
      vendor: "OpenAI", baseURL: "https://api.openai.com/v1",
      request: "DELETE /v1/responses/resp%5F1?include=a",
      line: "DELETE /v1/responses/resp_1?include=a"),
    Case(
      vendor: "OpenAI", baseURL: "https://api.openai.com/v1",
      request: "POST /v1/responses/resp_1/cancel", body: "",
      line: "POST /v1/responses/resp_1/cancel"),
    Case(
      vendor: "OpenAI", baseURL: "https://api.openai.com/v1",
      request: "GET /v1/responses/resp%5F1/input_items?limit=2&after=a", body: "",
      line: "GET /v1/responses/resp_1/input_items?limit=2&after=a"),
    Case(
      vendor: "Azure responses", baseURL: "https://x.openai.azure.com",
      apiVersion: "2025-03-01-preview", style: "azure",
      request: "POST /v1/responses/resp_1/cancel", body: "",
      line: "POST /openai/responses/resp_1/cancel?api-version=2025-03-01-preview"),
    Case(
      vendor: "OpenAI, Azure client", baseURL: "https://api.openai.com/v1",
      request: "POST /openai/deployments/d/chat/completions?api-version=2024-10-21", body: "{}",
      line: "POST /v1/chat/completions"),
    Case(
      vendor: "Azure deployments", baseURL: "https://x.openai.azure.com", apiVersion: "2024-10-21",
      style: "azure", model: "my gpt/4",
      line: "POST /openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21"),
    Case(
      vendor: "Azure deployments", baseURL: "https://x.openai.azure.com/openai/",
      apiVersion: "2024-10-21", style: "azure", request: "POST /v1/embeddings",
      line: "POST /openai/deployments/m/embeddings?api-version=2024-10-21"),
    Case(
      vendor: "Azure deployments", baseURL: "https://x.openai.azure.com", apiVersion: "2024-10-21",
      style: "azure",
      request: "POST /openai/deployments/d/chat/completions?api-version=2025-01-01-preview&a=b",
      line: "POST /openai/deployments/m/chat/completions?api-version=2025-01-01-preview&a=b"),
    Case(
      vendor: "Azure deployments, v1 client", baseURL: "https://x.openai.azure.com",
      apiVersion: "2024-10-21", style: "azure",
      request: "POST /openai/v1/chat/completions?api-version=preview",
      line: "POST /openai/deployments/m/chat/completions?api-version=2024-10-21"),
    Case(
      vendor: "Azure responses", baseURL: "https://x.openai.azure.com",
      apiVersion: "2025-03-01-preview", style: "azure", request: "POST /v1/responses",
      line: "POST /openai/responses?api-version=2025-03-01-preview"),
    Case(
      vendor: "Azure v1", baseURL: "https://x.openai.azure.com/openai/v1", style: "azure",
      request: "POST /openai/deployments/d/chat/completions?api-version=2024-10-21", body: "{}",
      line: "POST /openai/v1/chat/completions"),
    Case(
      vendor: "Azure v1 preview", baseURL: "https://x.openai.azure.com/openai/v1/",
      apiVersion: "preview", style: "azure",
      line: "POST /openai/v1/chat/completions?api-version=preview"),
    Case(
      vendor: "Azure AI models", baseURL: "https://x.services.ai.azure.com/models",
      apiVersion: "2024-05-01-preview", auth: "api-key",
      line: "POST /models/chat/completions?api-version=2024-05-01-preview"),
    Case(
      vendor: "Groq", baseURL: "https://api.groq.com/openai/v1",
      line: "POST /openai/v1/chat/completions", host: "api.groq.com"),
    Case(
      vendor: "Groq client", baseURL: "https://api.groq.com/openai/v1",
      request: "POST /openai/v1/chat/completions", line: "POST /openai/v1/chat/completions"),
    Case(
      vendor: "OpenRouter", baseURL: "https://openrouter.ai/api/v1",
      request: "POST /api/v1/chat/completions", line: "POST /api/v1/chat/completions"),
    Case(
      vendor: "Mistral", baseURL: "https://api.mistral.ai/v1", line: "POST /v1/chat/completions"),
    Case(
      vendor: "DeepSeek", baseURL: "https://api.deepseek.com", line: "POST /chat/completions"),
    Case(vendor: "xAI", baseURL: "https://api.x.ai/v1", line: "POST /v1/chat/completions"),
    Case(
      vendor: "Together", baseURL: "https://api.together.xyz/v1", line: "POST /v1/chat/completions"
    ),
    Case(
      vendor: "Ollama", baseURL: "http://localhost:11434/v1", line: "POST /v1/chat/completions",
      host: "localhost:11434"),
    Case(
      vendor: "Perplexity", baseURL: "https://api.perplexity.ai", line: "POST /chat/completions"),
    Case(
      vendor: "Cohere", baseURL: "https://api.cohere.com/v2", request: "POST /v1/rerank",
      line: "POST /v2/rerank"),
    Case(
      vendor: "Gemini, OpenAI-compatible",
      baseURL: "https://generativelanguage.googleapis.com/v1beta/openai/",
      line: "POST /v1beta/openai/chat/completions"),
    Case(
      vendor: "Anthropic", dialect: "anthropic", baseURL: "https://api.anthropic.com",
      request: "POST /v1/messages?beta=true", line: "POST /v1/messages?beta=true",
      host: "api.anthropic.com"),
    Case(
      vendor: "Anthropic with /v1", dialect: "anthropic", baseURL: "https://api.anthropic.com/v1/",
      request: "POST /v1/messages/count_tokens", line: "POST /v1/messages/count_tokens"),
    Case(
      vendor: "DeepSeek, Anthropic-compatible", dialect: "anthropic",
      baseURL: "https://api.deepseek.com/anthropic", request: "POST /v1/messages",
      line: "POST /anthropic/v1/messages"),
    Case(
      vendor: "Gemini", dialect: "gemini", baseURL: "https://generativelanguage.googleapis.com",
      request: "POST /v1beta/models/g:streamGenerateContent?key=secret&alt=sse", body: "{}",
      model: "gemini-2.5-pro",
      line: "POST /v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"),
    Case(
      vendor: "Gemini v1", dialect: "gemini",
      baseURL: "https://generativelanguage.googleapis.com/v1beta",
      request: "POST /v1/models/g:generateContent?$alt=json", body: "{}",
      line: "POST /v1/models/m:generateContent?$alt=json"),
    Case(
      vendor: "Gemini tuned", dialect: "gemini",
      baseURL: "https://generativelanguage.googleapis.com",
      request: "POST /v1beta/models/g:generateContent", body: "{}", model: "tunedModels/t-1",
      line: "POST /v1beta/tunedModels/t-1:generateContent"),
    Case(
      vendor: "Gemini by query", dialect: "gemini",
      baseURL: "https://generativelanguage.googleapis.com", auth: "query:key",
      request: "POST /v1beta/models/g:countTokens?%6bey=client", body: "{}",
      line: "POST /v1beta/models/m:countTokens?key=sk-up%2F%2B%3D"),
    Case(
      vendor: "Vertex", dialect: "gemini",
      baseURL:
        "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google",
      auth: "bearer", request: "POST /v1beta/models/g:generateContent", body: "{}",
      line: "POST /v1/projects/p/locations/us-central1/publishers/google/models/m:generateContent"),
    Case(
      vendor: "replay", baseURL: "http://127.0.0.1:9090/case/a+events",
      line: "POST /case/a+events/chat/completions", host: "127.0.0.1:9090"),
  ]

  @Test(arguments: vendors)
  func formsTheRequestLine(_ example: Case) throws {
    let profile = try ProviderProfile(
      name: "p", dialect: example.dialect, baseURL: example.baseURL, auth: example.auth,
      apiVersion: example.apiVersion, style: example.style)
    let sample = try Sample(example.request, body: example.body)
    let head = sample.upstreamHead(profile, model: example.model, key: "sk-up/+=")
    let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.first == "\(example.line) HTTP/1.1")
    if let host = example.host { #expect(lines.contains("host: \(host)")) }
  }

  @Test(arguments: [
    ("/passthrough/p/files?limit=1", "/v1/files?limit=1"), ("/passthrough/p/", "/v1/"),
    ("/passthrough/p/a%20b//c?x=%2F&key=t&y", "/v1/a%20b//c?x=%2F&y"),
    ("/passthrough/p/f?access_token=z&api_key=y", "/v1/f"),
    ("/passthrough/p/f?api-version=2024-01-01", "/v1/f?api-version=2024-01-01"),
    ("/passthrough/p/f?pageToken=z&keys=1", "/v1/f?pageToken=z&keys=1"),
  ])
  func appendsAPassthroughAsItIs(_ target: String, _ expected: String) throws {
    let sample = try Sample("GET \(target)")
    let head = sample.upstreamHead(try .openAI())
    #expect(head.hasPrefix("GET \(expected) HTTP/1.1\r\n"))
    #expect(!head.contains("content-length"))
  }
}
