import Testing

@testable import Providers

@Suite("Queries to providers")
struct UpstreamQueryTests {
  private func query(
    _ query: String, _ profile: ProviderProfile, path: String = "/v1/embeddings"
  ) throws -> String {
    let sample = try Sample("POST \(path)?\(query)", body: #"{"model":"m"}"#)
    let head = sample.upstreamHead(profile)
    let target = head.split(separator: " ")[1]
    return target.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
  }

  @Test(arguments: [
    ("key=a", ""), ("KEY=a", "KEY=a"), ("%6b%65%79=a&b=c", "b=c"), ("a=1&key=x&b=2", "a=1&b=2"),
    ("api_key=a&access_token=b&oauth_token=c&x-api-key=d&api-key=e&subscription-key=f", ""),
    ("&&a&&", "a"), ("a=%zz", "a=%zz"), ("api-version=2024-10-21", ""), ("", ""),
    ("a=key", "a=key"), ("$key=a&%24key=b", ""),
  ])
  func stripsCredentials(_ client: String, _ expected: String) throws {
    #expect(try query(client, .openAI()) == expected)
  }

  @Test func stripsTheProvidersOwnParameterToo() throws {
    let profile = try ProviderProfile(
      name: "p", dialect: "openai", baseURL: "https://a.b", auth: "query:token")
    #expect(try query("token=client&a=b", profile) == "a=b&token=sk-up")
  }

  @Test(arguments: [
    ("api-version=2025-01-01-preview", "api-version=2025-01-01-preview"),
    ("api-version=preview", "api-version=2024-10-21"), ("a=b", "a=b&api-version=2024-10-21"),
  ])
  func versionsAzurePaths(_ client: String, _ expected: String) throws {
    #expect(try query(client, .azure()) == expected)
  }
}
