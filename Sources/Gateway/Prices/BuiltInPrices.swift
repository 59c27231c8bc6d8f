/// Reads prices in a format of our own, small enough for a person to check a line at a glance.
///
///     [gemini gemini/]
///     gemini-2.5-pro in=1.25 out=10 cached=0.125 in>200k=2.5 out>200k=15 batch*0.5
///       in:flex=0.625 x.us=1.1 max_out=65536 mode=chat
///
/// A section names the `litellm_provider` (`*`: none, the entry holds for every vendor) and, if
/// there is one, the prefix of its keys. A line that begins with a space continues the one before.
/// Prices are dollars for a million tokens, or for one second, character, search or image. `>200k`:
/// for calls with more input tokens. `:flex`: for that tier; `batch*0.5`: every plain price of
/// the line times that, for that tier, where no price of its own is named.
package enum BuiltInPrices {
  private static let words: [String: PriceField] = [
    "in": .input, "out": .output, "cached": .cacheRead, "write": .cacheWrite5m,
    "write1h": .cacheWrite1h, "think": .reasoning, "audio_in": .inputAudio,
    "audio_out": .outputAudio, "image_in": .inputImage, "image_out": .outputImage,
    "cached_audio": .cacheReadAudio, "cached_image": .cacheReadImage, "second": .inputSecond,
    "character": .inputCharacter, "search": .perQuery, "image": .perOutputImage,
  ]
  private static let unitFields: [PriceField] = [
    .inputSecond, .inputCharacter, .perQuery, .perOutputImage,
  ]
  private static let tiers: [String: PriceTier] = [
    "flex": .flex, "priority": .priority, "batch": .batch, "ultrafast": .ultrafast,
  ]

  /// The entries of a text, in its order.
  package static func entries(parsing text: String) throws(PriceError) -> [PriceEntry] {
    var entries: [PriceEntry] = []
    var section = Section(provider: nil, prefix: "")
    var draft: BuiltInDraft?
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard let first = words.first else { continue }
      if line.first == UInt8(ascii: " ") {
        try draft?.add(words[...])
        continue
      }
      if let entry = try draft?.entry { entries.append(entry) }
      draft = nil
      if first.first == UInt8(ascii: "[") {
        section = Section(line)
      } else {
        draft = BuiltInDraft(
          key: section.prefix + String(Substring(first)), provider: section.provider)
        try draft?.add(words.dropFirst())
      }
    }
    if let entry = try draft?.entry { entries.append(entry) }
    return entries
  }

  /// `[gemini gemini/]`.
  private struct Section {
    var provider: String?
    var prefix: String

    init(provider: String?, prefix: String) {
      self.provider = provider
      self.prefix = prefix
    }

    init(_ line: Word) {
      let names = line.split { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }.first?
        .split(separator: UInt8(ascii: " "))
        .map { String(Substring($0)) }
      provider = names?.first == "*" ? nil : names?.first
      prefix = names?.dropFirst().first ?? ""
    }
  }

  typealias Word = Substring.UTF8View

  /// Reads `in>200k:flex`; nil where it is no price's name.
  fileprivate static func name(_ text: Word) -> PriceName? {
    var rest = text
    var tier = PriceTier.standard
    if let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
      guard let named = Self.tier(rest[rest.index(after: colon)...]) else { return nil }
      tier = named
      rest = rest[..<colon]
    }
    var aboveTokens: Int64 = 0
    if let mark = rest.firstIndex(of: UInt8(ascii: ">")) {
      let bound = rest[rest.index(after: mark)...]
      guard bound.last == UInt8(ascii: "k"), let thousands = Int64(Substring(bound.dropLast())),
        (1...1_000_000).contains(thousands)
      else { return nil }
      aboveTokens = thousands * 1_000
      rest = rest[..<mark]
    }
    guard let field = words[String(Substring(rest))] else { return nil }
    return PriceName(field, aboveTokens: aboveTokens, tier: tier)
  }

  fileprivate static func tier(_ name: Word) -> PriceTier? {
    tiers[String(Substring(name))]
  }

  /// How many units a price of the text is for, as a power of ten.
  fileprivate static func unitPower(_ field: PriceField) -> Int {
    unitFields.contains(field) ? 0 : 6
  }
}

