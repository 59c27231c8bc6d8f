package import HTTP

/// What a request asks for, read from its method and path alone.
///
/// A route of fixed path is matched by comparing bytes and allocates nothing. `/healthz` and
/// `/readyz` are the server's own and are not known here.
package struct Route: Equatable, Sendable {
  /// How the client writes its paths.
  package enum ClientStyle: Equatable, Sendable {
    case plain
    /// `/openai/…`, as the Azure SDKs have it.
    case azure
  }

  /// The version in a Gemini path; it goes up as it came.
  package enum GeminiVersion: Equatable, Sendable {
    case v1
    case v1beta
  }

  /// What a path names of a stored response.
  package enum ResponsePart: Equatable, Sendable {
    case whole
    /// `POST …/cancel`: its making in the background ends.
    case cancel
    /// `GET …/input_items`: what it was made from.
    case inputItems
  }

  /// The dialect that the client speaks, in refusals too.
  ///
  /// For a passthrough it is a guess: the provider's own counts there.
  package var dialect: Dialect
  package var endpoint: Endpoint
  /// The model that the path names (Gemini, Azure's deployments); unchecked, see `RequestFacts`.
  package var model: String?
  /// The id that the path names: a stored response, or the model of `GET /v1/models/{id}`.
  package var resourceID: String?
  /// What of the stored response the path names.
  package var responsePart: ResponsePart
  /// The provider that a passthrough path names.
  package var passthroughProvider: String?
  /// The provider of a contributed key that the path names; `resourceID` is the key's label.
  package var keyProvider: String?
  /// What follows it in the path, its slash included, as a place in the head.
  package var upstreamPath: Range<Int>
  package var clientStyle: ClientStyle
  package var geminiVersion: GeminiVersion

  init(_ dialect: Dialect, _ endpoint: Endpoint) {
    self.dialect = dialect
    self.endpoint = endpoint
    model = nil
    resourceID = nil
    responsePart = .whole
    passthroughProvider = nil
    keyProvider = nil
    upstreamPath = 0..<0
    clientStyle = .plain
    geminiVersion = .v1beta
  }

  /// Whether the path itself asks for a stream.
  package var isStreamPath: Bool { endpoint == .streamGenerateContent }

  /// Whether the endpoint takes files, and so `multipart/form-data`.
  package var acceptsMultipart: Bool {
    switch endpoint {
    case .imagesEdits, .imagesVariations, .audioTranscriptions, .audioTranslations, .passthrough:
      true
    default: false
    }
  }

  /// Whether we answer from our own records.
  package var isAnsweredHere: Bool {
    endpoint == .models || endpoint == .model || endpoint == .ownKeys
  }

  /// Finds the route of a request.
  ///
  /// - Throws: `Refusal.routeNotFound`, `.methodNotAllowed`, or `.malformed` for a path that is not
  ///   well encoded.
  package static func match(_ head: RequestHead) throws(Refusal) -> Route {
    let bytes = head.fields.bytes
    let path = bytes.span.extracting(head.path)
    guard path.count > 1, path.count <= pathBytesMax else { throw .routeNotFound }
    if path.hasBytes("/v1/", at: 0) { return try matchV1(path, head) }
    if path.hasBytes("/v1beta/", at: 0) {
      return try matchGemini(path, from: 8, version: .v1beta, head)
    }
    if path.hasBytes("/openai/", at: 0) { return try matchAzure(path, head) }
    if path.hasBytes("/api/v1/", at: 0) { return try matchOpenAI(path, from: 8, head) }
    if path.hasBytes("/passthrough/", at: 0) { return try matchPassthrough(path, head) }
    if path.hasBytes("/appliance/v1/keys", at: 0) { return try matchOwnKeys(path, head) }
    throw .routeNotFound
  }

  /// The dialect to refuse in when no route was found.
  package static func dialectOfRefusal(_ head: RequestHead) -> Dialect {
    let path = head.fields.bytes.span.extracting(head.path)
    if path.hasBytes("/v1beta/", at: 0) || head.fields.contains("x-goog-api-key") { return .gemini }
    if path.hasBytes("/v1/messages", at: 0) || head.fields.contains("anthropic-version") {
      return .anthropic
    }
    return .openai
  }

  /// Bounds what is decoded and compared; a head may be longer.
  private static let pathBytesMax = 4_096
  private static let idBytesMax = 256
}

