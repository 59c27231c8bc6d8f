package import Providers

/// What pricing must know of a request beside its answer.
package struct PricedCall: Sendable {
  package var endpoint: Endpoint
  /// The model asked for, as it went to the provider.
  package var requestedModel: String?
  package var vendor: PriceVendor
  /// The answer is an error: nothing is billed that we know of.
  package var isError = false
  /// The answer is a reading of what was made before, which uses nothing.
  package var isReading: Bool
  /// It is a reading of a response made in the background, and the one that accounts for what that has
  /// used; all others are free.
  package var accountsForResponse = false
  /// Unicode code points of the text of a speech request.
  package var inputCharacters: Int64?
  /// `1024x1792`; nil: the provider's default.
  package var imageSize: String?
  /// `hd`, `standard`, `low`, …; nil: the provider's default.
  package var imageQuality: String?
  /// How many images were asked for, where the answer does not say how many there are.
  package var imageCount: Int?
  /// Anthropic's `speed`, where the request names one.
  package var speed: String?

  package init(endpoint: Endpoint, requestedModel: String?, vendor: PriceVendor) {
    self.endpoint = endpoint
    isReading = endpoint == .response
    self.requestedModel = requestedModel
    self.vendor = vendor
  }
}

/// Prices an answer: a pure function of what the provider stated, the request and the table.
///
/// Sums exactly and rounds once. Never negative and never traps, whatever a provider states: what
/// contradicts itself or leaves the range has no cost, and the reason is said.
package enum Pricing {
  package static func cost(
    _ facts: AnswerFacts, of call: PricedCall, table: PriceTable
  ) -> Cost {
    guard !call.isError else { return .unknown(.errorAnswer, tableVersion: table.version) }
    let isFree = call.isReading || Self.isFree(call.endpoint)
    guard call.accountsForResponse || !isFree, facts.countedTokens == nil else {
      return .free(tableVersion: table.version)
    }
    do throws(UnpricedReason) {
      var bill = try Bill(facts, call, table)
      try bill.write(facts, call)
      return .sum(
        bill.lines, multipliers: bill.multipliers, priceKey: bill.entry.key,
        tableVersion: table.version)
    } catch {
      if table.takesUnpricedAsFree, error.isLackOfPrice {
        return .free(tableVersion: table.version, .takenAsFree)
      }
      return .unknown(error, tableVersion: table.version)
    }
  }

  /// Endpoints that providers do not bill.
  package static func isFree(_ endpoint: Endpoint) -> Bool {
    switch endpoint {
    case .responsesInputTokens, .messagesCountTokens, .countTokens, .moderations, .models, .model,
      .ownKeys:
      true
    case .response:
      true  // The call that made the response was billed; but see `accountsForResponse`.
    case .chatCompletions, .completions, .responses, .responsesCompact, .embeddings,
      .imagesGenerations, .imagesEdits, .imagesVariations, .audioSpeech, .audioTranscriptions,
      .audioTranslations, .rerank, .messages, .generateContent, .streamGenerateContent,
      .embedContent, .batchEmbedContents, .passthrough:
      false
    }
  }

  /// The tier that a provider's word for it means; nil: capacity that was paid beforehand.
  static func tier(_ word: String?) -> PriceTier? {
    guard let word = word?.lowercased() else { return .standard }
    guard let row = tiers.first(where: { $0.words.contains(word) }) else { return .standard }
    return row.tier
  }

  /// The providers' words for a tier; one that is in no row is the standard one.
  private static let tiers: [(words: [String], tier: PriceTier?)] = [
    // platform.openai.com/docs/guides/flex-processing, …/priority-processing; docs.x.ai.
    (["default", "standard", "auto", "on_demand"], .standard),
    (["flex", "on_demand_flex"], .flex),
    (["priority", "on_demand_priority"], .priority),
    (["batch", "batches"], .batch),
    (["ultrafast"], .ultrafast),
    // cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput.
    (["provisioned", "provisioned_throughput"], nil),
  ]
}