/// An entry of the text in the making.
private struct BuiltInDraft {
  let key: String
  let provider: String?
  private var mode: String? = "chat"
  private var outputTokensMax: Int64?
  private var prices: [(name: PriceName, dollars: ExactDecimal)] = []
  private var factors: [(tier: PriceTier, factor: ExactDecimal)] = []
  private var multipliers: [PriceMultiplier] = []

  init(key: String, provider: String?) {
    self.key = key
    self.provider = provider
  }

  mutating func add(_ words: ArraySlice<BuiltInPrices.Word>) throws(PriceError) {
    for word in words { try add(word) }
  }

  private mutating func add(_ word: BuiltInPrices.Word) throws(PriceError) {
    if let star = word.firstIndex(of: UInt8(ascii: "*")) {
      guard let tier = BuiltInPrices.tier(word[..<star]) else { throw noPrice(word) }
      return factors.append((tier, try number(word[word.index(after: star)...], of: word)))
    }
    guard let mark = word.firstIndex(of: UInt8(ascii: "=")) else { throw noPrice(word) }
    let name = word[..<mark]
    let value = word[word.index(after: mark)...]
    if name.elementsEqual("mode".utf8) {
      mode = String(Substring(value))
    } else if name.elementsEqual("max_out".utf8) {
      outputTokensMax = try number(value, of: word).int64
    } else if name.starts(with: "x.".utf8) {
      let factor = try number(value, of: word)
      multipliers.append(
        PriceMultiplier(name: String(Substring(name.dropFirst(2))), factor: factor))
    } else if let name = BuiltInPrices.name(name) {
      prices.append((name, try number(value, of: word)))
    } else {
      throw noPrice(word)
    }
  }

  /// The entry; tiers that are a multiple of the plain prices are worked out.
  var entry: PriceEntry {
    get throws(PriceError) {
      var rates: [PriceRate] = []
      rates.reserveCapacity(prices.count * (1 + factors.count))
      for price in prices { rates.append(try rate(price.name, price.dollars, times: .one)) }
      for (tier, factor) in factors {
        for price in prices where price.name.tier == .standard {
          let name = PriceName(
            price.name.field, aboveTokens: price.name.aboveTokens, tier: tier)
          if prices.contains(where: { $0.name == name }) { continue }
          rates.append(try rate(name, price.dollars, times: factor))
        }
      }
      return PriceEntry(
        key: key, provider: provider, mode: mode, outputTokensMax: outputTokensMax, rates: rates,
        multipliers: multipliers)
    }
  }

  private func rate(
    _ name: PriceName, _ dollars: ExactDecimal, times factor: ExactDecimal
  ) throws(PriceError) -> PriceRate {
    let (digits, overflow) = dollars.digits.multipliedReportingOverflow(by: factor.digits)
    let exponent = dollars.exponent + factor.exponent - BuiltInPrices.unitPower(name.field)
    let product = ExactDecimal(digits: digits, exponent: exponent)
    guard !overflow, let price = DollarAmount(dollars: product) else {
      throw PriceError(model: key, field: "\(name)", problem: "is out of range")
    }
    return PriceRate(name, price)
  }

  private func number(
    _ text: BuiltInPrices.Word, of word: BuiltInPrices.Word
  ) throws(PriceError) -> ExactDecimal {
    do throws(ExactDecimal.Failure) {
      return try ExactDecimal(String(Substring(text)))
    } catch {
      throw PriceError(
        model: key, field: String(Substring(word)), problem: error.message)
    }
  }

  private func noPrice(_ word: BuiltInPrices.Word) -> PriceError {
    PriceError(model: key, field: String(Substring(word)), problem: "is no price")
  }
}

extension PriceTable {
  /// The prices that the appliance knows of itself.
  package static let builtIn: PriceTable = {
    do throws(PriceError) {
      let entries = try BuiltInPrices.entries(
        parsing: BuiltInPrices.simulated + "\n" + BuiltInPrices.text)
      return PriceTable(version: "built-in \(BuiltInPrices.date)", entries: entries)
    } catch {
      preconditionFailure("A built-in price cannot be read. \(error.message)")
    }
  }()
}
