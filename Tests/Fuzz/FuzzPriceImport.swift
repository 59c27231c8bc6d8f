// Modules: JSON Providers/Dialect.swift Providers/Endpoint.swift Providers/Usage.swift
// Modules: Providers/AnswerFacts.swift Providers/Seldom.swift Providers/TextTally.swift
// Modules: Providers/Answers/AnswerAnomaly.swift Providers/Answers/ErrorEventFacts.swift
// Modules: Gateway/Prices/ExactDecimal.swift Gateway/Prices/Money.swift Gateway/Prices/Pric*.swift
// Modules: Gateway/Prices/BuiltInPrices*.swift Gateway/Records/StableHash.swift
#if canImport(JSON)
import JSON
#endif
#if canImport(Providers)
import Providers
#endif
#if canImport(Gateway)
import Gateway
#endif

/// Whatever is imported as a price, nothing traps, no cost is negative, and what is printed is read
/// back as it was.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let number = try? ExactDecimal(ascii: input.span) {
    let again = try? ExactDecimal(number.description)
    precondition(number.exponent > 40 || again == number, "\(number)")
    _ = number.int64
    if let amount = DollarAmount(dollars: number) {
      precondition(amount.dollars == number, "\(number)")
      _ = amount.nanoUSD
      _ = amount.multiplied(by: number)
    }
  }
  let text = String(decoding: input, as: UTF8.self)
  if let name = PriceName(parsing: text) {
    precondition(PriceName(parsing: name.description) == name)
  }
  price((try? BuiltInPrices.entries(parsing: text)) ?? [], input)
  if let value = try? JSONValue(parsing: input.span) {
    price((try? PriceImport.entries(value)) ?? [], input)
  }
  return 0
}

private func price(_ entries: [PriceEntry], _ input: [UInt8]) {
  guard !entries.isEmpty else { return }
  let table = PriceTable(version: "fuzz", entries: entries)
  for entry in entries.prefix(4) {
    for rate in entry.rates {
      precondition(!rate.price.dollars.isNegative)
      let again = (try? ExactDecimal(rate.price.description)).flatMap(DollarAmount.init(dollars:))
      precondition(again == rate.price)
    }
    for vendor in ["openai", "anthropic", "gemini", "cohere", "elsewhere"] {
      var call = PricedCall(
        endpoint: Endpoint.allCases[input.count % Endpoint.allCases.count],
        requestedModel: entry.key,
        vendor: PriceVendor.infer(dialect: .openai, providerName: vendor, host: entry.key))
      call.imageSize = "1024x1024"
      call.inputCharacters = Int64.max
      call.speed = "fast"
      check(Pricing.cost(facts(input), of: call, table: table))
    }
  }
}

/// Usage made of the last bytes of the input: small, huge and negative figures.
private func facts(_ input: [UInt8]) -> AnswerFacts {
  var bytes = input.reversed().makeIterator()
  func figure() -> Int64 {
    let byte = bytes.next() ?? 0
    return byte & 3 == 3 ? Int64(bitPattern: UInt64(byte) << (byte >> 2)) : Int64(byte)
  }
  var facts = AnswerFacts()
  var usage = Usage()
  usage.inputTokens = figure()
  usage.outputTokens = figure()
  usage.cachedInputTokens = figure()
  usage.cacheWriteTokens = figure()
  usage.reasoningTokens = figure()
  usage.inputAudioTokens = figure()
  facts.usage = usage
  facts.imageCount = Int(figure())
  facts.serviceTier = figure() & 1 == 0 ? "flex" : nil
  facts.inferenceGeo = "us"
  facts.audioSeconds = figure() & 1 == 0 ? "\(figure())" : nil
  facts.billedInputTokens = figure() & 1 == 0 ? figure() : nil
  facts.billedSearchUnits = figure() & 3 == 0 ? figure() : nil
  return facts
}

private func check(_ cost: Cost) {
  precondition((cost.nanoUSD ?? 0) >= 0)
  precondition((cost.amount ?? .zero) >= .zero)
  precondition(cost.amount != nil || cost.reason != nil)
}