extension Route {
  /// Under `/v1/` live all three dialects.
  private static func matchV1(
    _ path: Span<UInt8>, _ head: RequestHead
  ) throws(Refusal) -> Route {
    if path.hasBytes("messages", at: 4) {
      if path.count == 12 { return try post(Route(.anthropic, .messages), head) }
      if path.hasBytes("/count_tokens", at: 12), path.count == 25 {
        return try post(Route(.anthropic, .messagesCountTokens), head)
      }
      throw .routeNotFound
    }
    if path.hasBytes("models", at: 4), path.count == 10 || path[10] == UInt8(ascii: "/") {
      return try matchModels(path, from: 4, version: .v1, head)
    }
    return try matchOpenAI(path, from: 4, head)
  }

  /// An OpenAI endpoint whose path begins at `start`.
  private static func matchOpenAI(
    _ path: Span<UInt8>, from start: Int, _ head: RequestHead
  ) throws(Refusal) -> Route {
    let tail = path.extracting(start..<path.count)
    if let endpoint = OpenAIRoutes.fixed(tail) {
      return try post(Route(.openai, endpoint), head)
    }
    if tail.hasBytes("responses/", at: 0) {
      return try matchResponse(tail.extracting(10..<tail.count), head)
    }
    if tail.equals("models") || tail.hasBytes("models/", at: 0) {
      var route = Route(.openai, .models)
      if tail.count > 6 {
        route.endpoint = .model
        route.resourceID = try modelID(tail.extracting(7..<tail.count))
      }
      return try get(route, head)
    }
    throw .routeNotFound
  }

  /// `{id}`, `{id}/cancel` and `{id}/input_items`.
  private static func matchResponse(
    _ tail: Span<UInt8>, _ head: RequestHead
  ) throws(Refusal) -> Route {
    var route = Route(.openai, .response)
    var idEnd = tail.count
    if let slash = tail.firstIndex(of: UInt8(ascii: "/"), in: 0..<tail.count) {
      idEnd = slash
      let part = tail.extracting(slash + 1..<tail.count)
      if part.equals("cancel") {
        route.responsePart = .cancel
      } else if part.equals("input_items") {
        route.responsePart = .inputItems
      } else {
        throw .routeNotFound
      }
    }
    route.resourceID = try identifier(tail.extracting(0..<idEnd), what: "response id")
    switch (route.responsePart, head.method) {
    case (.cancel, _): return try post(route, head)
    case (.inputItems, _): return try get(route, head)
    case (.whole, .get), (.whole, .head), (.whole, .delete): return route
    case (.whole, _): throw .methodNotAllowed(allowed: "GET, HEAD, DELETE")
    }
  }

  /// `/openai/v1/…`, `/openai/deployments/{d}/…`, and the older paths without either.
  private static func matchAzure(
    _ path: Span<UInt8>, _ head: RequestHead
  ) throws(Refusal) -> Route {
    var route: Route
    if path.hasBytes("v1/", at: 8) {
      route = try matchOpenAI(path, from: 11, head)
    } else if path.hasBytes("deployments/", at: 8) {
      guard let slash = path.firstIndex(of: UInt8(ascii: "/"), in: 20..<path.count),
        let endpoint = OpenAIRoutes.fixed(path.extracting(slash + 1..<path.count)),
        UpstreamPath.hasDeployment(endpoint)
      else { throw .routeNotFound }
      route = try post(Route(.openai, endpoint), head)
      route.model = try identifier(path.extracting(20..<slash), what: "deployment")
    } else {
      route = try matchOpenAI(path, from: 8, head)
    }
    route.clientStyle = .azure
    return route
  }

  /// `models`, `models/{id}` and Gemini's `models/{model}:verb`, from `start` on.
  private static func matchModels(
    _ path: Span<UInt8>, from start: Int, version: GeminiVersion, _ head: RequestHead
  ) throws(Refusal) -> Route {
    let name = start + 7
    let dialect = version == .v1beta ? .gemini : listDialect(head)
    guard path.count > name else {
      // A slash behind `models` is no list.
      guard path.count == name - 1 else { throw .routeNotFound }
      var route = Route(dialect, .models)
      route.geminiVersion = version
      return try get(route, head)
    }
    if let colon = lastColon(path, from: name) {
      guard let endpoint = GeminiRoutes.verb(path.extracting(colon + 1..<path.count)) else {
        // A model's own name may hold a colon, but only a method is posted to.
        if case .post = head.method { throw .routeNotFound }
        return try single(path.extracting(name..<path.count), dialect, version, head)
      }
      var route = Route(.gemini, endpoint)
      route.geminiVersion = version
      route.model = try modelID(path.extracting(name..<colon))
      return try post(route, head)
    }
    return try single(path.extracting(name..<path.count), dialect, version, head)
  }

  private static func single(
    _ id: Span<UInt8>, _ dialect: Dialect, _ version: GeminiVersion, _ head: RequestHead
  ) throws(Refusal) -> Route {
    var route = Route(dialect, .model)
    route.geminiVersion = version
    route.resourceID = try modelID(id)
    return try get(route, head)
  }

