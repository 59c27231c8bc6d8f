import Testing

@testable import Providers

@Suite("Header tables")
struct UpstreamHeadersTests {
  @Test(arguments: [
    "accept", "content-type", "anthropic-version", "anthropic-beta", "openai-beta", "groq-beta",
    "idempotency-key", "http-referer", "x-title", "x-openrouter-title", "x-openrouter-categories",
    "x-grok-conv-id", "extra-parameters", "x-server-timeout",
  ])
  func letsUpWhatItLists(_ name: String) {
    for spelling in [name, name.uppercased()] {
      let bytes = Array(spelling.utf8)
      let allowed = UpstreamHeaders.allowed(bytes.span)
      #expect(allowed != nil && allowed != .passthroughOnly)
    }
  }

  @Test(arguments: ["range", "if-range", "if-match", "if-none-match"])
  func letsDownloadsUpInAPassthrough(_ name: String) {
    let bytes = Array(name.utf8)
    #expect(UpstreamHeaders.allowed(bytes.span) == .passthroughOnly)
  }

  @Test(arguments: [
    "", "a", "host", "cookie", "authorization", "x-api-key", "content-length",
    "openai-organization",
    "openai-project", "x-upstream-key", "accept-encoding", "accepts", "x-titles",
  ])
  func keepsAllElse(_ name: String) {
    let bytes = Array(name.utf8)
    #expect(UpstreamHeaders.allowed(bytes.span) == nil)
  }

  @Test func saysWhyAHeaderMayNotBeConfigured() {
    #expect(UpstreamHeaders.reasonNotToConfigure("cookie")?.contains("key") == true)
    #expect(UpstreamHeaders.reasonNotToConfigure("te")?.contains("9110") == true)
    #expect(UpstreamHeaders.reasonNotToConfigure("x-team") == nil)
  }
}
