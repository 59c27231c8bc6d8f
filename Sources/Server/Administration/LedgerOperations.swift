import Gateway
import JSON
import Providers
import Store

extension Administration {
  /// The newest requests of the ledger.
  func requestsList(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let limit = Int(clamping: try arguments.optionalInt("limit") ?? 20)
    var filter = LedgerFilter()
    filter.user = try arguments.optionalText("user")
    filter.model = try arguments.optionalText("model")
    filter.sinceMilliseconds = try arguments.optionalInt("since_ms")
    var rows: [JSONValue] = []
    do throws(StoreError) {
      // A row that was just handed over is to be found: the writer stores it first.
      try installation.writer.performAndWait { _ in }
      let reader = try LedgerReader(path: installation.directory.databasePath)
      try reader.newest(limit: max(0, min(limit, 1_000_000)), matching: filter) { receipt in
        rows.append(Self.view(receipt))
        return true
      }
    } catch {
      throw OperationFailure(error)
    }
    return .object([.init("requests", .array(rows))])
  }

  /// Sums of usage and cost.
  func usageSummary(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let query = try usageQuery(arguments)
    var whole = query
    whole.groupings = []
    whole.period = nil
    do throws(StoreError) {
      try installation.writer.performAndWait { _ in }
      let reader = try LedgerReader(path: installation.directory.databasePath)
      let sums = try reader.sums(query)
      let total = try reader.sums(whole).first ?? UsageSum()
      return .object([
        .init("rows", .array(sums.map { Self.view($0, query) })),
        .init("total", Self.view(total, whole)),
        .init("from", Self.time(query.hours.lowerBound, isGiven: query.fromMilliseconds != nil)),
        .init("to", Self.time(query.hours.upperBound, isGiven: query.toMilliseconds != nil)),
      ])
    } catch {
      throw OperationFailure(error)
    }
  }

  private func usageQuery(_ arguments: Arguments) throws(OperationFailure) -> UsageQuery {
    var query = UsageQuery()
    let by = arguments["by"]?.array ?? []
    for word in by {
      let name = word.string ?? ""
      if let grouping = UsageQuery.Grouping(rawValue: name), !query.groupings.contains(grouping) {
        query.groupings.append(grouping)
      } else if let period = UsageQuery.Period(rawValue: name), query.period == nil {
        query.period = period
      } else {
        let known =
          UsageQuery.Grouping.allCases.map(\.rawValue) + UsageQuery.Period.allCases.map(\.rawValue)
        throw OperationFailure(
          code: "invalid",
          message: "'by' takes each at most once, hour or day but not both, of: "
            + known.joined(separator: ", ") + ".")
      }
    }
    if by.isEmpty { query.groupings = [.user] }
    query.fromMilliseconds = try arguments.optionalInt("from_ms")
    query.toMilliseconds = try arguments.optionalInt("to_ms")
    return query
  }

  private static func time(_ milliseconds: Int64, isGiven: Bool) -> JSONValue {
    isGiven ? .string(Timestamp.text(milliseconds)) : .null
  }

  private static func view(_ sum: UsageSum, _ query: UsageQuery) -> JSONValue {
    var members: [JSONValue.Member] = []
    if let period = query.period, let start = sum.startMilliseconds {
      members.append(.init(period.rawValue, .string(Timestamp.text(start))))
    }
    for (grouping, name) in zip(query.groupings, sum.names) {
      let text = name.owner.map { "\($0)/\(name.name ?? "")" } ?? name.name
      members.append(.init(grouping.rawValue, text.map(JSONValue.string) ?? .null))
    }
    let usage = sum.usage
    members += [
      .init("requests", .int(sum.requests)), .init("failed", .int(sum.requests - sum.served)),
      .init("input_tokens", .int(usage.inputTokens)),
      .init("output_tokens", .int(usage.outputTokens)),
      .init("total_tokens", .int(usage.totalTokens)),
      .init("cached_input_tokens", .int(usage.cachedInputTokens)),
      .init("cache_write_tokens", .int(usage.cacheWriteTokens)),
      .init("reasoning_tokens", .int(usage.reasoningTokens)),
      .init("cost_usd", .string(DollarAmount(nanoUSD: sum.costNanoUSD).description)),
      .init("unpriced", .int(sum.unpriced)), .init("estimated", .int(sum.estimated)),
      .init("attempts", .int(sum.attempts)),
      .init("possible_usd", .string(DollarAmount(nanoUSD: sum.possibleCostNanoUSD).description)),
    ]
    return .object(members)
  }

  /// A request as `requests --json` prints it.
  static func view(_ receipt: Receipt) -> JSONValue {
    func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    func number(_ value: Int64?) -> JSONValue { value.map(JSONValue.int) ?? .null }
    return .object([
      .init("request_id", .string(receipt.requestID)),
      .init("time", .string(Timestamp.text(receipt.startedAtMilliseconds))),
      .init("user", text(receipt.user)), .init("token", text(receipt.token)),
      .init("dialect", text(receipt.dialect?.rawValue)),
      .init("endpoint", text(receipt.endpoint?.rawValue)),
      .init("model", text(receipt.model)), .init("upstream_model", text(receipt.upstreamModel)),
      .init("provider", text(receipt.provider)), .init("key", text(receipt.key)),
      .init("level", number(receipt.level.map(Int64.init))),
      .init("attempts", .int(Int64(receipt.attempts))),
      .init("status", .int(Int64(receipt.status))), .init("stream", .bool(receipt.isStream)),
      .init("outcome", .string(receipt.outcome.rawValue)),
      .init("usage", view(receipt.usage)),
      .init("usage_source", .string(receipt.usageSource.rawValue)),
      .init("cost_usd", text(receipt.costNanoUSD.map { DollarAmount(nanoUSD: $0).description })),
      .init("anomalies", .array(receipt.anomalies.map(JSONValue.string))),
      .init("ttft_ms", number(receipt.timeToFirstTokenMilliseconds)),
      .init("duration_ms", .int(receipt.durationMilliseconds)),
    ])
  }

  private static func view(_ usage: Usage) -> JSONValue {
    let fields: [(String, Int64)] = [
      ("input_tokens", usage.inputTokens), ("output_tokens", usage.outputTokens),
      ("total_tokens", usage.totalTokens), ("cached_input_tokens", usage.cachedInputTokens),
      ("cache_write_tokens", usage.cacheWriteTokens),
      ("cache_write_5m_tokens", usage.cacheWrite5mTokens),
      ("cache_write_1h_tokens", usage.cacheWrite1hTokens),
      ("reasoning_tokens", usage.reasoningTokens), ("input_audio_tokens", usage.inputAudioTokens),
      ("output_audio_tokens", usage.outputAudioTokens),
      ("input_image_tokens", usage.inputImageTokens),
      ("output_image_tokens", usage.outputImageTokens),
      ("cached_input_audio_tokens", usage.cachedInputAudioTokens),
      ("cached_input_image_tokens", usage.cachedInputImageTokens),
      ("tool_use_input_tokens", usage.toolUseInputTokens),
      ("accepted_prediction_tokens", usage.acceptedPredictionTokens),
      ("rejected_prediction_tokens", usage.rejectedPredictionTokens),
    ]
    return .object(fields.map { .init($0.0, .int($0.1)) })
  }
}