extension AnswerAnomaly {
  /// Whether an anomaly of that code means that the usage stated is not what is billed.
  fileprivate static func leavesUsageInDoubt(_ code: String) -> Bool {
    switch AnswerAnomaly(rawValue: code) {
    case .usageNegative, .usageOutOfRange, .usageNotANumber, .usageRepeated,
      .cachedExceedsInput,
      .reasoningExceedsOutput, .totalMismatch, nil:
      true
    case .codedAnswer, .answerNotJSON, .eventNotJSON, .usageFraction, .unknownIteration,
      .amountUnreadable:
      false
    }
  }
}

/// The bill of one answer while its lines are written.
private struct Bill {
  let table: PriceTable
  let endpoint: Endpoint
  let vendor: PriceVendor
  let entry: PriceEntry
  let tier: PriceTier
  /// The pixels of an image, where the entry is for a size.
  private let pixels: Int64?
  private let isImages: Bool
  private(set) var lines: [CostLine] = []
  private(set) var multipliers: [PriceMultiplier] = []

  /// Finds the price entry; what an `init` is given it would else have copied for it.
  init(
    _ facts: borrowing AnswerFacts, _ call: borrowing PricedCall, _ table: PriceTable
  ) throws(UnpricedReason) {
    guard call.vendor.obstacle != .feesPerRequest else { throw .feesPerRequest }
    self.table = table
    endpoint = call.endpoint
    vendor = call.vendor
    switch endpoint {
    case .imagesGenerations, .imagesEdits, .imagesVariations: isImages = true
    default: isImages = false
    }
    if isImages, (facts.usage?.totalTokens ?? 0) == 0,
      let sized = ImagePrice.find(call, table)
    {
      entry = sized.entry
      pixels = sized.pixels
    } else {
      let entry = table.entry(
        vendor: call.vendor, responseModel: facts.model, requestedModel: call.requestedModel)
      guard let entry else { throw .noPrice }
      self.entry = entry
      pixels = nil
    }
    guard let tier = Pricing.tier(facts.serviceTier) else { throw .provisionedThroughput }
    self.tier = tier
  }

  mutating func write(_ facts: AnswerFacts, _ call: PricedCall) throws(UnpricedReason) {
    guard !facts.anomalies.contains(where: AnswerAnomaly.leavesUsageInDoubt) else {
      throw .contradictoryUsage
    }
    lines.reserveCapacity(4)
    let isStated = (facts.usage?.totalTokens ?? 0) != 0
    if facts.billedSearchUnits != nil {
      try writeSearchUnits(facts)
    } else if facts.billedInputTokens != nil || facts.billedOutputTokens != nil {
      try writeBilledTokens(facts)
    } else if isImages, !isStated {
      try writeImages(facts.imageCount ?? call.imageCount ?? 0)
    } else if endpoint == .audioSpeech, !isStated {
      try writeSpeech(call.inputCharacters)
    } else if let seconds = facts.audioSeconds, try isBySecond(tokensStated: isStated) {
      try writeSeconds(seconds)
    } else {
      guard let usage = facts.usage else { throw .noUsage }
      try write(usage, entry: entry, iteration: nil)
    }
    for (index, additional) in facts.additionalUsage.enumerated() {
      try write(additional, index: index)
    }
    addMultipliers(facts, call)
  }

  private mutating func addMultipliers(_ facts: AnswerFacts, _ call: PricedCall) {
    guard !entry.multipliers.isEmpty else { return }
    // What served decides, and not what was asked for; the entry says what has a factor.
    let names = [facts.inferenceGeo, facts.speed ?? call.speed]
    for case .some(let name) in names {
      guard let factor = entry.multiplier(named: name) else { continue }
      multipliers.append(PriceMultiplier(name: name, factor: factor))
    }
  }
}

// By token.
extension Bill {
  private mutating func write(
    _ additional: AnswerFacts.AdditionalUsage, index: Int
  ) throws(UnpricedReason) {
    var entry = entry
    if let model = additional.model {
      let other = table.entry(vendor: vendor, responseModel: model, requestedModel: nil)
      guard let other else { throw .noPrice }
      entry = other
    }
    try write(
      additional.usage, entry: entry,
      iteration: CostLine.Iteration(index: index, kind: additional.kind))
  }

