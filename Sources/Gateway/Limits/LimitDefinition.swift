import JSON

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
