/// The parts of a receipt that have no column of their own, as bytes: plan, attempts, waits, bill,
/// decisions, and how limits and budgets stood.
///
/// About 150 bytes for a request that was served at once. The first byte is the version of the form;
/// numbers are LEB128, signed ones zigzag before it (protobuf.dev/programming-guides/encoding); a
/// text that has been before is its number in the order of first appearance. Reading never traps,
/// whatever the bytes are: what is no detail is nil.
package enum ReceiptDetail {
  /// The first form had no decisions, the second none of level and admission, and no readings.
  private static let version: UInt8 = 3
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
    var writer = Writer(bytes: bytes)
    bytes = []  // So that the writer's copy is the only one and grows in place.
    writer.byte(version)
    writer.signed(Int128(receipt.waitMilliseconds))
    writer.count(min(receipt.plan.count, Receipt.planMax))
    for candidate in receipt.plan.prefix(Receipt.planMax) {
      writer.text(candidate.provider)
      writer.text(candidate.model)
      writer.optional(candidate.level.map(Int64.init))
    }
    writer.count(receipt.trail.count)
    for attempt in receipt.trail { writer.attempt(attempt) }
    writer.count(receipt.bill == nil ? 0 : 1)
    if let bill = receipt.bill { writer.bill(bill) }
    writer.decisions(receipt.decisions)
    writer.furtherDecisions(receipt.decisions)
    writer.readings(receipt.readings)
    bytes = writer.bytes
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
    guard reader.isAtEnd else { return false }
    receipt = read
    return true
  }

  // MARK: Writing

  struct Writer {
    var bytes: [UInt8]
    private var texts: [String] = []

    init(bytes: [UInt8]) {
      self.bytes = bytes
      texts.reserveCapacity(8)
    }

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func count(_ count: Int) { unsigned(UInt128(max(0, count))) }

    mutating func unsigned(_ value: UInt128) {
      var rest = value
      // Prices alone are longer than 64 bits, and those are quicker to shift.
      while rest > UInt128(UInt64.max) {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      var last = UInt64(truncatingIfNeeded: rest)
      while last > 0x7F {
        bytes.append(UInt8(truncatingIfNeeded: last) | 0x80)
        last >>= 7
      }
      bytes.append(UInt8(truncatingIfNeeded: last))
    }

    mutating func signed(_ value: Int128) {
      unsigned(UInt128(bitPattern: (value << 1) ^ (value >> 127)))
    }

    /// One byte before it says whether there is a value.
    mutating func optional(_ value: Int64?) {
      byte(value == nil ? 0 : 1)
      if let value { signed(Int128(value)) }
    }

    mutating func text(_ text: String) {
      if let known = texts.firstIndex(of: text) { return count(known + 1) }
      count(0)
      texts.append(text)
      let length = min(text.utf8.count, textBytesMax)
      count(length)
      if length < text.utf8.count {
        bytes.append(contentsOf: text.utf8.prefix(length))
      } else {
        bytes.append(contentsOf: text.utf8)
      }
    }

    mutating func decimal(_ number: ExactDecimal) {
      signed(number.digits)
      signed(Int128(number.exponent))
    }

    mutating func attempt(_ attempt: ReceiptAttempt) {
      text(attempt.provider)
      text(attempt.model)
      text(attempt.key)
      signed(Int128(attempt.level))
      signed(Int128(attempt.waitMilliseconds))
      signed(Int128(attempt.durationMilliseconds))
      signed(Int128(attempt.status))
      byte(attempt.end.rawValue)
      optional(attempt.retryAfterMilliseconds)
      optional(attempt.possibleCostNanoUSD)
    }

    mutating func bill(_ bill: ReceiptBill) {
      text(bill.priceKey)
      let lines = bill.lines.prefix(ReceiptBill.linesMax)
      count(lines.count)
      for line in lines { self.line(line) }
      let multipliers = bill.multipliers.prefix(ReceiptBill.multipliersMax)
      count(multipliers.count)
      for multiplier in multipliers {
        text(multiplier.name)
        decimal(multiplier.factor)
      }
    }

    /// The numbers of cases are stored: never reuse one.
    mutating func decisions(_ decisions: Decisions) {
      switch decisions.access {
      case nil: byte(0)
      case .noRules: byte(1)
      case .rules: byte(2)
      }
      byte(decisions.refusedBy == nil ? 0 : 1)
      if let rule = decisions.refusedBy { text(rule) }
      switch decisions.foundBy {
      case nil: byte(0)
      case .userMap(let name): named(1, name)
      case .mapping(let name): named(2, name)
      case .provider(let name): named(3, name)
      case .keyLists: byte(4)
      case .passthrough(let name): named(5, name)
      case .namedID(let key): named(6, key)
      }
    }

    private mutating func named(_ number: UInt8, _ name: String) {
      byte(number)
      text(name)
    }

    private mutating func line(_ line: CostLine) {
      count(items.firstIndex(of: line.item) ?? 0)
      byte(line.iteration == nil ? 0 : 1)
      if let iteration = line.iteration {
        count(iteration.index)
        text(iteration.kind)
      }
      decimal(line.quantity)
      let name = line.rate.name
      count(fields.firstIndex(of: name.field) ?? 0)
      signed(Int128(name.aboveTokens))
      byte(name.tier.rawValue)
      signed(line.rate.price.zeptoUSD)
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
