import Providers

/// A receipt as bytes, for the journal: about 150 for an admission, three times that for an end.
///
/// The first byte is the version of the form. Fields follow in any order, each with a byte that
/// says which it is and whether a number (LEB128 of its zigzag form) or bytes (their count, then
/// they) come next. A field that is absent is nil, 0 or empty; one that is not known is skipped: so
/// an older version's bytes can be read, and a later one's too. Reading never traps, whatever the
/// bytes are.
package enum ReceiptCoding {
  static let version: UInt8 = 1

  /// How much of a receipt is written.
  package enum Extent: Sendable {
    /// All of it, texts up to 512 bytes.
    case full
    /// The account alone, in at most `briefBytesMax` bytes, for where there is hardly any room.
    case brief

    fileprivate var textBytesMax: Int { self == .full ? 512 : 96 }
    fileprivate var anomaliesMax: Int { self == .full ? 32 : 6 }
  }

  /// Eleven texts, two ids, six anomalies, and thirty-three numbers of at most ten bytes.
  package static let briefBytesMax = 2_304

  /// Which field; the numbers are stored: never reuse one.
  enum Field: UInt8 {
    case requestID = 1
    case startedAt = 2
    case user = 3
    case token = 4
    case dialect = 5
    case endpoint = 6
    case model = 7
    case upstreamModel = 8
    case provider = 9
    case key = 10
    case level = 11
    case attempts = 12
    case status = 13
    case isStream = 14
    case outcome = 15
    case usageSource = 16
    case cost = 17
    case priceVersion = 18
    case anomaly = 19
    case timeToFirstToken = 20
    case duration = 21
    /// A `ReceiptDetail`.
    case detail = 22
    // The charge; the first of these makes one.
    case chargedUser = 23
    case chargedToken = 24
    case charge = 25
    case chargeMarks = 26
    case chargeRun = 27
    // From 40 on: the usage, in the order of `append` and of `ReceiptRow`.
  }

  static let usageStart: UInt8 = 40

  // MARK: Writing

  /// Appends a receipt.
  package static func append(
    _ receipt: Receipt, _ extent: Extent = .full, to bytes: inout [UInt8]
  ) {
    var receipt = receipt
    bytes.append { append(&receipt, extent, to: &$0) }
  }

  /// Appends a receipt, or as much of it as there is room for, which `isFull` tells.
  ///
  /// It is lent, not changed: that it is `inout` spares a copy, which takes as long as a third of
  /// the writing.
  package static func append(
    _ receipt: inout Receipt, _ extent: Extent, to out: inout OutputSpan<UInt8>
  ) {
    out.put(version)
    text(.requestID, receipt.requestID, extent, &out)
    number(.startedAt, receipt.startedAtMilliseconds, &out)
    text(.user, receipt.user, extent, &out)
    text(.token, receipt.token, extent, &out)
    if let dialect = receipt.dialect { number(.dialect, Int64(dialect.journalCode), &out) }
    if let endpoint = receipt.endpoint { number(.endpoint, Int64(endpoint.journalCode), &out) }
    text(.model, receipt.model, extent, &out)
    text(.upstreamModel, receipt.upstreamModel, extent, &out)
    text(.provider, receipt.provider, extent, &out)
    text(.key, receipt.key, extent, &out)
    if let level = receipt.level { number(.level, Int64(level), &out) }
    unlessZero(.attempts, Int64(receipt.attempts), &out)
    unlessZero(.status, Int64(receipt.status), &out)
    unlessZero(.isStream, receipt.isStream ? 1 : 0, &out)
    number(.outcome, Int64(receipt.outcome.journalCode), &out)
    unlessZero(.usageSource, Int64(receipt.usageSource.journalCode), &out)
    if let cost = receipt.costNanoUSD { number(.cost, cost, &out) }
    text(.priceVersion, receipt.priceVersion, extent, &out)
    if !receipt.anomalies.isEmpty {
      for anomaly in receipt.anomalies.prefix(extent.anomaliesMax) {
        text(.anomaly, anomaly, extent, &out)
      }
    }
    if let time = receipt.timeToFirstTokenMilliseconds { number(.timeToFirstToken, time, &out) }
    unlessZero(.duration, receipt.durationMilliseconds, &out)
    append(receipt.usage, &out)
    if let charge = receipt.charge {
      text(.chargedUser, charge.userID, extent, &out)
      text(.chargedToken, charge.tokenID, extent, &out)
      unlessZero(.charge, charge.nanoUSD, &out)
      unlessZero(.chargeMarks, charge.journalMarks, &out)
      unlessZero(.chargeRun, Int64(bitPattern: charge.countedInRun), &out)
    }
    if extent == .full, receipt.hasDetail { detail(&receipt, &out) }
  }

  /// Its length is written when it is known, into three bytes that wait for it.
  private static func detail(_ receipt: inout Receipt, _ out: inout OutputSpan<UInt8>) {
    out.put(Field.detail.rawValue << 1 | 1)
    let place = out.count
    for _ in 0..<3 { out.put(0) }
    ReceiptDetail.append(&receipt, to: &out)
    let count = out.count - place - 3
    guard !out.isFull else { return }
    guard count < 1 << 21 else { return out.removeLast(count + 4) }
    out[place] = UInt8(truncatingIfNeeded: count) | 0x80
    out[place + 1] = UInt8(truncatingIfNeeded: count >> 7) | 0x80
    out[place + 2] = UInt8(truncatingIfNeeded: count >> 14)
  }

  private static func append(_ usage: Usage, _ out: inout OutputSpan<UInt8>) {
    let start = usageStart
    usageField(start, usage.inputTokens, &out)
    usageField(start + 1, usage.outputTokens, &out)
    usageField(start + 2, usage.cachedInputTokens, &out)
    usageField(start + 3, usage.cacheWriteTokens, &out)
    usageField(start + 4, usage.cacheWrite5mTokens, &out)
    usageField(start + 5, usage.cacheWrite1hTokens, &out)
    usageField(start + 6, usage.reasoningTokens, &out)
    usageField(start + 7, usage.inputAudioTokens, &out)
    usageField(start + 8, usage.outputAudioTokens, &out)
    usageField(start + 9, usage.inputImageTokens, &out)
    usageField(start + 10, usage.outputImageTokens, &out)
    usageField(start + 11, usage.cachedInputAudioTokens, &out)
    usageField(start + 12, usage.cachedInputImageTokens, &out)
    usageField(start + 13, usage.toolUseInputTokens, &out)
    usageField(start + 14, usage.acceptedPredictionTokens, &out)
    usageField(start + 15, usage.rejectedPredictionTokens, &out)
  }

  @inline(__always)
  private static func usageField(
    _ field: UInt8, _ value: Int64, _ out: inout OutputSpan<UInt8>
  ) {
    guard value != 0 else { return }
    out.put(field << 1)
    out.put(signed: value)
  }

  @inline(__always)
  private static func unlessZero(
    _ field: Field, _ value: Int64, _ out: inout OutputSpan<UInt8>
  ) {
    if value != 0 { number(field, value, &out) }
  }

  private static func number(_ field: Field, _ value: Int64, _ out: inout OutputSpan<UInt8>) {
    out.put(field.rawValue << 1)
    out.put(signed: value)
  }

  private static func text(
    _ field: Field, _ text: String?, _ extent: Extent, _ out: inout OutputSpan<UInt8>
  ) {
    guard let text else { return }
    out.put(field.rawValue << 1 | 1)
    var count = text.utf8.count
    if count > extent.textBytesMax { count = cut(text, extent.textBytesMax) }
    out.put(unsigned: UInt64(count))
    out.put(text, first: count)
  }

  /// Where a text of more bytes is cut: between characters.
  private static func cut(_ text: String, _ bytesMax: Int) -> Int {
    let utf8 = text.utf8.span
    var end = bytesMax
    // The first byte that goes must begin a character.
    while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  // MARK: Reading

  /// The receipt that bytes hold; nil where they hold none.
  package static func decode(_ bytes: [UInt8]) -> Receipt? {
    ReceiptRow(bytes.span).map { decode($0, of: bytes).receipt }
  }

  /// The receipt of an account that was read from these bytes, and whether its detail could be
  /// read; where not, the account is no less right.
  package static func decode(
    _ row: ReceiptRow, of bytes: [UInt8]
  ) -> (receipt: Receipt, hasDetail: Bool) {
    func text(_ text: ReceiptRow.Text) -> String? {
      text.isThere ? String(decoding: bytes[text.range], as: UTF8.self) : nil
    }
    var receipt = Receipt(
      requestID: text(row.requestID) ?? "", startedAtMilliseconds: row.startedAtMilliseconds)
    receipt.user = text(row.user)
    receipt.token = text(row.token)
    receipt.dialect = row.dialect
    receipt.endpoint = row.endpoint
    receipt.model = text(row.model)
    receipt.upstreamModel = text(row.upstreamModel)
    receipt.provider = text(row.provider)
    receipt.key = text(row.key)
    receipt.level = row.level.flatMap { Int(exactly: $0) }
    receipt.attempts = Int(clamping: row.attempts)
    receipt.status = Int(clamping: row.status)
    receipt.isStream = row.isStream
    receipt.outcome = row.outcome
    receipt.usage = row.usage
    receipt.usageSource = row.usageSource
    receipt.costNanoUSD = row.costNanoUSD
    receipt.priceVersion = text(row.priceVersion)
    if row.anomalies > 0 {
      receipt.anomalies = ReceiptRow.anomalies(in: bytes.span).map {
        String(decoding: bytes[$0], as: UTF8.self)
      }
    }
    receipt.timeToFirstTokenMilliseconds = row.timeToFirstTokenMilliseconds
    receipt.durationMilliseconds = row.durationMilliseconds
    if row.chargedUser.isThere {
      receipt.charge = row.charge(
        userID: text(row.chargedUser) ?? "", tokenID: text(row.chargedToken) ?? "")
    }
    let hasDetail =
      row.detail.isThere && ReceiptDetail.read(Array(bytes[row.detail.range]), into: &receipt)
    return (receipt, hasDetail)
  }
}

extension Receipt {
  /// Whether it has any of what `ReceiptDetail` keeps: at its end, all that got so far as to be
  /// judged by rules.
  fileprivate var hasDetail: Bool {
    !plan.isEmpty || !trail.isEmpty || bill != nil || waitMilliseconds != 0
      || decisions.refusal != nil || (status != 0 && (!readings.isEmpty || decisions.access != nil))
  }
}

extension Charge {
  static let countsModelMark: Int64 = 1

  var journalMarks: Int64 {
    get {
      (countsModel ? Self.countsModelMark : 0) | (isUserCounted ? 2 : 0) | (isTokenCounted ? 4 : 0)
        | (isOwners ? 8 : 0)
    }
    set {
      countsModel = newValue & Self.countsModelMark != 0
      isUserCounted = newValue & 2 != 0
      isTokenCounted = newValue & 4 != 0
      isOwners = newValue & 8 != 0
    }
  }
}
