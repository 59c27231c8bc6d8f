/// The arithmetic of a cost: each line a quantity times a price, their sum times the factors.
///
/// `total` of a bill that was read back is that of the day it was written: a line holds its price.
package struct ReceiptBill: Equatable, Sendable {
  /// More lines than this are folded: the last one then stands for all further ones, one unit at
  /// the price of their sum, so that the sum stays exact.
  package static let linesMax = 64
  /// Factors on the sum; a call has one or two.
  package static let multipliersMax = 4

  /// The key of the price entry that was used.
  package var priceKey: String
  package var lines: [CostLine]
  package var multipliers: [PriceMultiplier]

  package init(priceKey: String, lines: [CostLine], multipliers: [PriceMultiplier]) {
    self.priceKey = priceKey
    self.lines = lines
    self.multipliers = multipliers
  }

  /// The bill of a cost; nil where it has no price entry, or more than can be kept exactly.
  package init?(_ cost: consuming Cost) {
    guard let key = cost.priceKey, cost.multipliers.count <= Self.multipliersMax else { return nil }
    priceKey = key
    multipliers = cost.multipliers
    lines = cost.lines
    guard lines.count > Self.linesMax else { return }
    let further = lines[(Self.linesMax - 1)...]
    let sum = further.reduce(DollarAmount?.some(.zero)) { $0?.adding($1.amount) }
    guard let sum, let line = CostLine(.furtherLines, ExactDecimal(1), .of(sum)) else { return nil }
    lines.replaceSubrange((Self.linesMax - 1)..., with: CollectionOfOne(line))
  }

  /// The sum of the lines, before the factors; nil where it is out of range.
  package var sum: DollarAmount? {
    lines.reduce(DollarAmount?.some(.zero)) { $0?.adding($1.amount) }
  }

  /// The sum times the factors, exact; `nanoUSD` of it is the cost.
  package var total: DollarAmount? {
    multipliers.reduce(sum) { $0?.multiplied(by: $1.factor) }
  }
}

extension PriceRate {
  /// The rate of a line that stands for others.
  fileprivate static func of(_ amount: DollarAmount) -> PriceRate {
    PriceRate(PriceName(.perRequest), amount)
  }
}
