package import JSON

/// Why a price was refused: which model, which field, what is wrong with it.
package struct PriceError: Error, Equatable, Sendable {
  package let model: String
  package let field: String?
  package let problem: String

  package init(model: String, field: String?, problem: String) {
    self.model = model
    self.field = field
    self.problem = problem
  }

  package var message: String {
    if let field {
      "The price of '\(model)': '\(field)' \(problem)."
    } else {
      "The price of '\(model)' \(problem)."
    }
  }
}

/// Reads prices in LiteLLM's field names.
///
/// A field that prices nothing here is kept by name and never fails the entry.
package enum PriceImport {
  /// The key under which LiteLLM's file explains itself; it is no model.
  package static let explanation = "sample_spec"

  /// Entries of an object keyed by model, LiteLLM's whole table or the `prices` of an import
  /// document.
  package static func entries(_ prices: JSONValue) throws(PriceError) -> [PriceEntry] {
    guard case .object(let members) = prices else {
      throw PriceError(
        model: "", field: nil, problem: "must stand in an object that is keyed by model")
    }
    var names = PriceNames()
    var entries: [PriceEntry] = []
    entries.reserveCapacity(members.count)
    for member in members where member.name != explanation {
      entries.append(try entry(model: member.name, member.value, &names))
    }
    return entries
  }

  /// The entry of one model.
  package static func entry(model: String, _ value: JSONValue) throws(PriceError) -> PriceEntry {
    var names = PriceNames()
    return try entry(model: model, value, &names)
  }

  /// The entry of one model of a table, whose field names come again and again.
  package static func entry(
    model: String, _ value: JSONValue, _ names: inout PriceNames
  ) throws(PriceError) -> PriceEntry {
    guard case .object(let members) = value else {
      throw PriceError(model: model, field: nil, problem: "must be an object of price fields")
    }
    var draft = Draft(model: model)
    for member in members {
      if let name = names.read(member.name) {
        try draft.addRate(name, member)
      } else {
        try draft.addOther(member)
      }
    }
    return draft.entry
  }
}

/// The field names of a table, each read once; for one table, and gone with it.
package struct PriceNames {
  private var known: [String: PriceName?] = [:]

  package init() {}

  fileprivate mutating func read(_ field: String) -> PriceName? {
    if let name = known[field] { return name }
    let name = PriceName(parsing: field)
    known[field] = .some(name)
    return name
  }
}

/// An entry in the making.
private struct Draft {
  let model: String
  private var provider: String?
  private var mode: String?
  private var inputTokensMax: Int64?
  private var outputTokensMax: Int64?
  /// LiteLLM's older field for both limits.
  private var tokensMax: Int64?
  private var rates: [PriceRate] = []
  private var multipliers: [PriceMultiplier] = []
  private var otherFields: [String] = []

  init(model: String) {
    self.model = model
  }

  var entry: PriceEntry {
    PriceEntry(
      key: model, provider: provider, mode: mode, inputTokensMax: inputTokensMax,
      outputTokensMax: outputTokensMax ?? tokensMax, rates: rates, multipliers: multipliers,
      otherFields: otherFields)
  }

  mutating func addRate(_ name: PriceName, _ member: JSONValue.Member) throws(PriceError) {
    guard let dollars = try number(member.value, of: member.name) else { return }
    guard let price = DollarAmount(dollars: dollars) else {
      throw error(member.name, "is finer than 10^-21 dollars or too large")
    }
    guard !rates.contains(where: { $0.name == name }) else {
      throw error(member.name, "stands there twice")
    }
    rates.append(PriceRate(name, price))
  }

  mutating func addOther(_ member: JSONValue.Member) throws(PriceError) {
    switch member.name {
    case "litellm_provider": provider = try text(member)
    case "mode": mode = try text(member)
    case "max_input_tokens": inputTokensMax = try limit(member)
    case "max_output_tokens": outputTokensMax = try limit(member)
    case "max_tokens": tokensMax = try limit(member)
    case "provider_specific_entry": try addMultipliers(member)
    default: otherFields.append(member.name)
    }
  }

  private mutating func addMultipliers(_ member: JSONValue.Member) throws(PriceError) {
    guard case .object(let factors) = member.value else {
      throw error(member.name, "must be an object of factors")
    }
    for factor in factors {
      let field = "\(member.name).\(factor.name)"
      guard case .number = factor.value else {
        otherFields.append(field)
        continue
      }
      guard let number = try number(factor.value, of: field) else { continue }
      multipliers.append(PriceMultiplier(name: factor.name, factor: number))
    }
  }

  private func number(
    _ value: JSONValue, of field: String
  ) throws(PriceError) -> ExactDecimal? {
    switch value {
    case .null:
      return nil
    case .number(let text):
      let number: ExactDecimal
      do throws(ExactDecimal.Failure) {
        number = try ExactDecimal(text)
      } catch {
        throw self.error(field, error.message)
      }
      guard !number.isNegative else { throw error(field, "must not be negative") }
      return number
    case .bool, .string, .array, .object:
      throw error(field, "must be a number of US dollars")
    }
  }

  private func limit(_ member: JSONValue.Member) throws(PriceError) -> Int64? {
    guard let number = try number(member.value, of: member.name) else { return nil }
    guard let tokens = number.int64 else {
      throw error(member.name, "must be a whole number of tokens")
    }
    return tokens
  }

  private func text(_ member: JSONValue.Member) throws(PriceError) -> String? {
    switch member.value {
    case .null: nil
    case .string(let text): text
    case .bool, .number, .array, .object: throw error(member.name, "must be a text")
    }
  }

  private func error(_ field: String, _ problem: String) -> PriceError {
    PriceError(model: model, field: field, problem: problem)
  }
}
