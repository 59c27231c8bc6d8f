import HTTP
import JSON

// Splices a client's body for its provider: the model's name, the question for usage. Every other
// byte goes up as it came.

extension UpstreamRequest {
  /// Whether a request's stream has to be asked for its usage.
  package static func asksForUsage(
    _ route: Route, _ facts: RequestFacts, _ streamUsage: ProviderProfile.StreamUsage
  ) -> Bool {
    guard streamUsage == .ask, facts.isStream, !facts.asksForUsage, facts.bodyKind == .json else {
      return false
    }
    return route.endpoint == .chatCompletions || route.endpoint == .completions
  }

  /// The body for a provider; nil where nothing changes.
  ///
  /// `model` is the name that the provider knows the model by; `body` the bytes that `facts` were
  /// read from; for `injectUsage` see `asksForUsage`; `outputCap` is written over every larger cap.
  package static func editedBody(
    _ route: Route, _ facts: RequestFacts, profile: ProviderProfile, model: String,
    injectUsage: Bool, outputCap: Int64? = nil, body: Span<UInt8>
  ) -> [UInt8]? {
    guard route.endpoint != .passthrough else { return nil }
    var edits = Edits()
    switch facts.bodyKind {
    case .none, .other: return nil
    case .multipart:
      if facts.model != model || facts.modelValue == nil && route.model != nil {
        addFormModel(facts, model, to: &edits)
      }
    case .json:
      if !injectUsage, outputCap == nil, route.dialect != .gemini, let place = facts.modelValue,
        route.model == nil
      {
        return facts.model == model ? nil : spliced(body, place, model)
      }
      addModel(route, facts, profile, model, body, to: &edits)
      if route.dialect == .gemini, facts.model != model {
        addNestedModels(route, model, body, to: &edits)
      }
      if injectUsage { addUsage(facts, to: &edits) }
      if let outputCap { addCap(route, facts, profile, outputCap, body, to: &edits) }
    }
    return edits.isEmpty ? nil : edits.applied(to: body)
  }

  /// The body with another name of a model and nothing else changed, as nearly all go up.
  private static func spliced(
    _ body: Span<UInt8>, _ place: Range<Int>, _ model: String
  ) -> [UInt8] {
    var out: [UInt8] = []
    // A quote or control byte of a name grows; then the array does too.
    out.reserveCapacity(body.count + model.utf8.count + 2)
    out.append(body.extracting(0..<place.lowerBound))
    JSONWriter.append(string: model, to: &out)
    out.append(body.extracting(place.upperBound..<body.count))
    return out
  }

  /// Splices that keep their order.
  private struct Edits {
    private var list: [(range: Range<Int>, bytes: [UInt8])] = []

    var isEmpty: Bool { list.isEmpty }

    /// Puts `bytes` where `range` is; of several at one place the first added comes first.
    mutating func add(_ range: Range<Int>, _ bytes: [UInt8]) {
      let place = list.firstIndex { $0.range.lowerBound > range.lowerBound } ?? list.count
      list.insert((range, bytes), at: place)
    }

    func applied(to body: Span<UInt8>) -> [UInt8] {
      var out: [UInt8] = []
      out.reserveCapacity(list.reduce(body.count) { $0 + $1.bytes.count })
      var copied = 0
      for (range, bytes) in list {
        out.append(body.extracting(copied..<range.lowerBound))
        out.append(contentsOf: bytes)
        copied = range.upperBound
      }
      out.append(body.extracting(copied..<body.count))
      return out
    }
  }

  private static func addModel(
    _ route: Route, _ facts: RequestFacts, _ profile: ProviderProfile, _ model: String,
    _ body: Span<UInt8>, to edits: inout Edits
  ) {
    if let place = facts.modelValue {
      // Without a model in the path the body's name is the one that was asked for.
      let current = route.model == nil ? facts.model : jsonString(body, place)
      let wanted = isCollectionName(current, route) ? "models/" + model : model
      if current != wanted { edits.add(place, quoted(wanted)) }
      return
    }
    let isInPath =
      route.dialect == .gemini
      || profile.pathForm == .azureDeployments && UpstreamPath.hasDeployment(route.endpoint)
    guard !isInPath, route.model != nil || facts.model != model else { return }
    var member = Array("\"model\":".utf8)
    member += quoted(model)
    insert(member, facts, to: &edits)
  }

  private static func addFormModel(_ facts: RequestFacts, _ model: String, to edits: inout Edits) {
    guard facts.modelValue == nil else {
      if let place = facts.modelValue { edits.add(place, Array(model.utf8)) }
      return
    }
    guard facts.firstPart > 0 else { return }
    // Behind the first delimiter: our part, then that delimiter once more for the first of theirs.
    var part = Array("Content-Disposition: form-data; name=\"model\"\r\n\r\n".utf8)
    part.append(contentsOf: model.utf8)
    part.append("\r\n--")
    part += facts.formBoundary
    part.append("\r\n")
    edits.add(facts.firstPart..<facts.firstPart, part)
  }

  /// Whether a body writes the model in Google's way, `models/{m}`.
  private static func isCollectionName(_ name: String?, _ route: Route) -> Bool {
    route.dialect == .gemini && name?.hasPrefix("models/") == true
  }

