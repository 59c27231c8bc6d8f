import Testing

@testable import Providers

@Suite("Usage by rules on the fields")
struct UsageReadingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let figures: [UsageFigure: Int64]
    /// Input, output, cached, cache write, reasoning.
    let usage: [Int64]
    var total: Int64?
    var anomalies: [String] = []
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "details are parts",
      figures: [
        .prompt: 100, .completion: 40, .total: 140, .inputCached: 60, .outputReasoning: 30,
      ], usage: [100, 40, 60, 0, 30], total: 140),
    Case(
      name: "reasoning on top of the completion",
      figures: [.prompt: 10, .completion: 5, .outputReasoning: 85, .total: 100],
      usage: [10, 90, 0, 0, 85], total: 100),
    Case(
      name: "audio on top of the prompt",
      figures: [.prompt: 3, .completion: 7, .inputAudio: 90, .total: 100],
      usage: [93, 7, 0, 0, 0], total: 100),
    Case(
      name: "both on top",
      figures: [.prompt: 3, .completion: 7, .inputAudio: 30, .outputReasoning: 60, .total: 100],
      usage: [33, 67, 0, 0, 60], total: 100),
    Case(
      name: "thinking only in the total", figures: [.prompt: 4, .completion: 6, .total: 50],
      usage: [4, 46, 0, 0, 40], total: 50),
    Case(
      name: "a total that no rule explains",
      figures: [.prompt: 4, .completion: 6, .outputReasoning: 2, .total: 50],
      usage: [4, 6, 0, 0, 2], total: 50, anomalies: ["usage_total_mismatch"]),
    Case(
      name: "a total below its parts", figures: [.prompt: 4, .completion: 6, .total: 5],
      usage: [4, 6, 0, 0, 0], total: 5, anomalies: ["usage_total_mismatch"]),
    Case(
      name: "a prompt alone", figures: [.prompt: 9, .total: 9], usage: [9, 0, 0, 0, 0], total: 9),
    Case(
      name: "hits and misses", figures: [.prompt: 10, .completion: 1, .cacheHit: 8],
      usage: [10, 1, 8, 0, 0]),
    Case(
      name: "a cache read by another name", figures: [.prompt: 10, .completion: 1, .numCached: 6],
      usage: [10, 1, 6, 0, 0]),
    Case(
      name: "a cache write beside the details",
      figures: [.prompt: 10, .completion: 1, .inputCached: 2, .inputCacheWrite: 7],
      usage: [10, 1, 2, 7, 0]),
    Case(
      name: "more from the cache than there was",
      figures: [.prompt: 10, .completion: 1, .inputCached: 20], usage: [10, 1, 20, 0, 0],
      anomalies: ["cached_exceeds_input"]),
    Case(
      name: "more reasoning than output",
      figures: [.prompt: 10, .completion: 1, .outputReasoning: 2], usage: [10, 1, 0, 0, 2],
      anomalies: ["reasoning_exceeds_output"]),
    Case(
      name: "cache reads and writes on top of the input",
      figures: [.input: 5, .output: 8, .cacheRead: 100, .cacheCreation: 20],
      usage: [125, 8, 100, 20, 0]),
    Case(
      name: "responses",
      figures: [
        .input: 50, .output: 20, .inputCached: 30, .outputReasoning: 15, .total: 70,
      ], usage: [50, 20, 30, 0, 15], total: 70),
    Case(
      name: "gemini",
      figures: [
        .promptCount: 10, .toolUseCount: 5, .candidatesCount: 3, .thoughtsCount: 7,
        .cachedCount: 4, .totalCount: 25,
      ], usage: [15, 10, 4, 0, 7], total: 25),
    Case(
      name: "gemini, a total alone", figures: [.totalCount: 0], usage: [0, 0, 0, 0, 0], total: 0),
    Case(
      name: "interactions",
      figures: [
        .totalInput: 9, .totalOutput: 2, .totalThought: 30, .totalToolUse: 1, .total: 42,
      ], usage: [10, 32, 0, 0, 30], total: 42),
    Case(
      name: "cohere",
      figures: [
        .tokensInput: 70, .tokensOutput: 9, .billedInput: 12, .billedOutput: 9, .cached: 32,
      ], usage: [70, 9, 32, 0, 0]),
    Case(name: "cohere, billed alone", figures: [.billedInput: 12], usage: [12, 0, 0, 0, 0]),
    Case(name: "cohere, a search", figures: [.billedSearch: 1], usage: [0, 0, 0, 0, 0]),
    Case(name: "vertex predict", figures: [.statistics: 6], usage: [6, 0, 0, 0, 0]),
    Case(name: "a total alone", figures: [.total: 6], usage: [6, 0, 0, 0, 0], total: 6),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) throws {
    var figures = UsageFigures()
    for (figure, value) in example.figures { figures.set(figure, value) }
    let reading = try #require(UsageReading(figures))
    let usage = reading.usage
    #expect(
      [
        usage.inputTokens, usage.outputTokens, usage.cachedInputTokens, usage.cacheWriteTokens,
        usage.reasoningTokens,
      ] == example.usage)
    #expect(reading.statedTotal == example.total)
    #expect(reading.anomalies.codes == example.anomalies)
  }

  struct Split: Sendable {
    let creation: Int64?
    let fiveMinutes: Int64?
    let hour: Int64?
    /// Cache write, for five minutes, for an hour.
    let written: [Int64]
  }

  @Test(arguments: [
    Split(creation: 20, fiveMinutes: nil, hour: nil, written: [20, 20, 0]),
    Split(creation: 20, fiveMinutes: 5, hour: 15, written: [20, 5, 15]),
    Split(creation: 20, fiveMinutes: 0, hour: 15, written: [20, 5, 15]),
    Split(creation: nil, fiveMinutes: 5, hour: 15, written: [20, 5, 15]),
    Split(creation: 1, fiveMinutes: 5, hour: 15, written: [20, 5, 15]),
  ])
  func splitsCacheWrites(_ split: Split) throws {
    var figures = UsageFigures()
    figures.set(.input, 1)
    figures.set(.output, 1)
    if let creation = split.creation { figures.set(.cacheCreation, creation) }
    if let fiveMinutes = split.fiveMinutes { figures.set(.cacheWrite5m, fiveMinutes) }
    if let hour = split.hour { figures.set(.cacheWrite1h, hour) }
    let usage = try #require(UsageReading(figures)).usage
    #expect(
      [usage.cacheWriteTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens] == split.written)
    #expect(usage.inputTokens == 21)
  }

  /// A form or quirk of a vendor is a row with its name and source, and tells itself apart.
  @Test func everyRowHasANameAndASource() {
    let names = UsageReading.forms.map(\.name) + UsageReading.surpluses.map(\.name)
    let sources = UsageReading.forms.map(\.source) + UsageReading.surpluses.map(\.source)
    #expect(Set(names).count == names.count)
    #expect(sources.allSatisfy { !$0.isEmpty })
    var told: UInt64 = 0
    for form in UsageReading.forms {
      #expect(form.tells != 0 && form.tells & told == 0, "\(form.name) hides behind another")
      told |= form.tells
    }
  }

  @Test func aMainFigureThatCannotBeOneIsNoUsage() {
    var figures = UsageFigures()
    figures.set(.completion, 4)
    figures.setUnusable(.prompt)
    #expect(UsageReading(figures) == nil)
    #expect(UsageReading(UsageFigures()) == nil)
  }

  /// Whatever is stated, nothing traps and no amount is negative.
  @Test func survivesAnyFigures() {
    var random = SplitMix(seed: 5)
    for _ in 0..<5_000 {
      var figures = UsageFigures()
      for figure in UsageFigure.allCases where random.next() & 3 == 0 {
        figures.set(
          figure, [0, 1, TokenCount.maximum, Int64(random.next() % 1_000)][Int(random.next() % 4)])
      }
      guard let usage = UsageReading(figures)?.usage else { continue }
      #expect(usage.inputTokens >= 0 && usage.outputTokens >= 0 && usage.cacheWrite5mTokens >= 0)
    }
  }
}
