import HTTP

/// The path of a request to a provider.
///
/// `base_url` is what the provider's own SDK takes, and SDKs differ: OpenAI's ends in `/v1` or in
/// whatever the vendor has in its place, Anthropic's and Google's are the host alone.
package enum UpstreamPath {
  /// How an endpoint's path is formed after the prefix.
  package enum Form: Equatable, Sendable {
    /// `{prefix}/chat/completions`
    case openai
    /// `{prefix}/deployments/{model}/chat/completions?api-version=…`, the prefix ending in
    /// `/openai`.
    case azureDeployments
    /// `{prefix}/v1/messages`
    case anthropic
    /// `{prefix}/v1beta/models/{model}:generateContent`, with the version that the client used.
    case gemini
    /// `{prefix}/models/{model}:generateContent`: Vertex AI, whose base URL names version, project
    /// and publisher.
    case geminiPublisher
  }

  /// The form for a provider, and what stands before its endpoints.
  static func form(
    dialect: Dialect, style: ProviderProfile.Style, pathPrefix: [UInt8]
  ) -> (Form, [UInt8]) {
    switch (dialect, style) {
    case (.openai, .plain): (.openai, pathPrefix)
    case (.openai, .azure):
      if pathPrefix.hasSuffix("/openai/v1") {
        (.openai, pathPrefix)
      } else if pathPrefix.hasSuffix("/openai") {
        (.azureDeployments, pathPrefix)
      } else {
        (.azureDeployments, pathPrefix + Array("/openai".utf8))
      }
    case (.anthropic, _): (.anthropic, pathPrefix.without(suffix: "/v1"))
    case (.gemini, _):
      if String(decoding: pathPrefix, as: UTF8.self).contains("/publishers/") {
        (.geminiPublisher, pathPrefix)
      } else {
        (.gemini, pathPrefix.without(suffix: "/v1beta").without(suffix: "/v1"))
      }
    }
  }

  /// Appends the path, without a query.
  ///
  /// `passthrough` is what follows the provider's name in a passthrough path, its slash included;
  /// `model` the name that the provider knows the model by.
  static func append(
    _ route: Route, passthrough: Span<UInt8>, profile: ProviderProfile, model: String,
    to out: inout [UInt8]
  ) {
    guard route.endpoint != .passthrough else {
      out.append(contentsOf: profile.target.pathPrefix)
      out.append(passthrough)
      return
    }
    out.append(contentsOf: profile.endpointPrefix)
    switch profile.pathForm {
    case .openai:
      appendEndpoint(route, to: &out)
    case .azureDeployments:
      if hasDeployment(route.endpoint) {
        out.append("/deployments/")
        PathCoding.appendSegment(model, to: &out)
      }
      appendEndpoint(route, to: &out)
    case .anthropic:
      out.append("/v1")
      appendEndpoint(route, to: &out)
    case .gemini:
      out.append(route.geminiVersion == .v1 ? "/v1" : "/v1beta")
      appendGemini(route, model: model, to: &out)
    case .geminiPublisher:
      appendGemini(route, model: model, to: &out)
    }
  }

  /// Whether Azure has the endpoint under a deployment; the others take the model from the body.
  ///
  /// - SeeAlso: `_deployments_endpoints` of the `openai` SDK for Python.
  static func hasDeployment(_ endpoint: Endpoint) -> Bool {
    switch endpoint {
    case .chatCompletions, .completions, .embeddings, .audioSpeech, .audioTranscriptions,
      .audioTranslations, .imagesGenerations, .imagesEdits:
      true
    default: false
    }
  }

  private static func appendEndpoint(_ route: Route, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "/"))
    switch route.endpoint {
    case .response:
      out.append("responses/")
      PathCoding.appendSegment(route.resourceID ?? "", to: &out)
      switch route.responsePart {
      case .whole: break
      case .cancel: out.append("/cancel")
      case .inputItems: out.append("/input_items")
      }
    default:
      out.append(ascii: route.endpoint.rawValue)
    }
  }

  /// `models/{model}:verb`; a name that begins with a collection keeps it.
  private static func appendGemini(_ route: Route, model: String, to out: inout [UInt8]) {
    var name = model[...]
    if name.hasPrefix("tunedModels/") {
      out.append("/tunedModels/")
      name = name.dropFirst(12)
    } else {
      out.append("/models/")
      if name.hasPrefix("models/") { name = name.dropFirst(7) }
    }
    PathCoding.appendSegment(name, to: &out)
    out.append(verb(route.endpoint))
  }

  private static func verb(_ endpoint: Endpoint) -> StaticString {
    switch endpoint {
    case .generateContent: ":generateContent"
    case .streamGenerateContent: ":streamGenerateContent"
    case .countTokens: ":countTokens"
    case .embedContent: ":embedContent"
    case .batchEmbedContents: ":batchEmbedContents"
    default: ""
    }
  }
}

extension ProviderProfile {
  /// The path of the provider's list of models, which every valid key may read.
  package var modelListPath: [UInt8] {
    switch pathForm {
    case .openai, .azureDeployments, .geminiPublisher: endpointPrefix + Array("/models".utf8)
    case .anthropic: endpointPrefix + Array("/v1/models".utf8)
    case .gemini: endpointPrefix + Array("/v1beta/models".utf8)
    }
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ text: String) -> Bool {
    suffix(text.utf8.count).elementsEqual(text.utf8)
  }

  fileprivate func without(suffix text: String) -> [UInt8] {
    hasSuffix(text) ? dropLast(text.utf8.count) : self
  }
}
