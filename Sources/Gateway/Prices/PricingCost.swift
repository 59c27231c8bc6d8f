/// What an answer costs: exact, with the arithmetic behind it; or why that is not known.
package struct Cost: Equatable, Sendable {
  /// The exact sum; nil where the cost is unknown, and `reason` says why.
  package let amount: DollarAmount?
  /// The amount rounded once, half to even.
  package let nanoUSD: Int64?
  package let lines: [CostLine]
  /// The factors on the sum of the lines.
  package let multipliers: [PriceMultiplier]
  /// The key of the price entry that was used.
  package let priceKey: String?
  /// The price table that was used.
  package let tableVersion: String
  /// Why there is no amount, or why it is zero though nothing was counted.
  package let reason: UnpricedReason?

  private init(
    amount: DollarAmount?, nanoUSD: Int64?, lines: [CostLine], multipliers: [PriceMultiplier],
    priceKey: String?, tableVersion: String, reason: UnpricedReason?
  ) {
    self.amount = amount
    self.nanoUSD = nanoUSD
    self.lines = lines
    self.multipliers = multipliers
    self.priceKey = priceKey
    self.tableVersion = tableVersion
    self.reason = reason
  }

  static func unknown(_ reason: UnpricedReason, tableVersion: String) -> Cost {
    Cost(
      amount: nil, nanoUSD: nil, lines: [], multipliers: [], priceKey: nil,
      tableVersion: tableVersion, reason: reason)
  }

  static func free(tableVersion: String, _ reason: UnpricedReason = .freeEndpoint) -> Cost {
    Cost(
      amount: .zero, nanoUSD: 0, lines: [], multipliers: [], priceKey: nil,
      tableVersion: tableVersion, reason: reason)
  }

  /// The sum of the lines, times the factors; unknown where it is out of range.
  static func sum(
    _ lines: [CostLine], multipliers: [PriceMultiplier], priceKey: String, tableVersion: String
  ) -> Cost {
    var sum: DollarAmount? = DollarAmount.zero
    for line in lines { sum = sum?.adding(line.amount) }
    for multiplier in multipliers { sum = sum?.multiplied(by: multiplier.factor) }
    guard let sum, let nanoUSD = sum.nanoUSD else {
      return unknown(.outOfRange, tableVersion: tableVersion)
    }
    return Cost(
      amount: sum, nanoUSD: nanoUSD, lines: lines, multipliers: multipliers, priceKey: priceKey,
      tableVersion: tableVersion, reason: nil)
  }
}

/// One part of a cost: so many units at that price.
package struct CostLine: Equatable, Sendable {
  package let item: CostItem
  /// The additional usage that the line belongs to: its place, and its kind.
  package let iteration: Iteration?
  package let quantity: ExactDecimal
  package let rate: PriceRate
  /// `quantity` × `rate.price`.
  package let amount: DollarAmount

  package struct Iteration: Equatable, Sendable {
    package let index: Int
    package let kind: String

    package init(index: Int, kind: String) {
      self.index = index
      self.kind = kind
    }
  }

  /// Nil where the product is out of range.
  package init?(
    _ item: CostItem, _ quantity: ExactDecimal, _ rate: PriceRate, iteration: Iteration? = nil
  ) {
    guard let amount = rate.price.multiplied(by: quantity) else { return nil }
    self.item = item
    self.iteration = iteration
    self.quantity = quantity
    self.rate = rate
    self.amount = amount
  }

  /// Nil where the product is out of range.
  init?(_ item: CostItem, count: Int64, _ rate: PriceRate, iteration: Iteration?) {
    guard let amount = rate.price.multiplied(by: count) else { return nil }
    self.item = item
    self.iteration = iteration
    quantity = ExactDecimal(count)
    self.rate = rate
    self.amount = amount
  }

  /// The name of the line in a receipt: `cache_read`, `iteration0_compaction_input`.
  package var name: String {
    guard let iteration else { return item.rawValue }
    return "iteration\(iteration.index)_\(iteration.kind)_\(item.rawValue)"
  }
}

/// What a line of a cost counts.
package enum CostItem: String, Sendable, CaseIterable {
  case input
  case inputAudio = "input_audio"
  case inputImage = "input_image"
  case cacheRead = "cache_read"
  case cacheReadAudio = "cache_read_audio"
  case cacheReadImage = "cache_read_image"
  case cacheWrite5m = "cache_write_5m"
  case cacheWrite1h = "cache_write_1h"
  case output
  case outputReasoning = "output_reasoning"
  case outputAudio = "output_audio"
  case outputImage = "output_image"
  case billedInput = "billed_input"
  case billedOutput = "billed_output"
  case billedImage = "billed_image"
  case searchUnits = "search_units"
  case pixels
  case images
  case audioSeconds = "audio_seconds"
  case inputCharacters = "input_characters"
  /// All lines of a receipt beyond the last that it has room for.
  case furtherLines = "further_lines"
}

/// Why an answer has no cost, or none though it was served.
package enum UnpricedReason: Error, Equatable, Sendable {
  case errorAnswer
  case freeEndpoint
  /// It has no price, and the operator takes such models as free.
  case takenAsFree
  case noPrice
  /// The entry lacks the price of something that was used.
  case noPriceFor(PriceField)
  case noUsage
  case contradictoryUsage
  case provisionedThroughput
  case feesPerRequest
  case audioByMinute
  case speechUnitsNotStated
  case noImagePrice
  case noSearchUnitPrice
  case outOfRange

  /// Whether a price would help; otherwise it is unknown what was used.
  var isLackOfPrice: Bool {
    switch self {
    case .noPrice, .noPriceFor, .audioByMinute, .noImagePrice, .noSearchUnitPrice: true
    case .errorAnswer, .freeEndpoint, .takenAsFree, .noUsage, .contradictoryUsage,
      .provisionedThroughput, .feesPerRequest, .speechUnitsNotStated, .outOfRange:
      false
    }
  }

  /// The reason in words, as a receipt shows it.
  package var text: String {
    switch self {
    case .errorAnswer: "error response"
    case .freeEndpoint: "endpoint is free"
    case .takenAsFree: "no price for the model: taken as free"
    case .noPrice: "no price for the model"
    case .noPriceFor(let field): "the model's entry has no \(field.rawValue)"
    case .noUsage: "no usage in the response"
    case .contradictoryUsage: "the reported details contradict each other"
    case .provisionedThroughput: "provisioned throughput is not billed per token"
    case .feesPerRequest: "priced per request and per search as well as per token"
    case .audioByMinute: "audio is billed per minute; no such price in the table"
    case .speechUnitsNotStated: "speech is billed in units that are not in the response"
    case .noImagePrice: "no per-image price for this size and quality"
    case .noSearchUnitPrice: "no search unit price"
    case .outOfRange: "the cost is out of range"
    }
  }
}
