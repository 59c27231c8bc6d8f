/// What a request could cost at most, and how that can be made less.
package struct MoneyDemand: Equatable, Sendable {
  /// Nano-dollars of the input at the dearest price.
  package var inputNanoUSD: Int64 = 0
  /// 10⁻²¹ dollars for one more token in each of its answers, at the dearest price.
  package var outputZeptoUSD: Int128 = 0
  /// The cap on an answer that the request states.
  package var statedCap: Int64?
  /// The largest answer of any of its models.
  package var largestAnswer: Int64 = 0
  /// Whether a cap can be written into the request.
  package var takesCap = false
  /// The least cap that the request can be served with.
  package var floorTokens: Int64 = MoneyDemand.floorTokens
  /// What keeps it from having a bound, in words.
  package var unbounded: [String] = []
  /// One of those is the length of its answer, which neither it nor a price entry caps: ordinary.
  package var isLengthGuessed = false
  /// Nano-dollars that the least request for the same models would set aside, whatever this one
  /// asks for.
  package var smallestNanoUSD: Int64 = 0
  /// Nano-dollars that it will likely cost.
  package var estimateNanoUSD: Int64 = 0

  /// The least `max_output_tokens` that OpenAI takes.
  ///
  /// Source: platform.openai.com/docs/api-reference/responses/create.
  package static let floorTokens: Int64 = 16

  package init() {}

  /// Whether more than the length of its answer keeps it from having a bound.
  package var isOpenEnded: Bool { unbounded.count > (isLengthGuessed ? 1 : 0) }

  /// How a request is let through.
  struct Fit: Equatable {
    /// Nano-dollars to set aside.
    let nanoUSD: Int64
    /// The cap that must be written into it; nil: it goes as it is.
    var cap: Int64?
  }

  /// How it fits into what is left; nil: not at all.
  ///
  /// A cap that was stated may take all that is left. Where none was stated a tenth is enough, so
  /// that one request does not keep all others waiting.
  func fit(into left: Int64) -> Fit? {
    guard left > 0, inputNanoUSD <= left else { return nil }
    let cap = statedCap ?? largestAnswer
    if let whole = cost(cap), whole <= left { return Fit(nanoUSD: whole) }
    guard takesCap, outputZeptoUSD > 0 else { return nil }
    let floor = min(floorTokens, cap)
    let room = left - inputNanoUSD
    let share = statedCap == nil ? room / 10 : room
    let tokens = min(max(affordable(share), floor), cap)
    guard tokens > 0, let lowered = cost(tokens), lowered <= left else { return nil }
    return Fit(nanoUSD: lowered, cap: tokens)
  }

  /// Nano-dollars of the input and answers of so many tokens, rounded up; nil beyond all range.
  func cost(_ tokens: Int64) -> Int64? {
    let (product, overflow) = outputZeptoUSD.multipliedReportingOverflow(by: Int128(tokens))
    guard !overflow, product <= Int128(Int64.max) * 1_000_000_000_000 else { return nil }
    let output = Int64((product + 999_999_999_999) / 1_000_000_000_000)
    let (sum, tooLarge) = output.addingReportingOverflow(inputNanoUSD)
    return tooLarge ? nil : sum
  }

  /// The least that it can be served for.
  var leastNanoUSD: Int64 { cost(min(floorTokens, statedCap ?? largestAnswer)) ?? .max }

  private func affordable(_ nanoUSD: Int64) -> Int64 {
    Int64(clamping: Int128(nanoUSD) * 1_000_000_000_000 / outputZeptoUSD)
  }
}
