/// What an answer states of its usage, gathered from one usage object after another.
///
/// An object counts once it is whole. What a later one states takes the place of what an earlier
/// one did: all of it, or, in the streams of Anthropic, figure by figure.
struct StatedUsage {
  private(set) var anomalies = AnswerAnomalies()
  /// Seconds of audio.
  private(set) var seconds: String?
  private var figures = UsageFigures()
  private var tier: String?
  private var additional: [AnswerFacts.AdditionalUsage] = []
  /// Anthropic's stream: later figures overwrite those of the start one by one.
  private var isCumulative = false
  /// A usage of the current event has been taken over.
  private var isOfEvent = false
  /// The object that is being read.
  private var draft = UsageDraft()

  // MARK: Events

  /// Another event of a stream, or a body that is one document, begins.
  mutating func beginEvent() { isOfEvent = false }

  /// The object of an event begins.
  mutating func beginObject() { draft.clear() }

  /// The object of an event is whole: figures may stand in it without an object of their own.
  ///
  /// - Returns: Whether what has come of the output is counted by them.
  mutating func endObject() -> Bool {
    draft.figures.isEmpty ? false : commit(isStart: false)
  }

  // MARK: Containers

  mutating func open(_ slot: AnswerSlot) {
    switch slot {
    case .usage, .usageAtStart, .usageOfEvent: draft.begin()
    case .iteration: draft.beginIteration()
    case .modality: draft.beginModality()
    default: break
    }
  }

  /// - Returns: Whether what has come of the output is counted by the usage that ends.
  mutating func close(_ place: AnswerPaths.Node) -> Bool {
    switch place.slot {
    case .usage, .usageOfEvent: return commit(isStart: false)
    case .usageAtStart: _ = commit(isStart: true)
    case .iteration: if !draft.endIteration() { anomalies.insert(.unknownIteration) }
    case .modality: draft.endModality(audio: place.figure)
    default: break
    }
    return false
  }

  // MARK: Values

  mutating func string(_ place: AnswerPaths.Node, _ token: Span<UInt8>) {
    switch place.slot {
    case .usageTier: draft.tier = readText(token)
    case .geminiTier: draft.geminiTier = readText(token)
    case .trafficType: draft.trafficType = readText(token)
    case .iterationType: draft.setIteration(type: readText(token))
    case .iterationModel: draft.setIteration(model: readText(token))
    case .modalityName: draft.setModality(name: readText(token))
    case .seconds: anomalies.insert(.amountUnreadable)
    default: isNoNumber(place)
    }
  }

  @inline(__always)  // Into the meter's own switch over the same slots.
  mutating func number(_ place: AnswerPaths.Node, _ token: Span<UInt8>, isCut: Bool) {
    switch place.slot {
    case .figure:
      guard let figure = UsageFigure(rawValue: place.figure) else { break }
      if let count = count(token, isCut: isCut) {
        draft.set(figure, count)
      } else {
        draft.setUnusable(figure)
      }
    case .sum:
      if let count = count(token, isCut: isCut), let figure = UsageFigure(rawValue: place.figure) {
        draft.add(figure, count)
      }
    case .modalityName: draft.setModality(number: TokenCount(token))
    case .modalityCount: draft.setModality(count: count(token, isCut: isCut) ?? 0)
    case .seconds:
      draft.seconds = StatedAmount.decimal(token)
      if draft.seconds == nil { anomalies.insert(.amountUnreadable) }
    default: break
    }
  }

  /// A text, a truth value, an object or an array stands where a figure may.
  mutating func isNoNumber(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .figure:
      anomalies.insert(.usageNotANumber)
      if let figure = UsageFigure(rawValue: place.figure) { draft.setUnusable(figure) }
    case .sum, .modalityCount: anomalies.insert(.usageNotANumber)
    default: break
    }
  }

  /// A count of tokens or calls, or nil and an anomaly.
  mutating func count(_ token: Span<UInt8>, isCut: Bool) -> Int64? {
    switch isCut ? TokenCount.outOfRange : TokenCount(token) {
    case .exact(let value):
      return value
    case .fraction(let value):
      anomalies.insert(.usageFraction)
      return value
    case .negative: anomalies.insert(.usageNegative)
    case .outOfRange: anomalies.insert(.usageOutOfRange)
    case .notANumber: anomalies.insert(.usageNotANumber)
    }
    return nil
  }

  // MARK: The end of an object

  /// Takes over what the object has stated.
  ///
  /// - Returns: Whether figures of the output are among it; not for those at the start of a stream,
  ///   which count none of it.
  private mutating func commit(isStart: Bool) -> Bool {
    defer { draft.clear() }
    guard !draft.isEmpty else { return false }
    let isSecond = isOfEvent && !isCumulative && draft.figures != figures
    if draft.contradictsItself || isSecond { anomalies.insert(.usageRepeated) }
    isOfEvent = true
    if isStart {
      isCumulative = true
      figures = draft.figures
    } else if isCumulative {
      figures.overwrite(with: draft.figures)
    } else {
      figures = draft.figures
    }
    if let stated = draft.seconds { seconds = stated }
    if let stated = draft.priceTier { tier = stated }
    if draft.hasIterations { additional = draft.iterations }
    return !isStart && draft.figures.hasAny(.completion, .output, .candidatesCount)
  }

  /// Adds all that was stated to the facts of the answer.
  mutating func settle(into facts: inout AnswerFacts) {
    if let reading = UsageReading(figures) {
      facts.usage = reading.usage
      facts.providerTotalTokens = reading.statedTotal
      anomalies.formUnion(reading.anomalies)
    } else if seconds != nil {
      facts.usage = Usage()
    }
    facts.billedInputTokens = figures[.billedInput]
    facts.billedOutputTokens = figures[.billedOutput]
    facts.billedSearchUnits = figures[.billedSearch]
    facts.billedImageTokens = figures[.billedImage]
    facts.additionalUsage = additional
    if let seconds { facts.audioSeconds = seconds }
    if let tier { facts.serviceTier = tier }
  }
}
