/// One mapping: a name or pattern and where it leads.
package final class ModelMapping: Sendable {
  package let id: String
  package let definition: ModelDefinition

  init(id: String, definition: ModelDefinition) {
    self.id = id
    self.definition = definition
  }

  package var name: String { definition.name }

  /// Every target, those of fallbacks included.
  var allTargets: [ModelDefinition.Target] {
    definition.targets
      + definition.fallbacks.compactMap { fallback in
        if case .target(let target) = fallback { target } else { nil }
      }
  }
}

/// The operator's mappings: exact names first, then patterns, the longest first.
package struct ModelMap: Sendable {
  private var byID: [String: ModelMapping] = [:]
  private var exact: [String: ModelMapping] = [:]
  private var patterns: [ModelMapping] = []

  package init() {}

  /// The map of one user, whose definitions have no records of their own.
  init(owner: String, definitions: [ModelDefinition]) {
    change(
      Dictionary(
        definitions.map { ("\(owner)/\($0.name)", ModelMapping(id: "", definition: $0)) },
        uniquingKeysWith: { first, _ in first }))
  }

  package var mappings: [ModelMapping] { byID.values.sorted { $0.name < $1.name } }

  /// The names that can be asked for as they are, sorted.
  package var exactNames: [String] { exact.keys.sorted() }

  subscript(id id: String) -> ModelMapping? { byID[id] }

  /// The mapping of a name and what its `*` stands for.
  package func mapping(for model: String) -> (mapping: ModelMapping, capture: Substring)? {
    if let mapping = exact[model] { return (mapping, "") }
    for mapping in patterns {
      if let capture = mapping.definition.pattern.capture(in: model) { return (mapping, capture) }
    }
    return nil
  }

  /// A mapping that leads to another by that name; nil: none does.
  func mapping(leadingTo name: String) -> ModelMapping? {
    mappings.first { $0.definition.fallbacks.contains(.name(name)) }
  }

  /// Sets or removes mappings; those not named stay.
  mutating func change(_ changes: [String: ModelMapping?]) {
    for (id, mapping) in changes {
      byID[id] = mapping
    }
    exact = [:]
    patterns = []
    for mapping in byID.values {
      if mapping.definition.pattern.isLiteral {
        exact[mapping.name] = mapping
      } else {
        patterns.append(mapping)
      }
    }
    patterns.sort {
      let (left, right) = ($0.definition.pattern, $1.definition.pattern)
      return (right.literalBytes, left.text) < (left.literalBytes, right.text)
    }
  }
}

extension Snapshot {
  /// What leads to a model by its name, in words: `model 'best'`, `user 'ada' model_map 'x'`; nil:
  /// nothing does.
  package func dependent(onModelNamed name: String) -> String? {
    if let mapping = models.mapping(leadingTo: name), mapping.name != name {
      return "model '\(mapping.name)'"
    }
    for user in users.values.sorted(by: { $0.name < $1.name }) {
      if let mapping = user.modelMap?.mapping(leadingTo: name) {
        return "user '\(user.name)' \(UserModelMap.field) '\(mapping.name)'"
      }
    }
    return nil
  }
}