  /// Google's embedding batches and token counts name the model once more, inside.
  private static func addNestedModels(
    _ route: Route, _ model: String, _ body: Span<UInt8>, to edits: inout Edits
  ) {
    let names: [String]
    switch route.endpoint {
    case .batchEmbedContents: names = ["requests"]
    case .countTokens: names = ["generateContentRequest", "generate_content_request"]
    default: return
    }
    guard let index = try? JSONIndex(body) else { return }
    for name in names {
      guard let member = index.member(named: name, in: body) else { continue }
      var objects = [member.value]
      if member.kind == .array {
        objects =
          (try? JSONIndex.elements(body, range: member.value, elementsMax: .max))?.map(\.value)
          ?? []
      }
      for object in objects {
        guard let inner = try? JSONIndex(body, range: object),
          let named = inner.member(named: "model", in: body), named.kind == .string
        else { continue }
        let isCollection = isCollectionName(jsonString(body, named.value), route)
        edits.add(named.value, quoted(isCollection ? "models/" + model : model))
      }
    }
  }

  private static func addUsage(_ facts: RequestFacts, to edits: inout Edits) {
    switch facts.streamOptions {
    case .absent:
      insert(Array("\"stream_options\":{\"include_usage\":true}".utf8), facts, to: &edits)
    case .object(let brace, let isEmpty):
      let option = "\"include_usage\":true" + (isEmpty ? "" : ",")
      edits.add(brace + 1..<brace + 1, Array(option.utf8))
    case .includeUsage(let value): edits.add(value, Array("true".utf8))
    case .null(let value): edits.add(value, Array("{\"include_usage\":true}".utf8))
    case .other: break
    }
  }

  /// Lowers the caps on output that the body states, or writes one where there is none.
  private static func addCap(
    _ route: Route, _ facts: RequestFacts, _ profile: ProviderProfile, _ cap: Int64,
    _ body: Span<UInt8>, to edits: inout Edits
  ) {
    guard let index = try? JSONIndex(body) else { return }
    let value = Array(String(cap).utf8)
    let isGemini = route.dialect == .gemini
    let names = isGemini ? configNames : capNames(route.endpoint)
    let found = index.members.filter { member in
      JSONString.text(body, member.name).map { names.contains($0) } ?? false
    }
    let config = Array("{\"maxOutputTokens\":".utf8) + value + [UInt8(ascii: "}")]
    guard let first = found.first else {
      let name = isGemini ? "generationConfig" : newCapName(route.endpoint, profile)
      return insert(Array("\"\(name)\":".utf8) + (isGemini ? config : value), facts, to: &edits)
    }
    if isGemini, first.kind == .object {
      addNestedCap(first, cap, value, body, to: &edits)
    } else if isGemini {
      edits.add(first.value, config)
    } else {
      for member in found { lower(member, to: cap, body, &edits) }
    }
  }

  /// Writes a cap over another, unless that is a lower one.
  private static func lower(
    _ member: JSONMember, to cap: Int64, _ body: Span<UInt8>, _ edits: inout Edits
  ) {
    let stated = JSONString.inside(body, member.value) ?? member.value
    var least = cap
    if let number = JSONInteger(parsing: body.extracting(stated)).exactValue, number > 0 {
      least = min(least, number)
      if member.kind == .number, number <= cap { return }
    }
    edits.add(member.value, Array(String(least).utf8))
  }

  private static func addNestedCap(
    _ config: JSONMember, _ cap: Int64, _ value: [UInt8], _ body: Span<UInt8>,
    to edits: inout Edits
  ) {
    guard let inner = try? JSONIndex(body, range: config.value) else { return }
    let found = inner.members.filter { member in
      JSONString.text(body, member.name).map { nestedCapNames.contains($0) } ?? false
    }
    for member in found { lower(member, to: cap, body, &edits) }
    guard found.isEmpty else { return }
    let place = inner.value.lowerBound + 1
    let comma = inner.members.isEmpty ? [] : [UInt8(ascii: ",")]
    edits.add(place..<place, Array("\"maxOutputTokens\":".utf8) + value + comma)
  }

  private static let configNames = ["generationConfig", "generation_config"]
  private static let nestedCapNames = ["maxOutputTokens", "max_output_tokens"]

  private static func capNames(_ endpoint: Endpoint) -> [String] {
    switch endpoint {
    case .responses: ["max_output_tokens"]
    case .chatCompletions: ["max_tokens", "max_completion_tokens"]
    default: ["max_tokens"]
    }
  }

  /// OpenAI's newer models refuse `max_tokens`; most others know nothing else.
  private static func newCapName(_ endpoint: Endpoint, _ profile: ProviderProfile) -> String {
    switch endpoint {
    case .responses: return "max_output_tokens"
    case .chatCompletions:
      let host = profile.target.host
      let isOpenAI =
        host.hasSuffix("openai.com") || host.hasSuffix("openai.azure.com")
        || profile.style == .azure
      return isOpenAI ? "max_completion_tokens" : "max_tokens"
    default: return "max_tokens"
    }
  }

  /// Adds a member in front of the others.
  private static func insert(_ member: [UInt8], _ facts: RequestFacts, to edits: inout Edits) {
    let place = facts.rootBrace + 1
    // A second insertion stands in front of the body's members too, so it needs its comma as well.
    edits.add(place..<place, facts.isRootEmpty ? member : member + [UInt8(ascii: ",")])
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    JSONWriter.append(string: text, to: &out)
    return out
  }
}