  private static func matchGemini(
    _ path: Span<UInt8>, from start: Int, version: GeminiVersion, _ head: RequestHead
  ) throws(Refusal) -> Route {
    guard path.hasBytes("models", at: start),
      path.count == start + 6 || path[start + 6] == UInt8(ascii: "/")
    else { throw .routeNotFound }
    return try matchModels(path, from: start, version: version, head)
  }

  /// `/appliance/v1/keys` lists the caller's contributed keys; `DELETE …/{provider}/{label}` takes
  /// one back.
  private static func matchOwnKeys(
    _ path: Span<UInt8>, _ head: RequestHead
  ) throws(Refusal) -> Route {
    var route = Route(.openai, .ownKeys)
    guard path.count > 18 else { return try get(route, head) }
    guard path[18] == UInt8(ascii: "/"),
      let slash = path.firstIndex(of: UInt8(ascii: "/"), in: 19..<path.count)
    else { throw .routeNotFound }
    route.keyProvider = try identifier(path.extracting(19..<slash), what: "provider")
    route.resourceID = try identifier(
      path.extracting(slash + 1..<path.count), what: "label of the key")
    guard case .delete = head.method else { throw .methodNotAllowed(allowed: "DELETE") }
    return route
  }

  /// `/passthrough/{provider}/{path}`, any method.
  private static func matchPassthrough(
    _ path: Span<UInt8>, _ head: RequestHead
  ) throws(Refusal) -> Route {
    guard let slash = path.firstIndex(of: UInt8(ascii: "/"), in: 13..<path.count) else {
      throw .routeNotFound
    }
    let provider = path.extracting(13..<slash)
    guard (1...64).contains(provider.count),
      provider.indices.allSatisfy({ ProviderProfile.isNameByte(provider[$0]) })
    else { throw .routeNotFound }
    let rest = path.extracting(slash..<path.count)
    guard PathCoding.isWellFormed(rest) else {
      throw .malformed("The path holds a '%' that no two hexadecimal digits follow.")
    }
    switch PathCoding.traversal(in: rest) {
    case nil: break
    case .dotSegment:
      throw .malformed("The path holds a '.' or '..' segment. Write the path without it.")
    case .encodedSlash:
      throw .malformed("The path holds an encoded slash or a backslash. Write the path with '/'.")
    case .control:
      throw .malformed("The path holds a control character. Remove it.")
    }
    var route = Route(dialectOfRefusal(head), .passthrough)
    route.passthroughProvider = provider.text()
    route.upstreamPath = head.path.lowerBound + slash..<head.path.upperBound
    return route
  }

  /// `GET /v1/models`: Gemini's form for Google's ways to send a key, Anthropic's if its version
  /// header is there, else OpenAI's.
  private static func listDialect(_ head: RequestHead) -> Dialect {
    if head.fields.contains("x-goog-api-key") { return .gemini }
    if head.fields.contains("anthropic-version") { return .anthropic }
    return ClientCredential.isInQuery(head) ? .gemini : .openai
  }

  private static func post(_ route: Route, _ head: RequestHead) throws(Refusal) -> Route {
    guard case .post = head.method else { throw .methodNotAllowed(allowed: "POST") }
    return route
  }

  private static func get(_ route: Route, _ head: RequestHead) throws(Refusal) -> Route {
    switch head.method {
    case .get, .head: return route
    default: throw .methodNotAllowed(allowed: "GET, HEAD")
    }
  }

  private static func lastColon(_ path: Span<UInt8>, from start: Int) -> Int? {
    var index = path.count - 1
    while index >= start {
      if path[index] == UInt8(ascii: ":") { return index }
      index -= 1
    }
    return nil
  }

  /// A model's name in a path; its slashes may stand as they are.
  private static func modelID(_ bytes: Span<UInt8>) throws(Refusal) -> String {
    try identifier(bytes, what: "model")
  }

  private static func identifier(
    _ bytes: Span<UInt8>, what: String
  ) throws(Refusal) -> String {
    guard !bytes.isEmpty else { throw .routeNotFound }
    guard let decoded = PercentCoding.decoded(bytes),
      let text = String(validating: decoded, as: UTF8.self)
    else { throw .malformed("The \(what) in the path is not percent-encoded UTF-8.") }
    guard decoded.count <= idBytesMax else {
      throw .malformed("The \(what) in the path is longer than \(idBytesMax) bytes.")
    }
    guard PathCoding.isPlainName(decoded.span) else {
      throw .malformed("The \(what) in the path holds control characters or '..'. Remove them.")
    }
    return text
  }
}