  /// The formula: each part of the usage that the entry prices apart, then the plain rest.
  private mutating func write(
    _ usage: Usage, entry: PriceEntry, iteration: CostLine.Iteration?
  ) throws(UnpricedReason) {
    let cachedAudio = entry.prices(.cacheReadAudio) ? usage.cachedInputAudioTokens : 0
    let cachedImage = entry.prices(.cacheReadImage) ? usage.cachedInputImageTokens : 0
    let cached = try rest(of: usage.cachedInputTokens, less: cachedAudio, cachedImage)
    let audio =
      entry.prices(.inputAudio)
      ? try rest(of: usage.inputAudioTokens, less: usage.cachedInputAudioTokens) : 0
    let image =
      entry.prices(.inputImage)
      ? try rest(of: usage.inputImageTokens, less: usage.cachedInputImageTokens) : 0
    // Writes that no one says how long they are kept count as the short kind.
    _ = try rest(
      of: usage.cacheWriteTokens, less: usage.cacheWrite5mTokens, usage.cacheWrite1hTokens)
    let write5m = try rest(of: usage.cacheWriteTokens, less: usage.cacheWrite1hTokens)
    let input = try rest(
      of: usage.inputTokens, less: usage.cachedInputTokens, usage.cacheWriteTokens, audio, image)

    let reasoning = entry.prices(.reasoning) ? usage.reasoningTokens : 0
    let outputAudio = outputAudioTokens(usage, entry)
    let outputImage = outputImageTokens(usage, entry)
    let output = try rest(of: usage.outputTokens, less: reasoning, outputAudio, outputImage)

    let writer = LineWriter(
      entry: entry, tier: tier, inputTokens: usage.inputTokens, iteration: iteration)
    try writer.add(.input, input, .input, to: &lines)
    try writer.add(.inputAudio, audio, .inputAudio, to: &lines)
    try writer.add(.inputImage, image, .inputImage, to: &lines)
    try writer.add(.cacheRead, cached, .cacheRead, to: &lines)
    try writer.add(.cacheReadAudio, cachedAudio, .cacheReadAudio, to: &lines)
    try writer.add(.cacheReadImage, cachedImage, .cacheReadImage, to: &lines)
    try writer.add(.cacheWrite5m, write5m, .cacheWrite5m, to: &lines)
    try writer.add(.cacheWrite1h, usage.cacheWrite1hTokens, .cacheWrite1h, to: &lines)
    try writer.add(.output, output, .output, to: &lines)
    try writer.add(.outputReasoning, reasoning, .reasoning, to: &lines)
    try writer.add(.outputAudio, outputAudio, .outputAudio, to: &lines)
    try writer.add(.outputImage, outputImage, .outputImage, to: &lines)
  }

  /// A speech answer that states tokens without saying of what kind is all audio.
  private func outputAudioTokens(_ usage: Usage, _ entry: PriceEntry) -> Int64 {
    guard entry.prices(.outputAudio) else { return 0 }
    let isAllAudio = endpoint == .audioSpeech && usage.outputAudioTokens == 0
    return isAllAudio ? usage.outputTokens : usage.outputAudioTokens
  }

  /// An image answer that states tokens without saying of what kind is all image.
  private func outputImageTokens(_ usage: Usage, _ entry: PriceEntry) -> Int64 {
    guard entry.prices(.outputImage) else { return 0 }
    let isAllImage = isImages && usage.outputImageTokens == 0
    return isAllImage ? usage.outputTokens : usage.outputImageTokens
  }

  /// What is left of an amount when its parts are taken away; a contradiction if they exceed it.
  private func rest(
    of whole: Int64, less first: Int64, _ second: Int64 = 0, _ third: Int64 = 0,
    _ fourth: Int64 = 0
  ) throws(UnpricedReason) -> Int64 {
    guard whole >= 0, first >= 0, second >= 0, third >= 0, fourth >= 0,
      first <= whole, second <= whole - first, third <= whole - first - second,
      fourth <= whole - first - second - third
    else { throw .contradictoryUsage }
    return whole - first - second - third - fourth
  }

