import HTTP

/// The top-level members of a JSON body that the appliance acts on.
enum ActedOn: UInt32 {
  case model, stream, streamOptions, choices, bestOf, maxTokens, maxCompletionTokens
  case maxOutputTokens, previousResponse, conversation, container, input, cachedContent
  case generationConfig
  case imageSize, imageQuality, prompt, models

  /// The member of this name, escapes decoded; Google takes `snake_case` for `camelCase`.
  init?(_ name: Span<UInt8>) {
    switch name.count {
    case 1 where name.equals("n"): self = .choices
    case 4 where name.equals("size"): self = .imageSize
    case 5 where name.equals("model"): self = .model
    case 5 where name.equals("input"): self = .input
    case 6 where name.equals("stream"): self = .stream
    case 6 where name.equals("prompt"): self = .prompt
    case 6 where name.equals("models"): self = .models
    case 7 where name.equals("best_of"): self = .bestOf
    case 7 where name.equals("quality"): self = .imageQuality
    case 9 where name.equals("container"): self = .container
    case 10 where name.equals("max_tokens"): self = .maxTokens
    case 12 where name.equals("conversation"): self = .conversation
    case 13 where name.equals("cachedContent"): self = .cachedContent
    case 14 where name.equals("stream_options"): self = .streamOptions
    case 14 where name.equals("cached_content"): self = .cachedContent
    case 16 where name.equals("generationConfig"): self = .generationConfig
    case 17 where name.equals("max_output_tokens"): self = .maxOutputTokens
    case 17 where name.equals("generation_config"): self = .generationConfig
    case 20 where name.equals("previous_response_id"): self = .previousResponse
    case 21 where name.equals("max_completion_tokens"): self = .maxCompletionTokens
    default: return nil
    }
  }

  /// Whether it is acted on there: elsewhere the name may mean anything, twice too.
  func isActedOn(by endpoint: Endpoint) -> Bool {
    switch self {
    case .imageSize, .imageQuality: endpoint.makesImages
    case .prompt: endpoint == .completions
    case .models: endpoint.takesModels
    // Only an endpoint's own cap is one: a provider may pass another's over.
    case .maxTokens, .maxCompletionTokens, .maxOutputTokens: endpoint.takesCap(self)
    case .model, .stream, .streamOptions, .choices, .bestOf, .previousResponse, .conversation,
      .container, .input, .cachedContent, .generationConfig:
      true
    }
  }
}

/// The members of Google's `generationConfig` that the appliance acts on.
enum ConfigOption {
  case candidateCount, maxOutputTokens

  /// The member of this name, escapes decoded.
  init?(_ name: Span<UInt8>) {
    switch name.count {
    case 14 where name.equals("candidateCount"): self = .candidateCount
    case 15 where name.equals("candidate_count"): self = .candidateCount
    case 15 where name.equals("maxOutputTokens"): self = .maxOutputTokens
    case 17 where name.equals("max_output_tokens"): self = .maxOutputTokens
    default: return nil
    }
  }
}

extension Endpoint {
  /// Whether a provider may take a list of models in place of one.
  fileprivate var takesModels: Bool {
    switch self {
    case .chatCompletions, .completions, .responses, .messages, .passthrough: true
    default: false
    }
  }

  /// Whether a member that caps the output is one of this endpoint's.
  fileprivate func takesCap(_ member: ActedOn) -> Bool {
    switch self {
    case .responses, .responsesCompact, .responsesInputTokens: member == .maxOutputTokens
    case .chatCompletions: member == .maxTokens || member == .maxCompletionTokens
    case .generateContent, .streamGenerateContent, .countTokens: false
    case .passthrough: true
    default: member == .maxTokens
    }
  }
}
