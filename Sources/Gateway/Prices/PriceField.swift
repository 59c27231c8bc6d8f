/// What a price is for; the raw value is LiteLLM's field name for the plain price.
package enum PriceField: String, Sendable, CaseIterable {
  case input = "input_cost_per_token"
  case output = "output_cost_per_token"
  case cacheRead = "cache_read_input_token_cost"
  /// Kept for five minutes; also where a provider does not say for how long.
  case cacheWrite5m = "cache_creation_input_token_cost"
  case cacheWrite1h = "cache_creation_input_token_cost_above_1hr"
  case reasoning = "output_cost_per_reasoning_token"
  case inputAudio = "input_cost_per_audio_token"
  case outputAudio = "output_cost_per_audio_token"
  case inputImage = "input_cost_per_image_token"
  case outputImage = "output_cost_per_image_token"
  case cacheReadAudio = "cache_read_input_audio_token_cost"
  case cacheReadImage = "cache_read_input_image_token_cost"
  case inputSecond = "input_cost_per_second"
  case outputSecond = "output_cost_per_second"
  case inputCharacter = "input_cost_per_character"
  case outputCharacter = "output_cost_per_character"
  case inputPixel = "input_cost_per_pixel"
  case outputPixel = "output_cost_per_pixel"
  case perInputImage = "input_cost_per_image"
  case perOutputImage = "output_cost_per_image"
  case perQuery = "input_cost_per_query"
  case perRequest = "input_cost_per_request"

  /// The price that holds where an entry lacks this one.
  package var standIn: PriceField? {
    switch self {
    case .cacheRead, .cacheWrite5m, .inputAudio, .inputImage: .input
    case .cacheWrite1h: .cacheWrite5m
    case .cacheReadAudio, .cacheReadImage: .cacheRead
    case .reasoning, .outputAudio, .outputImage: .output
    case .input, .output, .inputSecond, .outputSecond, .inputCharacter, .outputCharacter,
      .inputPixel, .outputPixel, .perInputImage, .perOutputImage, .perQuery, .perRequest:
      nil
    }
  }
}

/// The class of service that a provider says it gave; it chooses among an entry's prices.
package enum PriceTier: UInt8, Sendable, CaseIterable {
  case standard
  case flex
  case priority
  case batch
  case ultrafast

  /// How the field names of LiteLLM's table end.
  package var suffix: String {
    switch self {
    case .standard: ""
    case .flex: "_flex"
    case .priority: "_priority"
    case .batch: "_batches"
    case .ultrafast: "_ultrafast"
    }
  }
}

/// One field name of LiteLLM's table, read: what it prices, from how many tokens on, which tier.
///
/// `input_cost_per_token_above_200k_tokens_priority` is (`input`, 200000, `priority`).
package struct PriceName: Hashable, Sendable {
  package let field: PriceField
  /// The price holds for calls with more input tokens than this; 0: for all.
  package let aboveTokens: Int64
  package let tier: PriceTier

  package init(_ field: PriceField, aboveTokens: Int64 = 0, tier: PriceTier = .standard) {
    self.field = field
    self.aboveTokens = aboveTokens
    self.tier = tier
  }

  /// Reads a field name; nil where it names no price that is known here.
  package init?(parsing name: String) {
    if let plain = Self.plain[name] {
      self = plain
      return
    }
    guard Self.beginnings.contains(where: name.hasPrefix) else { return nil }
    var rest = name[...]
    var tier = PriceTier.standard
    for candidate in PriceTier.allCases where candidate != .standard {
      guard rest.hasSuffix(candidate.suffix) else { continue }
      rest = rest.dropLast(candidate.suffix.utf8.count)
      tier = candidate
      break
    }
    var aboveTokens: Int64 = 0
    if rest.hasSuffix(Self.tokensSuffix), let mark = Self.lastMark(in: rest) {
      let number = rest[mark.upperBound...].dropLast(Self.tokensSuffix.utf8.count)
      guard let tokens = Self.tokens(number) else { return nil }
      aboveTokens = tokens
      rest = rest[..<mark.lowerBound]
    }
    guard let field = PriceField(rawValue: String(rest)) else { return nil }
    self.init(field, aboveTokens: aboveTokens, tier: tier)
  }

  /// Every name without a threshold: a table of a thousand models holds ten thousand of them.
  private static let plain: [String: PriceName] = {
    var plain: [String: PriceName] = [:]
    for field in PriceField.allCases {
      for tier in PriceTier.allCases {
        let name = PriceName(field, tier: tier)
        plain[name.description] = name
      }
    }
    return plain
  }()

  /// How the names of prices begin; most other fields are told apart by that.
  private static let beginnings = [
    "input_cost_per_", "output_cost_per_", "cache_read_input_", "cache_creation_input_",
  ]

  private static let tokensSuffix = "_tokens"
  private static let aboveMark = "_above_"

  private static func lastMark(in name: Substring) -> Range<Substring.Index>? {
    var found: Range<Substring.Index>?
    var start = name.startIndex
    while start < name.endIndex {
      let rest = name[start...]
      if rest.hasPrefix(aboveMark) {
        found = start..<rest.index(start, offsetBy: aboveMark.utf8.count)
      }
      start = name.index(after: start)
    }
    return found
  }

  /// `200k`, `1m` or `200000`; never 0, which would be no threshold.
  private static func tokens(_ text: Substring) -> Int64? {
    let factor: Int64 = text.hasSuffix("k") ? 1_000 : text.hasSuffix("m") ? 1_000_000 : 1
    let digits = factor == 1 ? text : text.dropLast()
    guard digits.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let number = Int64(digits),
      number > 0
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}

extension PriceName: CustomStringConvertible {
  /// The field name as LiteLLM writes it.
  package var description: String {
    guard aboveTokens > 0 else { return field.rawValue + tier.suffix }
    let count =
      aboveTokens.isMultiple(of: 1_000) ? "\(aboveTokens / 1_000)k" : String(aboveTokens)
    return "\(field.rawValue)_above_\(count)_tokens\(tier.suffix)"
  }
}
