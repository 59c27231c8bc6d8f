package import JSON
import Providers

/// All prices of one model, and its limits.
///
/// Immutable and shared: a table hands out references, never copies.
package final class PriceEntry: Sendable {
  /// The key in the price table (`groq/openai/gpt-oss-120b`).
  package let key: String
  /// Whose price this is, LiteLLM's `litellm_provider`.
  ///
  /// Nil: the operator's own entry, which holds wherever the model runs.
  package let provider: String?
  /// What the model does (`chat`, `embedding`, `image_generation`), LiteLLM's `mode`.
  package let mode: String?
  package let inputTokensMax: Int64?
  package let outputTokensMax: Int64?
  /// Grouped by field; in a group the larger threshold first, then a tier before the plain price.
  package let rates: [PriceRate]
  /// Factors on the whole cost, by name (`us`).
  package let multipliers: [PriceMultiplier]
  /// Names of the fields that price nothing here (tool fees, dates and the like).
  package let otherFields: [String]

  package init(
    key: String, provider: String? = nil, mode: String? = nil, inputTokensMax: Int64? = nil,
    outputTokensMax: Int64? = nil, rates: [PriceRate], multipliers: [PriceMultiplier] = [],
    otherFields: [String] = []
  ) {
    self.key = key
    self.provider = provider
    self.mode = mode
    self.inputTokensMax = inputTokensMax
    self.outputTokensMax = outputTokensMax
    self.rates = rates.sorted { $0.name.rank < $1.name.rank }
    self.multipliers = multipliers
    self.otherFields = otherFields
  }

  /// Whether the operator wrote it, for any vendor.
  package var isOwn: Bool { provider == nil }

  /// The price of a unit in a call with so many input tokens and of that tier.
  ///
  /// The largest threshold that is exceeded decides, then the tier, then the plain price.
  package func rate(_ field: PriceField, inputTokens: Int64, tier: PriceTier) -> PriceRate? {
    for rate in rates where rate.name.field == field {
      let name = rate.name
      guard name.aboveTokens == 0 || inputTokens > name.aboveTokens else { continue }
      if name.tier == .standard || name.tier == tier { return rate }
    }
    return nil
  }

  /// Whether the model has a price of its own for this unit, in any tier.
  package func prices(_ field: PriceField) -> Bool {
    rates.contains { $0.name.field == field }
  }

  /// Whether it can price a call of an endpoint; what cannot is without a price, half of one or not.
  ///
  /// An answer of text takes a price of both sides, or of another unit than tokens.
  func prices(_ endpoint: Endpoint) -> Bool {
    guard endpoint.answersWithText else { return !rates.isEmpty }
    return prices(.input) && prices(.output) || BoundRates(self).otherUnit != nil
  }

  /// The entry as an object of LiteLLM's fields, without whose price it is.
  package var fields: JSONValue {
    var fields: [JSONValue.Member] = rates.map { rate in
      .init(rate.name.description, .number(rate.price.description))
    }
    if let mode { fields.append(.init("mode", .string(mode))) }
    if let inputTokensMax { fields.append(.init("max_input_tokens", .int(inputTokensMax))) }
    if let outputTokensMax { fields.append(.init("max_output_tokens", .int(outputTokensMax))) }
    if !multipliers.isEmpty {
      let factors = multipliers.map {
        JSONValue.Member($0.name, .number($0.factor.description))
      }
      fields.append(.init("provider_specific_entry", .object(factors)))
    }
    return .object(fields)
  }

  package func multiplier(named name: String) -> ExactDecimal? {
    multipliers.first { $0.name == name }?.factor
  }

  /// A number made of all that a call is priced and bounded by, the same on every node.
  var fingerprint: UInt64 {
    var hash = StableHash.of(key)
    func take(_ number: UInt64) { hash = StableHash.mix(hash ^ number) }
    func take(_ number: Int128) {
      take(UInt64(truncatingIfNeeded: number))
      take(UInt64(truncatingIfNeeded: number >> 64))
    }
    take(StableHash.of(provider ?? "\n"))
    take(StableHash.of(mode ?? "\n"))
    take(UInt64(bitPattern: inputTokensMax ?? -1))
    take(UInt64(bitPattern: outputTokensMax ?? -1))
    for rate in rates {
      take(StableHash.of(rate.name.field.rawValue))
      take(UInt64(bitPattern: rate.name.aboveTokens))
      take(UInt64(rate.name.tier.rawValue))
      take(rate.price.zeptoUSD)
    }
    for multiplier in multipliers {
      take(StableHash.of(multiplier.name))
      take(multiplier.factor.digits)
      take(UInt64(bitPattern: Int64(multiplier.factor.exponent)))
    }
    return hash
  }
}

/// One price of an entry.
package struct PriceRate: Hashable, Sendable {
  package let name: PriceName
  /// Dollars for one unit.
  package let price: DollarAmount

  package init(_ name: PriceName, _ price: DollarAmount) {
    self.name = name
    self.price = price
  }
}

/// A factor on the whole cost of a call, such as Anthropic's for inference in the US only.
package struct PriceMultiplier: Hashable, Sendable {
  package let name: String
  package let factor: ExactDecimal

  package init(name: String, factor: ExactDecimal) {
    self.name = name
    self.factor = factor
  }
}

extension PriceName {
  /// Sorts the most particular price of a field first.
  fileprivate var rank: (String, Int64, Int) {
    (field.rawValue, -aboveTokens, tier == .standard ? 1 : 0)
  }
}
