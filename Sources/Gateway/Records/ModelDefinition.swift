import JSON

/// The checked fields of a model mapping's record.
package struct ModelDefinition: Equatable, Sendable {
  package static let fields = ["name", "targets", "fallbacks", "level"]
  package static let weightRange = 0...10_000

  /// Where a name leads: one model of one provider.
  package struct Target: Equatable, Sendable {
    package let providerID: String
    /// The provider's name for it; `*` stands for what the pattern's `*` matched.
    package let model: String
    /// Share of the requests that try this target first; 0: only when others fail.
    package let weight: Int
    /// The star's place in `model`, in UTF-8; nil where there is none.
    private let star: Int?

    package init(providerID: String, model: String, weight: Int) {
      self.providerID = providerID
      self.model = model
      self.weight = weight
      self.star = Array(model.utf8).firstIndex(of: UInt8(ascii: "*"))
    }

    /// The provider's name for the model when the pattern's `*` matched `capture`.
    package func model(for capture: Substring) -> String {
      star == nil ? model : ModelDefinition.substitute(capture, in: model)
    }
  }

  /// Puts a capture in the place of the star, if there is one.
  package static func substitute(_ capture: Substring, in text: String) -> String {
    guard let star = text.utf8.firstIndex(of: UInt8(ascii: "*")) else { return text }
    return String(text[..<star]) + capture + text[text.utf8.index(after: star)...]
  }

  package enum Fallback: Equatable, Sendable {
    /// A name, resolved as if the client had asked for it.
    case name(String)
    case target(Target)
  }

  package let name: String
  package let pattern: NamePattern
  package let targets: [Target]
  package let fallbacks: [Fallback]
  /// The level of keys that serves it, whatever the caller's own; nil: the caller's.
  package let level: Int?

  /// A mapping of a checked pattern that leads to other names alone, tried in order.
  init(pattern: NamePattern, names: [String]) {
    name = pattern.text
    self.pattern = pattern
    targets = []
    fallbacks = names.map { .name($0) }
    level = nil
  }

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(value, kind: .model, id: id, naming: "name", known: Self.fields)
    name = try fields.requiredName("name", example: "gpt-best", bytesMax: 512)
    guard let pattern = NamePattern(name) else {
      throw fields.error("name", "name may hold one '*', which stands for any text")
    }
    self.pattern = pattern
    guard let list = try fields.list("targets"), !list.isEmpty else {
      throw fields.error(
        "targets",
        "targets is missing; for example [{\"provider\": \"openai\", \"model\": \"gpt-4o\"}]")
    }
    var targets: [Target] = []
    for entry in list {
      targets.append(try Self.target(entry, pattern: pattern, field: "targets", in: fields))
    }
    self.targets = targets
    var fallbacks: [Fallback] = []
    for entry in try fields.list("fallbacks") ?? [] {
      if case .string(let name) = entry {
        try Self.check(name, pattern: pattern, field: "fallbacks", in: fields)
        fallbacks.append(.name(name))
      } else {
        fallbacks.append(
          .target(try Self.target(entry, pattern: pattern, field: "fallbacks", in: fields)))
      }
    }
    self.fallbacks = fallbacks
    level = try fields.integer("level", in: Level.range)
  }

  private static func target(
    _ value: JSONValue, pattern: NamePattern, field: String, in fields: RecordFields
  ) throws(RecordError) -> Target {
    let known = ["provider", "model", "weight"]
    let shape =
      "\(field) must hold objects with provider, model and weight"
      + (field == "fallbacks" ? ", or names of models" : "")
    guard case .object(let members) = value else { throw fields.error(field, shape) }
    if let other = members.first(where: { !known.contains($0.name) }) {
      throw fields.error(
        field,
        "\(field) has no field '\(other.name.prefix(80))'; its fields are provider, model, weight")
    }
    guard case .string(let provider)? = members.first(where: { $0.name == "provider" })?.value,
      !provider.isEmpty,
      case .string(let model)? = members.first(where: { $0.name == "model" })?.value
    else { throw fields.error(field, shape) }
    try check(model, pattern: pattern, field: field, in: fields)
    var weight = 1
    if let value = members.first(where: { $0.name == "weight" })?.value, value != .null {
      guard let number = value.int, let number = Int(exactly: number), weightRange.contains(number)
      else {
        throw fields.error(
          field,
          "weight in \(field) must be a whole number from \(weightRange.lowerBound) to "
            + "\(weightRange.upperBound)")
      }
      weight = number
    }
    return Target(providerID: provider, model: model, weight: weight)
  }

  static func check(
    _ model: String, pattern: NamePattern, field: String, in fields: RecordFields
  ) throws(RecordError) {
    guard !model.isEmpty else { throw fields.error(field, "\(field) holds an empty model") }
    try fields.check(name: model, field: field, bytesMax: 512)
    guard let target = NamePattern(model) else {
      throw fields.error(field, "'\(model)' in \(field) may hold one '*' only")
    }
    guard target.isLiteral || !pattern.isLiteral else {
      throw fields.error(
        field, "'\(model)' in \(field) holds a '*', but the name '\(pattern.text)' has none")
    }
  }
}

/// The checked fields of a price's record: a model and its entry in LiteLLM's field names.
package struct ModelPriceDefinition: Sendable {
  package static let fields = ["name", "price"]

  package let name: String
  package let entry: PriceEntry
  let fingerprint: UInt64

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    var names = PriceNames()
    try self.init(value, id: id, names: &names)
  }

  init(_ value: JSONValue, id: String?, names: inout PriceNames) throws(RecordError) {
    let fields = try RecordFields(value, kind: .price, id: id, naming: "name", known: Self.fields)
    name = try fields.requiredName("name", example: "gpt-4o", bytesMax: 512)
    guard let price = fields.value("price"), case .object = price else {
      throw fields.error(
        "price", "price must be an object such as {\"input_cost_per_token\": 2.5e-06}")
    }
    do {
      entry = try PriceImport.entry(model: name, price, &names)
      fingerprint = entry.fingerprint
    } catch {
      throw fields.error(error.field, error.message)
    }
  }
}
