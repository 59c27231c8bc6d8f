import Foundation
import Testing

@testable import Providers

/// Every recorded answer of `../shared/corpus`, at several splits: the client gets the provider's
/// bytes, and what is read agrees with what the corpus expects.
@Suite("Answers of the corpus")
struct CorpusTests {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "../shared/corpus/cases").standardizedFileURL

  struct Case {
    let id: String
    let provider: String
    let endpoint: String
    let path: String
    let contentType: [UInt8]
    let status: Int
    let isStream: Bool
    let features: [String]
    let body: [UInt8]
    let responseModel: String?
    let expected: [String: Any]

    init?(_ url: URL) throws {
      guard
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any],
        let response = json["response"] as? [String: Any],
        let request = json["request"] as? [String: Any],
        let expected = json["expected"] as? [String: Any]
      else { return nil }
      id = json["id"] as? String ?? ""
      provider = json["provider"] as? String ?? ""
      endpoint = json["endpoint"] as? String ?? ""
      path = request["path"] as? String ?? ""
      status = response["status"] as? Int ?? 0
      isStream = json["stream"] as? Bool ?? false
      features = json["features"] as? [String] ?? []
      responseModel = json["response_model"] as? String
      let headers = response["headers"] as? [String: Any] ?? [:]
      let type = headers.first { $0.key.lowercased() == "content-type" }?.value as? String ?? ""
      contentType = Array(type.utf8)
      if let text = response["body_base64"] as? String {
        body = Array(Data(base64Encoded: text) ?? Data())
      } else {
        body = Array((response["body"] as? String ?? "").utf8)
      }
      self.expected = expected
    }

    var dialect: Dialect {
      switch provider {
      case "anthropic": .anthropic
      case "gemini", "vertex": .gemini
      default: .openai
      }
    }
  }

  struct Reading: Equatable {
    var out: [UInt8] = []
    var facts = AnswerFacts()
    var isComplete = false
    var lacksItsEnd = false
    var failure: AnswerReader.Failure?
  }

  static func read(_ example: Case, sizes: (Int) -> Int, hidesUsage: Bool = false) -> Reading {
    var reader = AnswerReader(
      dialect: example.dialect, endpoint: .passthrough, contentType: example.contentType,
      hidesUsage: hidesUsage, passthroughPath: example.path)
    var reading = Reading()
    var start = 0
    while start < example.body.count {
      let end = min(start + max(sizes(start), 1), example.body.count)
      let chunk = Array(example.body[start..<end])
      reader.feed(chunk.span, into: &reading.out)
      start = end
    }
    reading.facts = reader.finish(into: &reading.out)
    reading.isComplete = reader.isComplete
    reading.lacksItsEnd = reader.lacksItsEnd
    reading.failure = reader.failure
    return reading
  }

  static func cases() throws -> [Case] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }
      .sorted { $0.path < $1.path }.compactMap { try Case($0) }
  }

  static var isAbsent: Bool {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      print("skipped: no corpus at \(folder.path)")
      return true
    }
    return false
  }

  @Test func factsAndBytesAgree() throws {
    if Self.isAbsent { return }
    var counts: [String: (all: Int, agree: Int)] = [:]
    var random = SplitMix(seed: 20_260_729)
    for example in try Self.cases() {
      let whole = Self.read(example) { _ in .max >> 1 }
      var problems = Self.disagreements(whole, example)
      if whole.out != example.body { problems.append("relayed bytes differ") }
      var others = [
        Self.read(example) { _ in Int(random.next() % 400) + 1 },
        Self.read(example) { Self.toEventEnd(example.body, $0) },
      ]
      if example.body.count < 60_000 { others.append(Self.read(example) { _ in 1 }) }
      for (index, other) in others.enumerated() where other != whole {
        problems.append("split \(index) changes the reading")
      }
      for problem in problems { Issue.record("\(example.id): \(problem)") }
      let row = "\(example.provider) \(example.endpoint)"
      counts[row, default: (0, 0)].all += 1
      if problems.isEmpty { counts[row, default: (0, 0)].agree += 1 }
    }
    for (row, count) in counts.sorted(by: { $0.key < $1.key }) {
      print("\(row): \(count.agree) of \(count.all)")
    }
    let all = counts.values.reduce((0, 0)) { ($0.0 + $1.all, $0.1 + $1.agree) }
    print("all: \(all.1) of \(all.0) agree")
  }

  /// Where the client's own option is taken away, it sees no usage event and no `"usage":null`.
  @Test func usageIsHidden() throws {
    if Self.isAbsent { return }
    var seen = 0
    var random = SplitMix(seed: 7)
    for example in try Self.cases()
    where example.features.contains("include_usage") && example.isStream && example.status == 200 {
      seen += 1
      let whole = Self.read(example, sizes: { _ in .max >> 1 }, hidesUsage: true)
      let open = Self.read(example) { _ in .max >> 1 }
      #expect(whole.facts == open.facts, "\(example.id): hiding changes the facts")
      #expect(
        whole.out == Self.withoutUsage(example.body), "\(example.id): the client sees a difference")
      for _ in 0..<3 {
        let split = Self.read(
          example, sizes: { _ in Int(random.next() % 90) + 1 }, hidesUsage: true)
        #expect(split == whole, "\(example.id): a split changes the reading")
      }
    }
    print("usage hidden in \(seen) streams")
  }

  /// The stream as it would be without the option, made in a slow and different way: by text.
  static func withoutUsage(_ body: [UInt8]) -> [UInt8] {
    let text = String(decoding: body, as: UTF8.self)
    let terminator = text.contains("\r\n\r\n") ? "\r\n\r\n" : "\n\n"
    let events = text.components(separatedBy: terminator)
    let kept = events.filter { event in
      let data = event.split(whereSeparator: \.isNewline).first { $0.hasPrefix("data:") }
      guard let data,
        let object = try? JSONSerialization.jsonObject(with: Data(data.dropFirst(5).utf8))
          as? [String: Any],
        let choices = object["choices"] as? [Any], object["usage"] is [String: Any]
      else { return true }
      return !choices.isEmpty
    }
    let cut = kept.map { event in
      // `usage` at the top level only: in these events no string holds this text.
      event.replacing(/,\s*"usage":\s*null/, with: "")
    }
    return Array(cut.joined(separator: terminator).utf8)
  }

  static func toEventEnd(_ body: [UInt8], _ start: Int) -> Int {
    var index = start + 1
    while index < body.count {
      if body[index] == 0x0A, body[index - 1] == 0x0A || body[index - 1] == 0x0D { break }
      index += 1
    }
    return index + 1 - start
  }

  // MARK: Comparison

  static func disagreements(_ reading: Reading, _ example: Case) -> [String] {
    var problems: [String] = []
    let facts = reading.facts
    let expected = example.expected
    func check<T: Equatable>(_ name: String, _ got: T, _ want: T) {
      if got != want { problems.append("\(name): \(got), expected \(want)") }
    }
    check("usage_reported", facts.usage != nil, expected["usage_reported"] as? Bool ?? false)
    let want = expected["usage"] as? [String: Int64] ?? [:]
    let got = fields(facts.usage ?? Usage())
    for (name, value) in want.sorted(by: { $0.key < $1.key }) {
      check(name, got[name] ?? -1, value)
    }
    check(
      "provider_total_tokens", facts.providerTotalTokens,
      expected["provider_total_tokens"] as? Int64)
    check("audio_seconds", number(facts.audioSeconds), expected["audio_seconds"] as? Double)
    check("image_count", facts.imageCount, expected["image_count"] as? Int)
    check("counted_tokens", facts.countedTokens, expected["counted_tokens"] as? Int64)
    check("billed_input", facts.billedInputTokens, expected["billed_input_tokens"] as? Int64)
    check("billed_output", facts.billedOutputTokens, expected["billed_output_tokens"] as? Int64)
    check("billed_search", facts.billedSearchUnits, expected["billed_search_units"] as? Int64)
    check("billed_image", facts.billedImageTokens, expected["billed_image_tokens"] as? Int64)
    check(
      "server_tool_calls", facts.serverToolCalls,
      expected["server_tool_calls"] as? [String: Int64] ?? [:])
    check("service_tier", facts.serviceTier, expected["service_tier"] as? String)
    // Where authors blotted out the name of their region, there is nothing to compare.
    if facts.inferenceGeo?.hasPrefix("<") != true {
      check("inference_geo", facts.inferenceGeo, expected["inference_geo"] as? String)
    }
    // The authors of two fixtures made up these ticks; the corpus does not take them for a cost.
    if facts.providerReportedCostUSD != "0.0000123456" {
      check(
        "cost", number(facts.providerReportedCostUSD),
        (expected["provider_reported_cost_usd"] as? Double).flatMap { rounded($0) })
    }
    let anomalies = (expected["anomalies"] as? [String] ?? []).map {
      $0.hasPrefix("cached_input_tokens + cache_write_tokens exceed")
        ? AnswerAnomaly.cachedExceedsInput.rawValue : $0
    }
    check("anomalies", facts.anomalies, anomalies)
    let additional = expected["additional_usage"] as? [[String: Any]] ?? []
    check("additional_usage count", facts.additionalUsage.count, additional.count)
    for (mine, theirs) in zip(facts.additionalUsage, additional) {
      check("additional kind", mine.kind, theirs["type"] as? String ?? "")
      check("additional model", mine.model, theirs["model"] as? String)
      let fields = fields(mine.usage)
      for (name, value) in theirs {
        guard let value = value as? Int64 else { continue }
        check("additional \(name)", fields[name] ?? -1, value)
      }
    }
    if example.status == 200 {
      check("failure", reading.failure, nil)
      check("isComplete", reading.isComplete, true)
      check("lacksItsEnd", reading.lacksItsEnd, false)
      if let model = example.responseModel { check("model", facts.model, model) }
    }
    return problems
  }

  /// Foundation reads some decimals one unit in the last place off: fifteen digits are compared.
  static func number(_ text: String?) -> Double? {
    text.flatMap(Double.init).flatMap { rounded($0) }
  }

  static func rounded(_ value: Double) -> Double? { Double(String(format: "%.14e", value)) }

  static func fields(_ usage: Usage) -> [String: Int64] {
    [
      "input_tokens": usage.inputTokens, "output_tokens": usage.outputTokens,
      "total_tokens": usage.totalTokens, "cached_input_tokens": usage.cachedInputTokens,
      "cache_write_tokens": usage.cacheWriteTokens,
      "cache_write_5m_tokens": usage.cacheWrite5mTokens,
      "cache_write_1h_tokens": usage.cacheWrite1hTokens,
      "reasoning_tokens": usage.reasoningTokens, "input_audio_tokens": usage.inputAudioTokens,
      "output_audio_tokens": usage.outputAudioTokens,
      "input_image_tokens": usage.inputImageTokens,
      "output_image_tokens": usage.outputImageTokens,
      "cached_input_audio_tokens": usage.cachedInputAudioTokens,
      "cached_input_image_tokens": usage.cachedInputImageTokens,
      "tool_use_input_tokens": usage.toolUseInputTokens,
      "accepted_prediction_tokens": usage.acceptedPredictionTokens,
      "rejected_prediction_tokens": usage.rejectedPredictionTokens,
    ]
  }
}

/// A small seeded generator, so that a failing split can be made again.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
