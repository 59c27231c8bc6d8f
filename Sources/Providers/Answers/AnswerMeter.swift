/// Collects the facts of an answer from the values that the scanner comes by.
///
/// Holds a fixed set of counters and a few short strings, however long the answer.
struct AnswerMeter {
  /// Most ids and tool kinds that are remembered: a bound against a provider that floods.
  private static let listMax = 32

  private let kind: AnswerReader.Kind
  /// Text that a stream repeats in whole is not counted again.
  var isStream = false
  /// Events have a frame around them (SSE), which begins and ends them.
  var isFramed = false

  // MARK: What the relay asks

  /// Text, reasoning, a tool call, audio or an image has come.
  private(set) var hasContent = false
  /// The event or flag that ends the answer has come.
  private(set) var hasEnded = false
  /// Some choice has said why it stopped.
  private(set) var hasFinished = false
  /// The stream is of a protocol that says when it is over.
  private(set) var announcesEnd = false
  var errorEvent: ErrorEventFacts? { facts.errorEvent }
  private(set) var eventCount = 0
  /// Ranges of the body that usage hiding cuts from the current event.
  private(set) var cuts: [Range<Int>] = []
  var collectsCuts = false

  /// The current event is nothing but the usage: `choices` is there and empty, `usage` an object.
  var isUsageEvent: Bool { event.isUsageAlone }

  // MARK: What was read

  private(set) var anomalies = AnswerAnomalies()
  private var figures = UsageFigures()
  /// Takes up what is final as it comes; the rest is settled at the end.
  private var facts = AnswerFacts()
  private var outputCalls: [String: Int64] = [:]
  private var webQueries: Int64 = 0
  private var tier = ""
  private var usageTier: String?
  private var hasDuration = false
  /// Anthropic's stream: later figures overwrite those of the start one by one.
  private var isCumulative = false

  // MARK: What is being read

  private var event = AnswerEvent()
  private var draft = UsageDraft()
  private var isMuted = false
  private var hasDeltas = false
  private var entryHasImage = false

  init(kind: AnswerReader.Kind) {
    self.kind = kind
  }

  // MARK: Framing

  /// An event of a stream begins, which may turn out to hold no JSON.
  mutating func beginFrame() {
    if !cuts.isEmpty { cuts.removeAll(keepingCapacity: true) }
    event = AnswerEvent()
  }

  /// The event is over; `isNamedError`: its name was `error`.
  mutating func endFrame(isNamedError: Bool) {
    if isNamedError { record(event.error) }
  }

  mutating func note(_ anomaly: AnswerAnomaly) { anomalies.insert(anomaly) }

  mutating func sawEnd() { hasEnded = true }

  /// Output that is not JSON: a transcription as plain text.
  mutating func plainText(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    facts.outputText.add(bytes.extracting(range))
    if !range.isEmpty { hasContent = true }
  }

  // MARK: Containers