  /// Cohere bills fewer tokens than it processes.
  private mutating func writeBilledTokens(_ facts: AnswerFacts) throws(UnpricedReason) {
    let input = facts.billedInputTokens ?? 0
    let output = facts.billedOutputTokens ?? 0
    let image = facts.billedImageTokens ?? 0
    guard input >= 0, output >= 0, image >= 0 else { throw .contradictoryUsage }
    let writer = LineWriter(
      entry: entry, tier: tier, inputTokens: facts.usage?.inputTokens ?? input, iteration: nil)
    try writer.add(.billedInput, input, .input, to: &lines)
    try writer.add(.billedImage, image, .inputImage, to: &lines)
    try writer.add(.billedOutput, output, .output, to: &lines)
  }
}

// By other units.
extension Bill {
  private mutating func writeSearchUnits(_ facts: AnswerFacts) throws(UnpricedReason) {
    let units = facts.billedSearchUnits ?? 0
    guard units >= 0 else { throw .contradictoryUsage }
    try writeUnits(.searchUnits, ExactDecimal(units), .perQuery, orElse: .noSearchUnitPrice)
  }

  private mutating func writeImages(_ count: Int) throws(UnpricedReason) {
    guard count > 0 else { throw .noUsage }
    if let pixels {
      if entry.prices(.inputPixel) {
        let (total, overflow) = pixels.multipliedReportingOverflow(by: Int64(count))
        guard !overflow else { throw .outOfRange }
        return try writeUnits(.pixels, ExactDecimal(total), .inputPixel, orElse: .noImagePrice)
      }
      let field: PriceField = entry.prices(.perOutputImage) ? .perOutputImage : .perInputImage
      return try writeUnits(.images, ExactDecimal(Int64(count)), field, orElse: .noImagePrice)
    }
    // Without a size, only what is priced by the image that comes out costs the same at any size.
    try writeUnits(.images, ExactDecimal(Int64(count)), .perOutputImage, orElse: .noImagePrice)
  }

  private mutating func writeSpeech(_ characters: Int64?) throws(UnpricedReason) {
    guard let characters else { throw .speechUnitsNotStated }
    guard characters >= 0 else { throw .contradictoryUsage }
    try writeUnits(
      .inputCharacters, ExactDecimal(characters), .inputCharacter, orElse: .speechUnitsNotStated)
  }

  /// Whether an answer that states seconds of audio is billed by them.
  private func isBySecond(tokensStated: Bool) throws(UnpricedReason) -> Bool {
    let isTranscription =
      endpoint == .audioTranscriptions || endpoint == .audioTranslations
      || entry.mode == "audio_transcription"
    guard isTranscription else {
      guard vendor.obstacle != .audioChatByMinute else { throw .audioByMinute }
      return false
    }
    return !tokensStated || !(entry.prices(.input) || entry.prices(.inputAudio))
  }

  private mutating func writeSeconds(_ text: String) throws(UnpricedReason) {
    guard let seconds = try? ExactDecimal(text), !seconds.isNegative else {
      throw .contradictoryUsage
    }
    try writeUnits(.audioSeconds, seconds, .inputSecond, orElse: .noPriceFor(.inputSecond))
  }

  private mutating func writeUnits(
    _ item: CostItem, _ quantity: ExactDecimal, _ field: PriceField, orElse reason: UnpricedReason
  ) throws(UnpricedReason) {
    guard let rate = entry.rate(field, inputTokens: 0, tier: tier) else { throw reason }
    guard quantity.digits != 0 else { return }
    guard let line = CostLine(item, quantity, rate) else { throw .outOfRange }
    lines.append(line)
  }
}

/// Adds lines of one usage: its entry, tier and long-context threshold.
private struct LineWriter {
  let entry: PriceEntry
  let tier: PriceTier
  let inputTokens: Int64
  let iteration: CostLine.Iteration?

  /// Adds a line of `count` tokens at the price of `field`, or of what stands in for it.
  func add(
    _ item: CostItem, _ count: Int64, _ field: PriceField, to lines: inout [CostLine]
  ) throws(UnpricedReason) {
    guard count > 0 else { return }
    var candidate: PriceField? = field
    var rate: PriceRate?
    while let next = candidate, rate == nil {
      rate = entry.rate(next, inputTokens: inputTokens, tier: tier)
      candidate = next.standIn
    }
    guard let rate else { throw .noPriceFor(field) }
    guard let line = CostLine(item, count: count, rate, iteration: iteration) else {
      throw .outOfRange
    }
    lines.append(line)
  }
}
