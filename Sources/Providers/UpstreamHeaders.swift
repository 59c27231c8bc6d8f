import HTTP

/// Which headers of a client go up to a provider.
///
/// An allow-list: what is not in the table stays here. So cookies, every credential and what names
/// an organization or project (`openai-organization`, `openai-project`, `x-goog-user-project`),
/// the headers that say where a request came from (`forwarded`, `via`, `x-forwarded-*`,
/// `x-real-ip`, `cf-*`), what the client runs on (`user-agent`, `x-stainless-*`,
/// `x-goog-api-client`) and hop-by-hop headers never leave, whatever they are called next year.
///
/// | header | why it goes up |
/// |---|---|
/// | `accept` | some endpoints choose their format by it |
/// | `content-type` | the body goes up as it is; ours instead where the client's was wrong |
/// | `anthropic-version`, `…-beta` of Anthropic, OpenAI, Groq | they change the answer's form |
/// | `idempotency-key` | the same request sent twice is one request |
/// | `http-referer`, `x-title`, `x-openrouter-…` | OpenRouter: clients name their application so |
/// | `x-grok-conv-id` | keeps xAI's prompt cache warm |
/// | `extra-parameters` | Azure AI: what to do with members of the body that it does not know |
/// | `x-server-timeout` | Google's: the time that the client gives the server |
/// | `range`, `if-range`, `if-match`, `if-none-match` | passthrough alone: downloads of files |
package enum UpstreamHeaders {
  /// A header that may go up.
  enum Allowed: Equatable {
    case accept
    case contentType
    case anthropicVersion
    case other
    case passthroughOnly
  }

  /// What a header's name is in the table; nil where it stays here.
  static func allowed(_ name: Span<UInt8>) -> Allowed? {
    switch name.count {
    case 5:
      if name.equalsIgnoringCase("range") { return .passthroughOnly }
    case 6:
      if name.equalsIgnoringCase("accept") { return .accept }
    case 7:
      if name.equalsIgnoringCase("x-title") { return .other }
    case 8:
      if name.equalsIgnoringCase("if-range") { return .passthroughOnly }
      if name.equalsIgnoringCase("if-match") { return .passthroughOnly }
    case 9:
      if name.equalsIgnoringCase("groq-beta") { return .other }
    case 11:
      if name.equalsIgnoringCase("openai-beta") { return .other }
    case 12:
      if name.equalsIgnoringCase("content-type") { return .contentType }
      if name.equalsIgnoringCase("http-referer") { return .other }
    case 13:
      if name.equalsIgnoringCase("if-none-match") { return .passthroughOnly }
    case 14:
      if name.equalsIgnoringCase("anthropic-beta") { return .other }
      if name.equalsIgnoringCase("x-grok-conv-id") { return .other }
    case 15:
      if name.equalsIgnoringCase("idempotency-key") { return .other }
    case 16:
      if name.equalsIgnoringCase("extra-parameters") { return .other }
      if name.equalsIgnoringCase("x-server-timeout") { return .other }
    case 17:
      if name.equalsIgnoringCase("anthropic-version") { return .anthropicVersion }
    case 18:
      if name.equalsIgnoringCase("x-openrouter-title") { return .other }
    case 23:
      if name.equalsIgnoringCase("x-openrouter-categories") { return .other }
    default: break
    }
    return nil
  }

  /// Why an operator may not configure a header of this name, in lower case; nil where it may.
  static func reasonNotToConfigure(_ name: String) -> String? {
    switch name {
    case "host", "content-length", "transfer-encoding", "content-type", "content-encoding",
      "expect":
      "the appliance frames and addresses requests itself"
    case "accept-encoding":
      "answers are asked for uncompressed, so that their usage can be read"
    case "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade":
      "it concerns one connection (RFC 9110 section 7.6.1)"
    case "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie",
      "ocp-apim-subscription-key":
      "headers are stored readable; store the secret as a key"
    default: nil
    }
  }
}
