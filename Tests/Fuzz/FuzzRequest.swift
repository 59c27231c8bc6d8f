// Modules: JSON HTTP Providers
import HTTP
import JSON
import Providers

/// A request as a client could send it: head, then body.
///
/// Holds: nothing traps; what goes up is one head whatever came in; a JSON body stays one; and what
/// was refused is refused in words.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  var parser = RequestHeadParser()
  guard let (head, consumed) = try? parser.parse(bytes.span) else { return 0 }
  let body = Array(bytes[consumed...])
  let secret = Array("sk-secret".utf8)
  do throws(Refusal) {
    _ = try? ClientCredential.find(head)
    let route = try Route.match(head)
    let facts = try RequestFacts.read(route, head, body: body.span)
    _ = RequestText.requestTally(route, facts, head, body: body.span)
    for profile in profiles
    where profile.dialect == route.dialect || route.endpoint == .passthrough {
      let asks = UpstreamRequest.asksForUsage(route, facts, profile.streamUsage)
      let edited = UpstreamRequest.editedBody(
        route, facts, profile: profile, model: "other/\"model\"", injectUsage: asks, body: body.span
      )
      if let edited, facts.bodyKind == .json {
        precondition((try? JSONIndex(edited.span)) != nil, "an edit broke the document")
      }
      var out: [UInt8] = []
      UpstreamRequest.head(
        route, facts, head, profile: profile, model: facts.model ?? "", keySecret: secret,
        bodyBytes: edited?.count ?? body.count, into: &out)
      var again = RequestHeadParser(limits: HeadLimits(headBytesMax: 1 << 20))
      guard let (sent, end) = try? again.parse(out.span) else {
        preconditionFailure("the head that goes up cannot be read")
      }
      precondition(end == out.count, "something follows the head that goes up")
      precondition(sent.fields.count(of: "authorization") <= 1)
      precondition(sent.fields.count(of: "content-length") <= 1)
      precondition(!sent.fields.contains("cookie"))
    }
  } catch {
    for dialect in Dialect.allCases {
      let answer = error.body(dialect: dialect, requestID: "r")
      precondition((try? JSONIndex(answer.span)) != nil, "a refusal is no JSON")
    }
  }
  for dialect in Dialect.allCases {
    _ = ErrorTable.classify(
      dialect: dialect, status: 400 + consumed % 200, fields: head.fields, body: body.span,
      nowMilliseconds: 0)
  }
  return 0
}

private let profiles: [ProviderProfile] = [
  try? ProviderProfile(name: "a", dialect: "openai", baseURL: "https://a.b/v1"),
  try? ProviderProfile(
    name: "b", dialect: "openai", baseURL: "https://a.b", apiVersion: "2024-10-21", style: "azure"),
  try? ProviderProfile(name: "c", dialect: "anthropic", baseURL: "https://a.b"),
  try? ProviderProfile(name: "d", dialect: "gemini", baseURL: "https://a.b", auth: "query:key"),
].compactMap { $0 }
