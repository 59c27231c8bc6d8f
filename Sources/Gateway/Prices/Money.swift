/// An exact amount of US dollars, or an exact price of one unit.
///
/// Unit: 10⁻²¹ dollars, which keeps the finest price of LiteLLM's table without a rounding. The
/// range is ±1.7 × 10¹⁷ dollars; every operation that could leave it says so with nil.
package struct DollarAmount: Hashable, Sendable {
  package let zeptoUSD: Int128

  package static let zero = DollarAmount(zeptoUSD: 0)
  /// ExactDecimal places of an amount.
  package static let places = 21
  private static let placesBelowNano = 12

  package init(zeptoUSD: Int128) {
    self.zeptoUSD = zeptoUSD
  }

  package init(nanoUSD: Int64) {
    zeptoUSD = Int128(nanoUSD) * 1_000_000_000_000
  }

  /// The amount of that many dollars; nil when it is finer than 10⁻²¹ or out of range.
  package init?(dollars: ExactDecimal) {
    let power = dollars.exponent + Self.places
    guard dollars.digits != 0 else {
      self = .zero
      return
    }
    guard power >= 0, let units = dollars.digits.scaled(byPowerOfTen: power) else { return nil }
    zeptoUSD = units
  }

  /// The sum, or nil where it is out of range.
  package func adding(_ other: DollarAmount) -> DollarAmount? {
    let (sum, overflow) = zeptoUSD.addingReportingOverflow(other.zeptoUSD)
    return overflow ? nil : DollarAmount(zeptoUSD: sum)
  }

  /// The price of `count` units at this price each, or nil where it is out of range.
  package func multiplied(by count: Int64) -> DollarAmount? {
    let (product, overflow) = zeptoUSD.multipliedReportingOverflow(by: Int128(count))
    return overflow ? nil : DollarAmount(zeptoUSD: product)
  }

  /// The price of a quantity that need not be whole; nil where it is out of range.
  ///
  /// A product finer than 10⁻²¹ dollars is rounded half to even there.
  package func multiplied(by quantity: ExactDecimal) -> DollarAmount? {
    let (product, overflow) = zeptoUSD.multipliedReportingOverflow(by: quantity.digits)
    guard !overflow else { return nil }
    guard quantity.exponent < 0 else {
      return product.scaled(byPowerOfTen: quantity.exponent).map(DollarAmount.init(zeptoUSD:))
    }
    return DollarAmount(zeptoUSD: product.dividedHalfToEven(byPowerOfTen: -quantity.exponent))
  }

  /// Nano-dollars, rounded half to even; nil beyond 9.2 × 10⁹ dollars.
  package var nanoUSD: Int64? {
    Int64(exactly: zeptoUSD.dividedHalfToEven(byPowerOfTen: Self.placesBelowNano))
  }

  /// The amount in dollars.
  package var dollars: ExactDecimal {
    ExactDecimal(digits: zeptoUSD, exponent: -Self.places)
  }
}

extension DollarAmount: Comparable {
  package static func < (left: DollarAmount, right: DollarAmount) -> Bool {
    left.zeptoUSD < right.zeptoUSD
  }
}

extension DollarAmount: CustomStringConvertible {
  /// Dollars as an exact decimal without needless zeros: `0.00012`.
  package var description: String { dollars.description }
}
