import HTTP

/// Collects the facts of an answer from the values that the scanner comes by.
///
/// Holds a fixed set of counters and a few short strings, however long the answer.
struct AnswerMeter {
  /// Most ids that are remembered: a bound against a provider that floods.
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
  /// An event has said that the answer begins; another will say that it is over.
  private(set) var hasStarted = false
  /// An event that is nothing but the usage has come: what there was to say has been said.
  private(set) var hasUsageEvent = false
  var errorEvent: ErrorEventFacts? { facts.errorEvent }
  private(set) var eventCount = 0
  /// What follows the highest number of an event so far; 0: the stream numbers none.
  ///
  /// The highest and not the last, for a number that the stream's end cuts is smaller than it was
  /// to be.
  private(set) var nextEventNumber: Int64 = 0
  /// Ranges of the body that usage hiding cuts from the current event.
  private(set) var cuts: [Range<Int>] = []
  var collectsCuts = false

  /// The current event is nothing but the usage: `choices` is there and empty, `usage` an object.
  var isUsageEvent: Bool { event.isUsageAlone }

  // MARK: What was read

  private var anomalies = AnswerAnomalies()
  private var stated = StatedUsage()
  /// Takes up what is final as it comes; the rest is settled at the end.
  private var facts = AnswerFacts()
  private var toolCalls = ServerToolCalls()
  private var tier = ""

  // MARK: What is being read

  private var event = AnswerEvent()
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
    stated.beginEvent()
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
      stated.beginObject()
      isMuted = false
      entryHasImage = false
      eventCount += 1
    case .usage, .usageAtStart, .iteration, .modality:
      stated.open(place.slot)
    case .usageOfEvent:
      stated.open(place.slot)
      event.hasUsage = true
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
    case .outputItems: toolCalls.beginList()
    default: break
    }
  }

  mutating func close(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .event: endEvent()
    case .usage, .usageOfEvent, .usageAtStart, .iteration, .modality:
      if stated.close(place) { noteStatedText() }
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
    case .geo: facts.inferenceGeo = geo(token)
    case .speed: facts.speed = text(token)
    case .type: readType(token)
    case .status where kind == .responses: facts.isUnderWay = isUnderWay(token)
    case .handle where !isCut: remember(text(token))
    case .resourceName where kind == .unknown && !isCut: rememberResource(text(token))
    case .outputType: toolCalls.list(type: text(token))
    case .finish: hasFinished = true
    case .usageTier, .geminiTier, .trafficType, .iterationType, .iterationModel, .modalityName,
      .figure, .sum, .modalityCount, .seconds:
      stated.string(place, token)
    case .serverTool: anomalies.insert(.usageNotANumber)
    case .cost, .costTicks: anomalies.insert(.amountUnreadable)
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
    case .figure, .sum, .modalityName, .modalityCount, .seconds:
      stated.number(place, token, isCut: isCut)
    case .counted where kind == .tokenCount: facts.countedTokens = stated.count(token, isCut: isCut)
    case .serverTool: toolCalls.state(name, stated.count(token, isCut: isCut) ?? 0)
    case .duration where kind == .transcription && facts.audioSeconds == nil:
      facts.audioSeconds = known(StatedAmount.decimal(token))
    case .cost: facts.providerReportedCostUSD = known(StatedAmount.decimal(token))
    case .costTicks: facts.providerReportedCostUSD = known(StatedAmount.dollars(ticks: token))
    case .errorCode, .errorStatus: readErrorNumber(token, isCode: place.slot == .errorCode)
    case .eventCode: event.code = text(token)
    case .eventNumber where !isCut: readEventNumber(token)
    default: break
    }
  }

  /// A text, a truth value, an object or an array stands at a place.
  mutating func isNoNumber(_ place: AnswerPaths.Node) { stated.isNoNumber(place) }

  mutating func isTrue(_ place: AnswerPaths.Node) {
    switch place.slot {
    case .finished: hasEnded = true
    case .background where kind == .responses: facts.isBackground = true
    default: break
    }
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
    guard event.type == .start else { return }
    hasStarted = true
    announcesEnd = true
  }

  private mutating func readEventNumber(_ token: Span<UInt8>) {
    guard case .exact(let number) = TokenCount(token), number >= nextEventNumber else { return }
    // `TokenCount` believes no number anywhere near the end of 64 bits.
    nextEventNumber = number + 1
  }

  private mutating func endEvent() {
    if event.webQueries > 0 { toolCalls.setSearches(event.webQueries) }
    if stated.endObject() { noteStatedText() }
    switch event.type {
    case .other, .start:
      break
    case .end:
      hasEnded = true
      facts.isUnderWay = false
    case .image:
      hasFinished = true
      if entryHasImage { countImage() }
    case .error:
      event.hasError = true
      event.error.code = event.error.code ?? event.code
      event.error.message = event.error.message ?? event.message
    }
    if event.hasChoices { announcesEnd = true }
    if event.isUsageAlone { hasUsageEvent = true }
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

  /// A usage counts what has come of the output so far.
  private mutating func noteStatedText() {
    if isStream { facts.statedText = facts.outputText }
  }

  // MARK: Counts

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

  /// platform.openai.com/docs/api-reference/responses/object: the others are ends.
  private func isUnderWay(_ status: Span<UInt8>) -> Bool {
    status.equals("queued") || status.equals("in_progress")
  }

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
    if !tier.isEmpty { facts.serviceTier = tier }
    stated.settle(into: &facts)
    facts.serverToolCalls = toolCalls.counts
    let isBroken = !hasEnded && !hasFinished || facts.errorEvent != nil
    facts.usageIsPartial = facts.usage != nil && isStream && isBroken
    if !facts.usageIsPartial { facts.statedText = nil }
    anomalies.formUnion(stated.anomalies)
    facts.anomalies = anomalies.codes
    facts.outputTextBytes = facts.outputText.bytes
    facts.codedBytes = codedBytes
    // A swap, for a copy would count every reference of it up and, later, down.
    var given = AnswerFacts()
    swap(&given, &facts)
    return given
  }
}
