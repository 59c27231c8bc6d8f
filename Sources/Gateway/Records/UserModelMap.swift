import JSON

/// Reads a user's own names of models: `{"gpt-4-best": "openai/gpt-4o", …}`.
///
/// A name or pattern leads to another name, resolved with the system's mappings; to a list of
/// them, tried in order; to `{provider, model}`; or to what a model's record holds: `{targets,
/// fallbacks, level}`.
enum UserModelMap {
  static let field = "model_map"
  private static let countMax = 1_000

  static func read(_ fields: RecordFields) throws(RecordError) -> [ModelDefinition] {
    guard let value = fields.value(field) else { return [] }
    guard case .object(let members) = value, members.count <= countMax else {
      throw fields.error(
        field, "\(field) must be an object of at most \(countMax) names and what they lead to")
    }
    var definitions: [ModelDefinition] = []
    var seen: Set<String> = []
    for member in members {
      guard seen.insert(member.name).inserted else {
        throw fields.error(field, "\(field) names '\(member.name.prefix(80))' twice")
      }
      definitions.append(try definition(member.name, member.value, fields))
    }
    return definitions
  }

  private static func definition(
    _ name: String, _ value: JSONValue, _ fields: RecordFields
  ) throws(RecordError) -> ModelDefinition {
    switch value {
    case .string(let target): return try leading(name, to: [target], fields)
    case .array(let elements):
      let targets = elements.compactMap(\.string)
      guard !targets.isEmpty, targets.count == elements.count else { throw wrong(name, fields) }
      return try leading(name, to: targets, fields)
    case .object:
      var record = value
      if value["provider"] != nil {
        record = ["targets": [value]]
        if let level = value["level"] {
          record["level"] = level
          var target = value
          target["level"] = nil
          record["targets"] = [target]
        }
      }
      record["name"] = .string(name)
      do throws(RecordError) {
        return try ModelDefinition(record, id: nil)
      } catch {
        throw fields.error(field, "\(field) '\(name.prefix(80))': \(error.message)")
      }
    case .null, .bool, .number: throw wrong(name, fields)
    }
  }

  private static func leading(
    _ name: String, to targets: [String], _ fields: RecordFields
  ) throws(RecordError) -> ModelDefinition {
    guard !name.isEmpty, let pattern = NamePattern(name) else {
      throw fields.error(field, "a name in \(field) may hold one '*', and is not empty")
    }
    try fields.check(name: name, field: field, bytesMax: 512)
    for target in targets {
      try ModelDefinition.check(target, pattern: pattern, field: field, in: fields)
    }
    return ModelDefinition(pattern: pattern, names: targets)
  }

  private static func wrong(_ name: String, _ fields: RecordFields) -> RecordError {
    fields.error(
      field,
      "\(field) '\(name.prefix(80))' must lead to a name such as \"openai/gpt-4o\", a list of "
        + "names, or an object with provider and model, or with targets")
  }

  /// The value with what `replace` makes of each name or id of a provider; texts that are names of
  /// models stay.
  static func replacingProviders<Failure: Error>(
    in value: JSONValue, _ replace: (JSONValue) throws(Failure) -> JSONValue
  ) throws(Failure) -> JSONValue {
    guard case .object(let members) = value else { return value }
    var replaced: [JSONValue.Member] = []
    for member in members {
      var entry = member.value
      if let provider = entry["provider"] {
        entry["provider"] = try replace(provider)
      }
      for list in ["targets", "fallbacks"] {
        guard case .array(let targets)? = entry[list] else { continue }
        var changed: [JSONValue] = []
        for var target in targets {
          if let provider = target["provider"] { target["provider"] = try replace(provider) }
          changed.append(target)
        }
        entry[list] = .array(changed)
      }
      replaced.append(JSONValue.Member(member.name, entry))
    }
    return .object(replaced)
  }
}
