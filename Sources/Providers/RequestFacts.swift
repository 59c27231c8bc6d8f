package import HTTP

/// What a request says of itself, read once before it is routed.
///
/// The counterpart of `AnswerFacts`. Holds places in the body, not the body: they stay valid for the
/// same bytes only. A member that is acted on and that stands twice is refused, in any spelling, so
/// that no other reader can see another request in the same bytes.
package struct RequestFacts: Equatable, Sendable {
  package enum BodyKind: Equatable, Sendable {
    /// No body, or none that is read.
    case none
    case json
    case multipart
    /// A passthrough's body in another format.
    case other
  }

  /// What stands at `stream_options`.
  enum StreamOptions: Equatable, Sendable {
    case absent
    /// An object without `include_usage`; the place of its opening brace and whether it is empty.
    case object(brace: Int, isEmpty: Bool)
    /// The value of `include_usage`.
    case includeUsage(value: Range<Int>)
    case null(value: Range<Int>)
    /// Something that the provider will refuse.
    case other
  }

  package var bodyKind: BodyKind = .none
  /// The model asked for; nil only where none is needed or none can be read (passthrough).
  package var model: String?
  /// Further models that the provider may answer with in its place; an empty name is one that cannot
  /// be read.
  package var otherModels: [String] = []
  package var isStream = false
  /// Whether `stream_options.include_usage` is true.
  package var asksForUsage = false
  /// Ids of the provider's that the request names: they live on one key.
  package var namedIDs: [String] = []
  /// Unicode code points of a speech request's `input`.
  package var inputCharacters: Int?
  /// An image's `size` and `quality` as a request for images states them: they set its price.
  package var imageSize: String?
  package var imageQuality: String?
  /// How many answers are asked for (`n`, `best_of`, `candidateCount`); at least 1.
  package var choiceCount = 1
  /// The largest cap on output tokens that the request states.
  package var outputTokensMax: Int64?

  /// The value of the body's `model`: in JSON with its quotes, in multipart the part's content.
  var modelValue: Range<Int>?
  var streamOptions = StreamOptions.absent
  /// The opening brace of the root object, and whether nothing stands in it.
  var rootBrace = 0
  var isRootEmpty = true
  /// Of a form: its boundary, and where the header of its first part begins.
  var formBoundary: [UInt8] = []
  var firstPart = 0

  package init() {}

  /// Bytes that a model's name may have.
  package static let modelBytesMax = 256

  /// Reads a request whose body is complete.
  ///
  /// - Throws: `Refusal.malformed`, with what to do.
  package static func read(
    _ route: Route, _ head: RequestHead, body: Span<UInt8>
  ) throws(Refusal) -> RequestFacts {
    var facts = RequestFacts()
    switch route.endpoint {
    case .models, .model:
      facts.model = route.resourceID
      return facts
    case .response:
      facts.readStoredResponse(route, head)
      return facts
    case .passthrough:
      try facts.readPassthrough(route, head, body: body)
      return facts
    default: break
    }
    try refuseCoded(head)
    if isMultipart(head) {
      guard route.acceptsMultipart else {
        throw .malformed("This endpoint takes JSON, not multipart/form-data. Send a JSON object.")
      }
      try facts.readMultipart(head, body: body, makesImages: route.endpoint.makesImages)
    } else {
      do {
        try facts.readJSON(route, body: body)
      } catch {
        throw error.refusal
      }
    }
    if route.dialect == .gemini { facts.isStream = route.isStreamPath }
    try facts.settleModel(route, body: body)
    return facts
  }

  private mutating func readStoredResponse(_ route: Route, _ head: RequestHead) {
    namedIDs = route.resourceID.map { [$0] } ?? []
    guard let query = head.query else { return }
    let bytes = head.fields.bytes
    let span = bytes.span.extracting(query)
    var parameters = QueryParameters()
    while let parameter = parameters.next(in: span) {
      if span.extracting(parameter.name).equals("stream") {
        isStream = span.extracting(parameter.value).equals("true")
      }
    }
  }

  /// A passthrough's body may be anything; what can be read of it counts.
  private mutating func readPassthrough(
    _ route: Route, _ head: RequestHead, body: Span<UInt8>
  ) throws(Refusal) {
    if !body.isEmpty {
      bodyKind = .other
      if head.fields.contains("content-encoding") {
        // Coded: nothing in it can be read here.
      } else if Self.isMultipart(head) {
        try readMultipart(head, body: body, makesImages: false)
      } else if Self.mayBeJSON(head) {
        do {
          try readJSON(route, body: body)
        } catch {
          guard case .unreadable = error else { throw error.refusal }
          bodyKind = .other
        }
      }
    }
    let bytes = head.fields.bytes
    RequestFileIDs.append(fromPath: bytes.span.extracting(route.upstreamPath), to: &namedIDs)
    if let named = Self.modelInPath(head, route.upstreamPath) { model = named }
    if let name = model, Self.flaw(ofModel: name) != nil { model = nil }
  }

  /// The model that a passthrough's path names: `…/models/{m}:verb` or `…/deployments/{d}/…`.
  ///
  /// Where a provider's path names a model, that one counts and not the body's.
  private static func modelInPath(_ head: RequestHead, _ range: Range<Int>) -> String? {
    let bytes = head.fields.bytes
    let path = bytes.span.extracting(range)
    var start = 0
    while let slash = path.firstIndex(of: UInt8(ascii: "/"), in: start..<path.count) {
      start = slash + 1
      if path.hasBytes("deployments/", at: start) {
        let name = start + 12
        let end = path.firstIndex(of: UInt8(ascii: "/"), in: name..<path.count) ?? path.count
        return decoded(path, name..<end)
      }
      if path.hasBytes("models/", at: start) {
        let name = start + 7
        guard let colon = path.firstIndex(of: UInt8(ascii: ":"), in: name..<path.count) else {
          return nil
        }
        return decoded(path, name..<colon)
      }
    }
    return nil
  }

  private static func decoded(_ path: Span<UInt8>, _ range: Range<Int>) -> String? {
    guard let bytes = PercentCoding.decoded(path.extracting(range)), !bytes.isEmpty else {
      return nil
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Decides the model between path, body and the endpoint's default.
  private mutating func settleModel(_ route: Route, body: Span<UInt8>) throws(Refusal) {
    if let named = route.model {
      if route.dialect == .gemini, let inBody = model, Self.bare(inBody) != Self.bare(named) {
        throw .malformed(
          "The path names another model than the member 'model'. Send the same in both.")
      }
      model = named
    }
    model = try Self.model(model, for: route.endpoint)
  }

  /// The model of a request that names this one, or none; refused as malformed where it cannot be.
  package static func model(
    _ named: String?, for endpoint: Endpoint
  ) throws(Refusal) -> String {
    guard let name = named ?? defaultModel(endpoint) else {
      throw .malformed("The request names no model. Send a 'model', such as \"model\": \"gpt-4o\".")
    }
    if let flaw = flaw(ofModel: name) { throw .malformed(flaw) }
    return name
  }

  /// Google writes a model in a body as `models/{m}`.
  private static func bare(_ name: String) -> Substring {
    name.hasPrefix("models/") ? name.dropFirst(7) : name[...]
  }

  /// The model that OpenAI takes where a request may leave it out.
  ///
  /// Source: platform.openai.com/docs/api-reference/moderations/create and …/images/create.
  static func defaultModel(_ endpoint: Endpoint) -> String? {
    switch endpoint {
    case .moderations: "omni-moderation-latest"
    case .imagesGenerations, .imagesEdits, .imagesVariations: "dall-e-2"
    default: nil
    }
  }

  /// What is wrong with a model's name; nil where nothing is.
  static func flaw(ofModel name: String) -> String? {
    if name.isEmpty { return "The 'model' is empty. Send the name of a model." }
    if name.utf8.count > modelBytesMax {
      return "The 'model' is longer than \(modelBytesMax) bytes. Send the name of a model."
    }
    let utf8 = name.utf8.span
    if !PathCoding.isPlainName(utf8) {
      return "The 'model' holds control characters or '..'. Send the name of a model."
    }
    return nil
  }

  private static func refuseCoded(_ head: RequestHead) throws(Refusal) {
    guard let coding = head.fields.firstRange("content-encoding") else { return }
    let bytes = head.fields.bytes
    guard bytes.span.extracting(coding).equalsIgnoringCase("identity") else {
      throw .malformed("The body is compressed. Send it without content-encoding.")
    }
  }

  private static func isMultipart(_ head: RequestHead) -> Bool {
    guard let type = head.fields.firstRange("content-type"), type.count >= 10 else { return false }
    let bytes = head.fields.bytes
    let value = bytes.span.extracting(type)
    return value.extracting(0..<10).equalsIgnoringCase("multipart/")
  }

  /// Whether a passthrough's body is worth reading as JSON.
  private static func mayBeJSON(_ head: RequestHead) -> Bool {
    guard let type = head.fields.first("content-type") else { return true }
    let text = String(decoding: type.prefix(64), as: UTF8.self).lowercased()
    return text.contains("json") || text.hasPrefix("text/plain")
      || text.hasPrefix("application/x-www-form-urlencoded")
  }
}
