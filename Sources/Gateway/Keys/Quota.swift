package import Providers

/// What a provider last said is left of a key's limits, and when it said so.
struct Quota: Equatable, Sendable {
  let reading: QuotaReading
  let readAt: Moment

  /// Nothing is left until then; the past where something is.
  var emptyUntil: Moment {
    guard let wait = reading.emptyMilliseconds else { return .distantPast }
    return readAt + .milliseconds(wait)
  }
}

extension KeyStatus {
  /// What is left of one limit of a key, as its provider last said.
  package struct Left: Equatable, Sendable {
    /// Empty where all models of the key are counted together.
    package var model: String
    package var kind: QuotaReading.Kind
    package var remaining: Int64
    package var limit: Int64?
    package var readAt: Moment
    /// When it is full again, told of what is used up.
    package var resetsAt: Moment?
  }
}

extension Quota {
  /// By kind, as far as the provider told.
  func left(of model: String) -> [KeyStatus.Left] {
    QuotaReading.Kind.allCases.compactMap { kind in
      let amount = reading[kind]
      guard let remaining = amount.remaining else { return nil }
      return KeyStatus.Left(
        model: model, kind: kind, remaining: remaining, limit: amount.limit, readAt: readAt,
        resetsAt: amount.resetMilliseconds.map { readAt + .milliseconds($0) })
    }
  }
}

extension QuotaReading.Kind {
  /// For a person.
  package var words: String {
    switch self {
    case .requests: "requests"
    case .tokens: "tokens"
    case .inputTokens: "input tokens"
    case .outputTokens: "output tokens"
    }
  }

  /// For scripts.
  package var code: String {
    switch self {
    case .requests: "requests"
    case .tokens: "tokens"
    case .inputTokens: "input_tokens"
    case .outputTokens: "output_tokens"
    }
  }
}
