/// The parts of a receipt that have no column of their own, as bytes: plan, attempts, waits, bill,
/// decisions, and how limits and budgets stood.
///
/// About 150 bytes for a request that was served at once. The first byte is the version of the form;
/// numbers are LEB128, signed ones zigzag before it (protobuf.dev/programming-guides/encoding); a
/// text that has been before is its number in the order of first appearance. Reading never traps,
/// whatever the bytes are: what is no detail is nil.
package enum ReceiptDetail {
  /// The first form had no decisions, the second none of level and admission, and no readings; the
  /// third did not name the entries that allow.
  private static let version: UInt8 = 4
  /// Longest text kept, in bytes; names are shorter.
  private static let textBytesMax = 512

  /// The numbers of what a line counts, in the order of their places: only ever append.
  static let items: [CostItem] = [
    .input, .inputAudio, .inputImage, .cacheRead, .cacheReadAudio, .cacheReadImage, .cacheWrite5m,
    .cacheWrite1h, .output, .outputReasoning, .outputAudio, .outputImage, .billedInput,
    .billedOutput, .billedImage, .searchUnits, .pixels, .images, .audioSeconds, .inputCharacters,
    .furtherLines,
  ]
  /// The numbers of price fields: only ever append.
  static let fields: [PriceField] = [
    .input, .output, .cacheRead, .cacheWrite5m, .cacheWrite1h, .reasoning, .inputAudio,
    .outputAudio, .inputImage, .outputImage, .cacheReadAudio, .cacheReadImage, .inputSecond,
    .outputSecond, .inputCharacter, .outputCharacter, .inputPixel, .outputPixel, .perInputImage,
    .perOutputImage, .perQuery, .perRequest,
  ]

  /// Appends the detail of a receipt.
  package static func append(_ receipt: Receipt, to bytes: inout [UInt8]) {
    var receipt = receipt
    bytes.append { append(&receipt, to: &$0) }
  }

  /// Appends the detail of a receipt, or as much of it as there is room for, which `isFull` tells;
  /// for why it is `inout` see `ReceiptCoding`.
  static func append(_ receipt: inout Receipt, to out: inout OutputSpan<UInt8>) {
    var writer = Writer()
    out.put(version)
    out.put(signed: receipt.waitMilliseconds)
    out.put(unsigned: UInt64(min(receipt.plan.count, Receipt.planMax)))
    for candidate in receipt.plan.prefix(Receipt.planMax) {
      writer.text(candidate.provider, &out)
      writer.text(candidate.model, &out)
      writer.optional(candidate.level.map(Int64.init), &out)
    }
    out.put(unsigned: UInt64(receipt.trail.count))
    for index in receipt.trail.indices { writer.attempt(receipt.trail[index], &out) }
    out.put(receipt.bill == nil ? 0 : 1)
    if let bill = receipt.bill { writer.bill(bill, &out) }
    writer.decisions(receipt.decisions, &out)
    writer.furtherDecisions(receipt.decisions, &out)
    writer.readings(receipt.readings, &out)
    writer.grants(receipt.decisions, &out)
  }

  /// Reads a detail into a receipt.
  ///
  /// - Returns: False if the bytes are none; the receipt is then as it was.
  package static func read(_ bytes: [UInt8], into receipt: inout Receipt) -> Bool {
    var reader = Reader(bytes: bytes)
    var read = receipt
    guard let form = reader.byte(), (1...version).contains(form), let waited = reader.int64(),
      let candidates = reader.count(max: Receipt.planMax)
    else { return false }
    read.waitMilliseconds = waited
    read.plan = []
    for _ in 0..<candidates {
      guard let candidate = reader.candidate() else { return false }
      read.plan.append(candidate)
    }
    guard let attempts = reader.count(max: Receipt.trailMax) else { return false }
    for _ in 0..<attempts {
      guard let attempt = reader.attempt() else { return false }
      read.append(attempt)
    }
    guard let bills = reader.count(max: 1) else { return false }
    if bills == 1 {
      guard let bill = reader.bill() else { return false }
      read.bill = bill
    }
    if form >= 2 {
      guard let decisions = reader.decisions() else { return false }
      read.decisions = decisions
    }
    if form >= 3 {
      guard reader.furtherDecisions(into: &read.decisions), let readings = reader.readings() else {
        return false
      }
      read.readings = readings
    }
    if form >= 4, !reader.grants(into: &read.decisions) { return false }
    guard reader.isAtEnd else { return false }
    receipt = read
    return true
  }

  // MARK: Writing

  struct Writer {
    /// Where texts that were written begin, and how long they are: the first ones, for a request
    /// that goes through many providers may write further ones twice.
    private var starts = InlineArray<32, UInt32>(repeating: 0)
    private var lengths = InlineArray<32, UInt32>(repeating: 0)
    private var texts = 0

    /// One byte before it says whether there is a value.
    @inline(__always)
    mutating func optional(_ value: Int64?, _ out: inout OutputSpan<UInt8>) {
      out.put(value == nil ? 0 : 1)
      if let value { out.put(signed: value) }
    }

    mutating func text(_ text: String, _ out: inout OutputSpan<UInt8>) {
      let length = min(text.utf8.count, textBytesMax)
      for known in 0..<texts where Int(lengths[known]) == length {
        if out.holds(text, first: length, at: Int(starts[known])) {
          return out.put(unsigned: UInt64(known + 1))
        }
      }
      out.put(0)
      out.put(unsigned: UInt64(length))
      if texts < starts.count {
        starts[texts] = UInt32(truncatingIfNeeded: out.count)
        lengths[texts] = UInt32(length)
        texts += 1
      }
      out.put(text, first: length)
    }

    mutating func decimal(_ number: ExactDecimal, _ out: inout OutputSpan<UInt8>) {
      out.put(signed: number.digits)
      out.put(signed: Int64(number.exponent))
    }

    mutating func attempt(_ attempt: ReceiptAttempt, _ out: inout OutputSpan<UInt8>) {
      text(attempt.provider, &out)
      text(attempt.model, &out)
      text(attempt.key, &out)
      out.put(signed: Int64(attempt.level))
      out.put(signed: attempt.waitMilliseconds)
      out.put(signed: attempt.durationMilliseconds)
      out.put(signed: Int64(attempt.status))
      out.put(attempt.end.rawValue)
      optional(attempt.retryAfterMilliseconds, &out)
      optional(attempt.possibleCostNanoUSD, &out)
    }

    mutating func bill(_ bill: ReceiptBill, _ out: inout OutputSpan<UInt8>) {
      text(bill.priceKey, &out)
      let lines = min(bill.lines.count, ReceiptBill.linesMax)
      out.put(unsigned: UInt64(lines))
      for index in 0..<lines { line(bill.lines[index], &out) }
      let multipliers = min(bill.multipliers.count, ReceiptBill.multipliersMax)
      out.put(unsigned: UInt64(multipliers))
      for multiplier in bill.multipliers.prefix(multipliers) {
        text(multiplier.name, &out)
        decimal(multiplier.factor, &out)
      }
    }

    /// The numbers of cases are stored: never reuse one.
    mutating func decisions(_ decisions: Decisions, _ out: inout OutputSpan<UInt8>) {
      switch decisions.access {
      case nil: out.put(0)
      case .noRules: out.put(1)
      case .rules: out.put(2)
      }
      out.put(decisions.refusedBy == nil ? 0 : 1)
      if let rule = decisions.refusedBy { text(rule, &out) }
      switch decisions.foundBy {
      case nil: out.put(0)
      case .userMap(let name): named(1, name, &out)
      case .mapping(let name): named(2, name, &out)
      case .provider(let name): named(3, name, &out)
      case .keyLists: out.put(4)
      case .passthrough(let name): named(5, name, &out)
      case .namedID(let key): named(6, key, &out)
      }
    }

    private mutating func named(_ number: UInt8, _ name: String, _ out: inout OutputSpan<UInt8>) {
      out.put(number)
      text(name, &out)
    }

    private mutating func line(_ line: CostLine, _ out: inout OutputSpan<UInt8>) {
      out.put(unsigned: UInt64(items.firstIndex(of: line.item) ?? 0))
      out.put(line.iteration == nil ? 0 : 1)
      if let iteration = line.iteration {
        out.put(unsigned: UInt64(max(0, iteration.index)))
        text(iteration.kind, &out)
      }
      decimal(line.quantity, &out)
      let name = line.rate.name
      out.put(unsigned: UInt64(fields.firstIndex(of: name.field) ?? 0))
      out.put(signed: name.aboveTokens)
      out.put(name.tier.rawValue)
      out.put(signed: line.rate.price.zeptoUSD)
    }
  }

  // MARK: Reading

  struct Reader {
    private let bytes: [UInt8]
    private var position = 0
    private var texts: [String] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8? {
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return bytes[position]
    }

    mutating func flag() -> Bool? {
      guard let byte = byte(), byte <= 1 else { return nil }
      return byte == 1
    }

    mutating func count(max: Int) -> Int? {
      guard let value = unsigned(), value <= UInt128(max) else { return nil }
      return Int(value)
    }

    private mutating func unsigned() -> UInt128? {
      var value: UInt128 = 0
      var shift: UInt128 = 0
      while let byte = byte() {
        // 128 bits are 18 groups of seven and two bits more.
        guard shift < 126 || (shift == 126 && byte <= 3) else { return nil }
        value |= UInt128(byte & 0x7F) << shift
        guard byte & 0x80 != 0 else { return value }
        shift += 7
      }
      return nil
    }

    mutating func signed() -> Int128? {
      guard let value = unsigned() else { return nil }
      return Int128(bitPattern: value >> 1) ^ -Int128(bitPattern: value & 1)
    }

    mutating func int64() -> Int64? { signed().flatMap { Int64(exactly: $0) } }

    mutating func int() -> Int? { signed().flatMap { Int(exactly: $0) } }

    /// Outer nil: no such value can be read.
    mutating func optional() -> Int64?? {
      guard let isThere = flag() else { return nil }
      guard isThere else { return .some(nil) }
      guard let value = int64() else { return nil }
      return .some(value)
    }

    mutating func text() -> String? {
      guard let known = count(max: texts.count) else { return nil }
      guard known == 0 else { return texts[known - 1] }
      guard let length = count(max: textBytesMax), length <= bytes.count - position else {
        return nil
      }
      let text = String(decoding: bytes[position..<position + length], as: UTF8.self)
      position += length
      texts.append(text)
      return text
    }

    private mutating func decimal() -> ExactDecimal? {
      guard let digits = signed(), let exponent = int() else { return nil }
      return ExactDecimal(storedDigits: digits, exponent: exponent)
    }

    mutating func candidate() -> ReceiptCandidate? {
      guard let provider = text(), let model = text(), let level = optional() else { return nil }
      return ReceiptCandidate(
        provider: provider, model: model, level: level.flatMap { Int(exactly: $0) })
    }

    mutating func attempt() -> ReceiptAttempt? {
      guard let provider = text(), let model = text(), let key = text(), let level = int(),
        let waited = int64()
      else { return nil }
      var attempt = ReceiptAttempt(
        provider: provider, model: model, key: key, level: level, waitMilliseconds: waited)
      guard let duration = int64(), let status = int(),
        let end = byte().flatMap({ ReceiptAttempt.End(rawValue: $0) }),
        let retryAfter = optional(), let possibleCost = optional()
      else { return nil }
      attempt.durationMilliseconds = duration
      attempt.status = status
      attempt.end = end
      attempt.retryAfterMilliseconds = retryAfter
      attempt.possibleCostNanoUSD = possibleCost
      return attempt
    }

    mutating func bill() -> ReceiptBill? {
      guard let key = text(), let lineCount = count(max: ReceiptBill.linesMax) else { return nil }
      var bill = ReceiptBill(priceKey: key, lines: [], multipliers: [])
      for _ in 0..<lineCount {
        guard let line = line() else { return nil }
        bill.lines.append(line)
      }
      guard let multipliers = count(max: ReceiptBill.multipliersMax) else { return nil }
      for _ in 0..<multipliers {
        guard let name = text(), let factor = decimal() else { return nil }
        bill.multipliers.append(PriceMultiplier(name: name, factor: factor))
      }
      return bill
    }

    mutating func decisions() -> Decisions? {
      var decisions = Decisions()
      switch byte() {
      case 0: break
      case 1: decisions.access = .noRules
      case 2: decisions.access = .rules
      default: return nil
      }
      guard let isRefused = flag() else { return nil }
      if isRefused {
        guard let rule = text() else { return nil }
        decisions.refusedBy = rule
      }
      guard let number = byte() else { return nil }
      if number == 0 { return decisions }
      if number == 4 {
        decisions.foundBy = .keyLists
        return decisions
      }
      guard let name = text() else { return nil }
      switch number {
      case 1: decisions.foundBy = .userMap(name)
      case 2: decisions.foundBy = .mapping(name)
      case 3: decisions.foundBy = .provider(name)
      case 5: decisions.foundBy = .passthrough(name)
      case 6: decisions.foundBy = .namedID(key: name)
      default: return nil
      }
      return decisions
    }

    private mutating func line() -> CostLine? {
      guard let item = count(max: items.count - 1), let isIteration = flag() else { return nil }
      var iteration: CostLine.Iteration?
      if isIteration {
        guard let index = count(max: .max), let kind = text() else { return nil }
        iteration = CostLine.Iteration(index: index, kind: kind)
      }
      guard let quantity = decimal(), let field = count(max: fields.count - 1),
        let aboveTokens = int64(), let tier = byte().flatMap({ PriceTier(rawValue: $0) }),
        let price = signed()
      else { return nil }
      let name = PriceName(fields[field], aboveTokens: aboveTokens, tier: tier)
      let rate = PriceRate(name, DollarAmount(zeptoUSD: price))
      return CostLine(items[item], quantity, rate, iteration: iteration)
    }
  }
}