  mutating func open(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .event:
      if !isFramed { beginFrame() }
      draft.clear()
      isMuted = false
      entryHasImage = false
      eventCount += 1
    case .usage, .usageAtStart:
      draft.begin()
    case .usageOfEvent:
      draft.begin()
      event.hasUsage = true
    case .iteration:
      draft.beginIteration()
    case .modality:
      draft.beginModality()
    case .choice:
      event.choiceCount += 1
    case .choiceMessage:
      isMuted = isStream
    case .imageEntry:
      entryHasImage = false
    default:
      break
    }
  }

  mutating func openArray(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .choices: event.hasChoices = true
    case .outputItems: outputCalls.removeAll(keepingCapacity: true)
    default: break
    }
  }

  mutating func close(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .event: endEvent()
    case .usage, .usageOfEvent: commitUsage(isStart: false)
    case .usageAtStart: commitUsage(isStart: true)
    case .iteration: if !draft.endIteration() { anomalies.insert(.unknownIteration) }
    case .modality: draft.endModality(audio: place.figure)
    case .choiceMessage: isMuted = false
    case .imageEntry: if entryHasImage { countImage() }
    case .error: event.hasError = event.hasError || !event.error.isEmpty
    default: break
    }
  }

  // MARK: Values

  /// Whether a string of this slot would change anything: the first id and model stand.
  func wants(_ slot: AnswerSlot) -> Bool {
    switch slot {
    case .id: facts.id == nil
    case .model: facts.model == nil
    default: true
    }
  }

  mutating func string(
    _ place: AnswerPaths.Node, _ token: Span<UInt8>, isCut: Bool, name: [UInt8]
  ) {
    // Gemini bills and lists a search whose words it does not say.
    if place.slot == .webQuery { event.webQueries += 1 }
    guard !token.isEmpty else { return }
    switch place.slot {
    case .id where !isCut: facts.id = text(token)
    case .model where !isCut: facts.model = text(token)
    case .tier where kind != .interactions && !token.equals(tier.utf8.span): tier = text(token)
    case .usageTier: draft.tier = text(token)
    case .geminiTier: draft.geminiTier = text(token)
    case .trafficType: draft.trafficType = text(token)
    case .geo: facts.inferenceGeo = geo(token)
    case .speed: facts.speed = text(token)
    case .type: readType(token)
    case .handle where !isCut: remember(text(token))
    case .resourceName where kind == .unknown && !isCut: rememberResource(text(token))
    case .iterationType: draft.setIteration(type: text(token))
    case .iterationModel: draft.setIteration(model: text(token))
    case .modalityName: draft.setModality(name: text(token))
    case .outputType: countOutput(text(token))
    case .finish: hasFinished = true
    case .figure, .sum, .modalityCount: isNoNumber(place)
    case .serverTool: anomalies.insert(.usageNotANumber)
    case .seconds, .cost, .costTicks: anomalies.insert(.amountUnreadable)
    case .error:
      event.hasError = true
      event.error.message = text(token)
    case .errorType: event.error.type = text(token)
    case .errorCode: event.error.code = text(token)
    case .errorMessage: event.error.message = text(token)
    case .errorStatus: event.error.type = event.error.type ?? text(token)
    case .eventCode: event.code = text(token)
    case .eventMessage: event.message = text(token)
    default: break
    }
  }

  mutating func number(
    _ place: AnswerPaths.Node, _ token: Span<UInt8>, isCut: Bool, name: [UInt8]
  ) {
    switch place.slot {
    case .figure:
      guard let figure = figure(place) else { break }
      if let count = count(token, isCut: isCut) {
        draft.set(figure, count)
      } else {
        draft.setUnusable(figure)
      }
    case .sum:
      if let count = count(token, isCut: isCut), let figure = figure(place) {
        draft.add(figure, count)
      }
    case .counted where kind == .tokenCount: facts.countedTokens = count(token, isCut: isCut)
    case .modalityName: draft.setModality(number: TokenCount(token))
    case .modalityCount: draft.setModality(count: count(token, isCut: isCut) ?? 0)
    case .serverTool: countServerTool(name, count(token, isCut: isCut) ?? 0)
    case .seconds: draft.seconds = known(StatedAmount.decimal(token))
    case .duration where kind == .transcription && facts.audioSeconds == nil:
      facts.audioSeconds = known(StatedAmount.decimal(token))
    case .cost: facts.providerReportedCostUSD = known(StatedAmount.decimal(token))
    case .costTicks: facts.providerReportedCostUSD = known(StatedAmount.dollars(ticks: token))
    case .errorCode, .errorStatus: readErrorNumber(token, isCode: place.slot == .errorCode)
    case .eventCode: event.code = text(token)
    default: break
    }
  }

  /// A text, a truth value, an object or an array stands at a place.
  mutating func isNoNumber(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .figure:
      anomalies.insert(.usageNotANumber)
      if let figure = figure(place) { draft.setUnusable(figure) }
    case .sum, .modalityCount: anomalies.insert(.usageNotANumber)
    default: break
    }
  }

  mutating func isTrue(_ place: AnswerPaths.Node) {
    if place.slot == .finished { hasEnded = true }
  }

  mutating func text(_ place: AnswerPaths.Node, _ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard counts(place) else { return }
    hasContent = true
    facts.outputText.add(bytes.extracting(range))
  }

  mutating func text(_ place: AnswerPaths.Node, scalar: UInt32) {
    guard counts(place) else { return }
    hasContent = true
    addToTally(scalar: scalar)
  }

  private mutating func addToTally(scalar: UInt32) {
    if scalar < 0x80 {
      let byte: InlineArray<1, UInt8> = [UInt8(truncatingIfNeeded: scalar)]
      facts.outputText.add(byte.span)
    } else {
      facts.outputText.add(Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8))
    }
  }

  /// Tool arguments that come as an object: an empty one is no content yet.
  mutating func rawText(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    if !isMuted { facts.outputText.add(bytes.extracting(range)) }
  }

  mutating func presence(_ place: AnswerPaths.Node) {
    sawContent()
    if place.slot == .image { entryHasImage = true }
  }

  mutating func sawContent() { hasContent = true }

  mutating func cut(_ range: Range<Int>) {
    if collectsCuts, cuts.count < StreamGate.eventBytesMax { cuts.append(range) }
  }

  private mutating func counts(_ place: AnswerPaths.Node) -> Bool {
    switch place.slot {
    case .deltaOfEvent:
      hasDeltas = true
      return true
    case .textOfEvent:
      // Events that close a part repeat its text.
      return !hasDeltas
    default:
      return !isMuted
    }
  }

  // MARK: Events

  private mutating func readType(_ token: Span<UInt8>) {
    event.type = AnswerEventType(token)
    if event.type == .start { announcesEnd = true }
  }

  private mutating func endEvent() {
    if event.webQueries > 0 { webQueries = event.webQueries }
    if !draft.figures.isEmpty { commitUsage(isStart: false) }
    switch event.type {
    case .other, .start:
      break
    case .end:
      hasEnded = true
    case .image:
      hasFinished = true
      if entryHasImage { countImage() }
    case .error:
      event.hasError = true
      event.error.code = event.error.code ?? event.code
      event.error.message = event.error.message ?? event.message
    }
    if event.hasChoices { announcesEnd = true }
    if event.hasError { record(event.error) }
  }

  private mutating func record(_ error: ErrorEventFacts) {
    guard facts.errorEvent == nil else { return }
    var error = error
    error.cameBeforeContent = !hasContent
    facts.errorEvent = error
    hasEnded = true
  }

  /// A whole number is an HTTP status where it can be one, and a code in any case.
  private mutating func readErrorNumber(_ token: Span<UInt8>, isCode: Bool) {
    if case .exact(let value) = TokenCount(token), (100...599).contains(value) {
      event.error.status = Int(value)
    }
    if isCode { event.error.code = text(token) }
  }

  // MARK: Usage

  private func figure(_ place: AnswerPaths.Node) -> UsageFigure? {
    UsageFigure(rawValue: place.figure)
  }

  private mutating func count(_ token: Span<UInt8>, isCut: Bool) -> Int64? {
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

  private mutating func commitUsage(isStart: Bool) {
    defer { draft.clear() }
    guard !draft.isEmpty else { return }
    if isStream, !isStart, draft.figures.hasAny(.completion, .output, .candidatesCount) {
      facts.statedText = facts.outputText
    }
    let isSecond = event.hasFigures && !isCumulative && draft.figures != figures
    if draft.contradictsItself || isSecond { anomalies.insert(.usageRepeated) }
    event.hasFigures = true
    if isStart {
      isCumulative = true
      figures = draft.figures
    } else if isCumulative {
      figures.overwrite(with: draft.figures)
    } else {
      figures = draft.figures
    }
    if let seconds = draft.seconds {
      facts.audioSeconds = seconds
      hasDuration = true
    }
    if let tier = draft.priceTier { usageTier = tier }
    if draft.hasIterations { facts.additionalUsage = draft.iterations }
  }

  // MARK: Counts

  private mutating func countServerTool(_ name: [UInt8], _ count: Int64) {
    guard count > 0, facts.serverToolCalls.count < Self.listMax else { return }
    facts.serverToolCalls[text(name.span)] = count
  }

  /// Items of the Responses API whose tool the client runs itself.
  private static let clientCalls: Set<String> = [
    "function_call", "custom_tool_call", "computer_call", "local_shell_call", "shell_call",
    "apply_patch_call",
  ]

  private mutating func countOutput(_ type: String) {
    guard type.hasSuffix("_call"), !Self.clientCalls.contains(type),
      outputCalls.count < Self.listMax
    else { return }
    outputCalls[type, default: 0] += 1
  }

  private mutating func countImage() {
    guard kind == .images || kind == .unknown else { return }
    facts.imageCount = (facts.imageCount ?? 0) + 1
  }

  /// Collections whose members live on one key; a model or an operation has a name too.
  private static let collections = ["files/", "cachedContents/", "batches/"]

  private mutating func rememberResource(_ name: String) {
    if Self.collections.contains(where: name.hasPrefix) { remember(name) }
  }

  private mutating func remember(_ id: String) {
    guard facts.handles.count < Self.listMax, !facts.handles.contains(id) else { return }
    facts.handles.append(id)
  }

  // MARK: Small readings

  private func text(_ token: Span<UInt8>) -> String { readText(token) }

  /// Where no place was chosen, none is named.
  private func geo(_ token: Span<UInt8>) -> String? {
    let geo = text(token)
    return geo == "global" || geo == "not_available" ? nil : geo
  }

  /// An amount, or nil and an anomaly.
  private mutating func known(_ amount: String?) -> String? {
    if amount == nil { anomalies.insert(.amountUnreadable) }
    return amount
  }

  // MARK: The end

  /// Settles the facts and gives them away; call it once, at the end.
  mutating func finish(codedBytes: Int = 0) -> AnswerFacts {
    if let reading = UsageReading(figures) {
      facts.usage = reading.usage
      facts.providerTotalTokens = reading.statedTotal
      anomalies.formUnion(reading.anomalies)
    } else if hasDuration {
      facts.usage = Usage()
    }
    facts.billedInputTokens = figures[.billedInput]
    facts.billedOutputTokens = figures[.billedOutput]
    facts.billedSearchUnits = figures[.billedSearch]
    facts.billedImageTokens = figures[.billedImage]
    if !tier.isEmpty { facts.serviceTier = tier }
    if let usageTier { facts.serviceTier = usageTier }
    if !outputCalls.isEmpty { facts.serverToolCalls.merge(outputCalls) { $0 + $1 } }
    if webQueries > 0 { facts.serverToolCalls["web_search_queries"] = webQueries }
    let isBroken = !hasEnded && !hasFinished || facts.errorEvent != nil
    facts.usageIsPartial = facts.usage != nil && isStream && isBroken
    if !facts.usageIsPartial { facts.statedText = nil }
    facts.anomalies = anomalies.codes
    facts.outputTextBytes = facts.outputText.bytes
    facts.codedBytes = codedBytes
    // A swap, for a copy would count every reference of it up and, later, down.
    var given = AnswerFacts()
    swap(&given, &facts)
    return given
  }
}
