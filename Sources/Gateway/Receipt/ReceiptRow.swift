package import Providers

/// The account of a receipt as the journal holds it: its numbers, and where in the bytes its texts
/// lie.
///
/// Nothing is made of the texts, so that the ledger can store and count a row without a copy of any;
/// what a `Receipt` needs is made of this. Holds no reference: copying it is copying memory. Reading
/// never traps, whatever the bytes are.
package struct ReceiptRow: Sendable {
  /// Where a text lies in the bytes that were read.
  package struct Text: Equatable, Sendable {
    fileprivate var start: Int32 = 0
    package fileprivate(set) var count: Int32 = 0

    /// The first byte of all is the version: no text begins there.
    package var isThere: Bool { start > 0 }
    package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  package private(set) var requestID = Text()
  package private(set) var user = Text()
  package private(set) var token = Text()
  package private(set) var model = Text()
  package private(set) var upstreamModel = Text()
  package private(set) var provider = Text()
  package private(set) var key = Text()
  package private(set) var priceVersion = Text()
  /// A `ReceiptDetail`.
  package private(set) var detail = Text()
  package private(set) var startedAtMilliseconds: Int64 = 0
  package private(set) var durationMilliseconds: Int64 = 0
  /// `journalCode` of a dialect that this version may not know; 0: none.
  package private(set) var dialectCode: UInt8 = 0
  /// The same of an endpoint.
  package private(set) var endpointCode: UInt8 = 0
  package private(set) var outcome = Receipt.Outcome.refused
  package private(set) var usageSource = Receipt.UsageSource.none
  package private(set) var isStream = false
  package private(set) var level: Int64?
  package private(set) var attempts: Int64 = 0
  package private(set) var status: Int64 = 0
  package private(set) var costNanoUSD: Int64?
  package private(set) var timeToFirstTokenMilliseconds: Int64?
  package private(set) var usage = Usage()
  package private(set) var anomalies = 0
  /// The longest of its texts, in bytes.
  package private(set) var textBytesMax: Int32 = 0
  /// The charge; there is one where there is a user.
  package private(set) var chargedUser = Text()
  package private(set) var chargedToken = Text()
  package private(set) var chargeNanoUSD: Int64 = 0
  package private(set) var chargeMarks: Int64 = 0
  package private(set) var chargeRun: Int64 = 0

  /// Reads the account; nil where the bytes hold none.
  package init?(_ bytes: Span<UInt8>) {
    var reader = Reader()
    guard bytes.count < Int(Int32.max), reader.byte(bytes) == ReceiptCoding.version else {
      return nil
    }
    while let head = reader.byte(bytes) {
      if head & 1 == 1 {
        guard let text = reader.text(bytes) else { return nil }
        take(text, head >> 1)
      } else {
        guard let value = reader.signed(bytes), take(value, head >> 1) else { return nil }
      }
    }
    guard requestID.count > 0 else { return nil }
  }

  package var dialect: Dialect? {
    dialectCode == 0 ? nil : Dialect.allCases.first { $0.journalCode == dialectCode }
  }

  package var endpoint: Endpoint? {
    endpointCode == 0 ? nil : Endpoint.allCases.first { $0.journalCode == endpointCode }
  }

  /// Whether it says all that columns and sums need: most requests were served at once, so that
  /// nothing was odd about them and nothing more than they cost was possible.
  package var isPlain: Bool { outcome == .served && attempts <= 1 && anomalies == 0 }

  /// Unix time; that of the beginning where the sum would be out of range.
  package var finishedAtMilliseconds: Int64 {
    let (finished, overflow) = startedAtMilliseconds.addingReportingOverflow(durationMilliseconds)
    return overflow ? startedAtMilliseconds : finished
  }

  /// Its charge, whose ids are given.
  package func charge(userID: String, tokenID: String) -> Charge {
    var charge = Charge(userID: userID, tokenID: tokenID, nanoUSD: chargeNanoUSD)
    charge.journalMarks = chargeMarks
    charge.countedInRun = UInt64(bitPattern: chargeRun)
    return charge
  }

  /// Whether the user of the charge has limits by the day for models.
  package var chargeCountsModel: Bool { chargeMarks & Charge.countsModelMark != 0 }

  // MARK: Fields

  private mutating func take(_ text: Text, _ number: UInt8) {
    let field = ReceiptCoding.Field(rawValue: number)
    if field != .detail { textBytesMax = max(textBytesMax, text.count) }
    switch field {
    case .requestID: requestID = text
    case .user: user = text
    case .token: token = text
    case .model: model = text
    case .upstreamModel: upstreamModel = text
    case .provider: provider = text
    case .key: key = text
    case .priceVersion: priceVersion = text
    case .anomaly: anomalies += 1
    case .detail: detail = text
    case .chargedUser:
      chargedUser = text
      chargedToken = Text()
      (chargeNanoUSD, chargeMarks, chargeRun) = (0, 0, 0)
    case .chargedToken: if chargedUser.isThere { chargedToken = text }
    case .startedAt, .dialect, .endpoint, .level, .attempts, .status, .isStream, .outcome,
      .usageSource, .cost, .timeToFirstToken, .duration, .charge, .chargeMarks, .chargeRun, nil:
      break
    }
  }

  /// Takes one number; false where it cannot be one of that field.
  private mutating func take(_ value: Int64, _ number: UInt8) -> Bool {
    switch ReceiptCoding.Field(rawValue: number) {
    case .startedAt: startedAtMilliseconds = value
    // A route or dialect that a later version knows: the account is no less right.
    case .dialect: dialectCode = UInt8(exactly: value) ?? 0
    case .endpoint: endpointCode = UInt8(exactly: value) ?? 0
    case .level: level = value
    case .attempts: attempts = value
    case .status: status = value
    case .isStream: isStream = value != 0
    case .outcome:
      guard let outcome = Receipt.Outcome(journalCode: value) else { return false }
      self.outcome = outcome
    case .usageSource:
      guard let source = Receipt.UsageSource(journalCode: value) else { return false }
      usageSource = source
    case .cost: costNanoUSD = value
    case .timeToFirstToken: timeToFirstTokenMilliseconds = value
    case .duration: durationMilliseconds = value
    case .charge: if chargedUser.isThere { chargeNanoUSD = value }
    case .chargeMarks: if chargedUser.isThere { chargeMarks = value }
    case .chargeRun: if chargedUser.isThere { chargeRun = value }
    case .requestID, .user, .token, .model, .upstreamModel, .provider, .key, .priceVersion,
      .anomaly, .detail, .chargedUser, .chargedToken:
      break
    case nil: take(usage: value, number)
    }
    return true
  }

  private mutating func take(usage value: Int64, _ number: UInt8) {
    guard number >= ReceiptCoding.usageStart else { return }
    switch number - ReceiptCoding.usageStart {
    case 0: usage.inputTokens = value
    case 1: usage.outputTokens = value
    case 2: usage.cachedInputTokens = value
    case 3: usage.cacheWriteTokens = value
    case 4: usage.cacheWrite5mTokens = value
    case 5: usage.cacheWrite1hTokens = value
    case 6: usage.reasoningTokens = value
    case 7: usage.inputAudioTokens = value
    case 8: usage.outputAudioTokens = value
    case 9: usage.inputImageTokens = value
    case 10: usage.outputImageTokens = value
    case 11: usage.cachedInputAudioTokens = value
    case 12: usage.cachedInputImageTokens = value
    case 13: usage.toolUseInputTokens = value
    case 14: usage.acceptedPredictionTokens = value
    case 15: usage.rejectedPredictionTokens = value
    default: break
    }
  }

  /// Where the texts of the anomalies lie, in their order.
  static func anomalies(in bytes: Span<UInt8>) -> [Range<Int>] {
    var anomalies: [Range<Int>] = []
    var reader = Reader()
    _ = reader.byte(bytes)
    while let head = reader.byte(bytes) {
      if head & 1 == 0 {
        guard reader.signed(bytes) != nil else { break }
      } else {
        guard let text = reader.text(bytes) else { break }
        if head >> 1 == ReceiptCoding.Field.anomaly.rawValue { anomalies.append(text.range) }
      }
    }
    return anomalies
  }

  // MARK: Bytes

  private struct Reader {
    private var position = 0

    @inline(__always)
    mutating func byte(_ bytes: Span<UInt8>) -> UInt8? {
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return bytes[position]
    }

    @inline(__always)
    mutating func signed(_ bytes: Span<UInt8>) -> Int64? {
      guard let value = unsigned(bytes) else { return nil }
      return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Where the bytes are whose count comes next.
    @inline(__always)
    mutating func text(_ bytes: Span<UInt8>) -> Text? {
      guard let count = unsigned(bytes), count <= UInt64(bytes.count - position) else {
        return nil
      }
      let start = position
      position += Int(count)
      return Text(start: Int32(start), count: Int32(count))
    }

    @inline(__always)
    private mutating func unsigned(_ bytes: Span<UInt8>) -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = byte(bytes) {
        // 64 bits are nine groups of seven and one bit more.
        guard shift < 63 || byte <= 1 else { return nil }
        value |= UInt64(byte & 0x7F) &<< shift
        guard byte & 0x80 != 0 else { return value }
        shift += 7
      }
      return nil
    }
  }
}
