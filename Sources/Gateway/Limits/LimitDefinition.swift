import JSON

/// What a limit counts, and in what time; the raw value is its name in records and options.
package enum LimitKind: String, Sendable, CaseIterable {
  case rpm, tpm, itpm, otpm
  case rpd, tpd, itpd, otpd
  /// Requests under way at the same time.
  case concurrent

  package enum Metric: Sendable {
    case requests
    /// Input and output together.
    case tokens
    case inputTokens
    case outputTokens
    case concurrent
  }

  package var metric: Metric {
    switch self {
    case .rpm, .rpd: .requests
    case .tpm, .tpd: .tokens
    case .itpm, .itpd: .inputTokens
    case .otpm, .otpd: .outputTokens
    case .concurrent: .concurrent
    }
  }

  package var isDaily: Bool {
    switch self {
    case .rpd, .tpd, .itpd, .otpd: true
    case .rpm, .tpm, .itpm, .otpm, .concurrent: false
    }
  }

  package var windowMilliseconds: Int64 { isDaily ? 86_400_000 : 60_000 }

  package var countsTokens: Bool {
    switch metric {
    case .tokens, .inputTokens, .outputTokens: true
    case .requests, .concurrent: false
    }
  }

  /// `60 requests a minute`, as refusals say it.
  package func text(max: Int64) -> String {
    let what =
      switch metric {
      case .requests: "requests"
      case .tokens: "tokens"
      case .inputTokens: "input tokens"
      case .outputTokens: "output tokens"
      case .concurrent: "requests at a time"
      }
    return self == .concurrent ? "\(max) \(what)" : "\(max) \(what) a \(isDaily ? "day" : "minute")"
  }
}

/// Limits as a record writes them: `{"rpm": 60, "tpm": 100000}`; those not named do not limit.
package struct LimitDefinition: Equatable, Sendable {
  package let maxima: [LimitKind: Int64]

  package static let none = LimitDefinition(maxima: [:])
  private static let range: ClosedRange<Int64> = 0...1_000_000_000_000

  package init(maxima: [LimitKind: Int64]) { self.maxima = maxima }

  package var isEmpty: Bool { maxima.isEmpty }

  /// Reads the object; `where` names it in errors, `others` are members that are not limits.
  init(
    _ value: JSONValue, of fields: RecordFields, in field: String, others: [String] = []
  ) throws(RecordError) {
    guard case .object(let members) = value else {
      throw fields.error(
        field, "\(field) must be an object such as {\"rpm\": 60, \"tpm\": 100000}")
    }
    var maxima: [LimitKind: Int64] = [:]
    for member in members where !others.contains(member.name) {
      guard let kind = LimitKind(rawValue: member.name) else {
        let known = (others + LimitKind.allCases.map(\.rawValue)).joined(separator: ", ")
        throw fields.error(
          field, "\(field) has no '\(member.name.prefix(80))'; it has \(known)")
      }
      guard member.value != .null else { continue }
      guard let max = member.value.int, Self.range.contains(max) else {
        throw fields.error(
          field,
          "\(field): \(member.name) must be a whole number from 0 to \(Self.range.upperBound)")
      }
      guard maxima.updateValue(max, forKey: kind) == nil else {
        throw fields.error(field, "\(field): \(member.name) is given twice")
      }
    }
    self.maxima = maxima
  }

  /// The field `limits`; none if it is absent.
  static func read(_ fields: RecordFields) throws(RecordError) -> LimitDefinition {
    guard let value = fields.value("limits") else { return .none }
    return try LimitDefinition(value, of: fields, in: "limits")
  }
}

/// Limits that hold for the models of a pattern, under the name asked for.
package struct ModelLimitDefinition: Equatable, Sendable {
  package let pattern: NamePattern
  package let limits: LimitDefinition

  private static let countMax = 100

  /// The field `model_limits`: `[{"model": "gpt-4*", "rpm": 10}]`; none if it is absent.
  static func read(_ fields: RecordFields) throws(RecordError) -> [ModelLimitDefinition] {
    let field = "model_limits"
    var all: [ModelLimitDefinition] = []
    for value in try fields.list(field, countMax: countMax) ?? [] {
      guard let text = value["model"]?.string, !text.isEmpty, let pattern = NamePattern(text) else {
        throw fields.error(
          field,
          "\(field) must be a list such as [{\"model\": \"gpt-4*\", \"rpm\": 10}], each model a"
            + " name with at most one *")
      }
      guard !all.contains(where: { $0.pattern == pattern }) else {
        throw fields.error(field, "\(field) names '\(text.prefix(80))' twice")
      }
      let limits = try LimitDefinition(value, of: fields, in: field, others: ["model"])
      all.append(ModelLimitDefinition(pattern: pattern, limits: limits))
    }
    return all
  }
}
