/// A usage object while it is being read; it counts only once it is whole.
struct UsageDraft {
  /// Most iterations that are kept: a bound against a provider that floods.
  private static let iterationsMax = 32

  private enum Modality {
    case other, audio, image
  }

  private(set) var figures = UsageFigures()
  var tier: String?
  var geminiTier: String?
  var trafficType: String?
  /// Seconds of audio.
  var seconds: String?
  private(set) var iterations: [AnswerFacts.AdditionalUsage] = []
  private(set) var hasIterations = false
  /// A figure was stated twice, with two values.
  private(set) var contradictsItself = false

  /// The usage's own figures while those of an iteration are read.
  private var outer: [UsageFigures] = []
  private var iterationType = ""
  private var iterationModel: String?
  private var modality = Modality.other
  private var modalityCount: Int64 = 0
  private var isTouched = false

  /// Nothing was stated that is a usage.
  var isEmpty: Bool { figures.isEmpty && seconds == nil }

  /// The tier of the price, where this usage names it.
  ///
  /// Mistral's `service_tier` stands at the same place as Anthropic's, but beside figures of the
  /// other kind, and is not one.
  var priceTier: String? {
    if let tier = geminiTier ?? trafficType { return tier }
    return figures.hasAny(.input, .output) ? tier : nil
  }

  /// Forgets everything; costs nothing if there is nothing.
  mutating func clear() {
    if isTouched { self = UsageDraft() }
  }

  /// A usage object begins.
  mutating func begin() {
    clear()
    isTouched = true
  }

  // MARK: Figures

  mutating func set(_ figure: UsageFigure, _ count: Int64) {
    isTouched = true
    if figures.has(figure), figures.count(figure) != count { contradictsItself = true }
    figures.set(figure, count)
  }

  mutating func setUnusable(_ figure: UsageFigure) {
    isTouched = true
    figures.setUnusable(figure)
  }

  /// Adds to a figure that is a sum.
  mutating func add(_ figure: UsageFigure, _ count: Int64) {
    isTouched = true
    figures.add(figure, count)
  }

  // MARK: Iterations

  mutating func beginIteration() {
    if outer.isEmpty { outer.append(figures) }
    figures = UsageFigures()
    iterationType = ""
    iterationModel = nil
    hasIterations = true
  }

  mutating func setIteration(type: String) { iterationType = type }

  mutating func setIteration(model: String) { iterationModel = model }

  /// Keeps what is billed on top of the main figures.
  ///
  /// - Returns: False for a kind of which it is not known whether it is billed on top.
  mutating func endIteration() -> Bool {
    let iteration = figures
    if let usage = outer.popLast() { figures = usage }
    switch iterationType {
    case "message":
      return true
    case "compaction", "advisor_message":
      if let reading = UsageReading(iteration), iterations.count < Self.iterationsMax {
        iterations.append(
          AnswerFacts.AdditionalUsage(
            kind: iterationType, model: iterationModel, usage: reading.usage))
      }
      return true
    default:
      return false
    }
  }

  // MARK: Modalities

  mutating func beginModality() {
    modality = .other
    modalityCount = 0
  }

  mutating func setModality(name: String) {
    modality =
      switch name.lowercased() {
      case "audio": .audio
      case "image": .image
      default: .other
      }
  }

  /// Google's enum: 1 text, 2 image, 3 video, 4 audio, 5 document.
  mutating func setModality(number: TokenCount) {
    modality =
      switch number {
      case .exact(2): .image
      case .exact(4): .audio
      default: .other
      }
  }

  mutating func setModality(count: Int64) { modalityCount = count }

  /// Adds the entry to the figure of its list: `audio`, or that of images, which follows it.
  mutating func endModality(audio: UInt8) {
    switch modality {
    case .other: return
    case .audio: if let figure = UsageFigure(rawValue: audio) { add(figure, modalityCount) }
    case .image: if let figure = UsageFigure(rawValue: audio + 1) { add(figure, modalityCount) }
    }
  }
}
