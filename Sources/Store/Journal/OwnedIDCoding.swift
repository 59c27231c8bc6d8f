/// Ids as the journal has them, before the receipt of the request whose answer named them.
///
/// Eight bytes, the length of the records and their number; then the records, filled up to a
/// multiple of eight. A record is the id, its user, provider and key, the models that are owed, when
/// it expires and its debt; a text is its length in two bytes and its UTF-8. Numbers are
/// little-endian.
enum OwnedIDCoding {
  /// All records of one receipt together; what is more goes to the store by the writer's queue.
  ///
  /// As many as an answer names at most, of usual lengths, and beside them a receipt of usual length.
  static let bytesMax = 20_480
  /// The longest record of usual lengths, with what stands before and behind all of them.
  static let oneBytesMax = 2_048
  static let headerBytes = 8
  /// The length of a text that is not there.
  private static let absent = UInt16.max

  /// Appends as many as there is room for.
  ///
  /// - Returns: How many, from the first.
  static func append(_ ids: ArraySlice<OwnedID>, to out: inout [UInt8]) -> Int {
    let start = out.count
    out.append(contentsOf: repeatElement(0, count: headerBytes))
    let recordsStart = out.count
    var count = 0
    for owned in ids {
      let end = out.count
      append(owned, to: &out)
      guard out.count - recordsStart <= bytesMax else {
        out.removeSubrange(end...)
        break
      }
      count += 1
    }
    while !(out.count - start).isMultiple(of: 8) { out.append(0) }
    put(UInt32(clamping: out.count - recordsStart), at: start, in: &out)
    put(UInt32(clamping: count), at: start + 4, in: &out)
    return count
  }

  /// The ids, and the bytes behind them; nil where there are none that are whole.
  static func read(
    _ bytes: UnsafeRawBufferPointer
  ) -> (ids: [OwnedID], rest: UnsafeRawBufferPointer)? {
    guard bytes.count >= headerBytes else { return nil }
    let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    let count = Int(
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    guard length <= bytesMax + 8, count <= length, headerBytes + length <= bytes.count else {
      return nil
    }
    var reader = Reader(bytes: bytes, place: headerBytes, end: headerBytes + length)
    var ids: [OwnedID] = []
    for _ in 0..<count {
      guard let owned = reader.record() else { return nil }
      ids.append(owned)
    }
    return (ids, UnsafeRawBufferPointer(rebasing: bytes[(headerBytes + length)...]))
  }

  // MARK: Writing

  private static func append(_ owned: OwnedID, to out: inout [UInt8]) {
    for text in [owned.id, owned.user, owned.provider, owned.key] { append(text, to: &out) }
    append(owned.owed.model, to: &out)
    append(owned.owed.upstreamModel, to: &out)
    append(UInt64(bitPattern: owned.expiresAtMilliseconds), to: &out)
    append(UInt8(clamping: owned.debt.rawValue), to: &out)
  }

  /// A text that has no length here makes its record too long, and so goes another way.
  private static func append(_ text: String?, to out: inout [UInt8]) {
    guard let text else { return append(absent, to: &out) }
    append(UInt16(clamping: text.utf8.count), to: &out)
    out.append(contentsOf: text.utf8)
  }

  private static func append(_ number: some FixedWidthInteger, to out: inout [UInt8]) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      out.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private static func put(_ number: UInt32, at place: Int, in out: inout [UInt8]) {
    for byte in 0..<4 { out[place + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
  }

  // MARK: Reading

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var place: Int
    let end: Int

    mutating func record() -> OwnedID? {
      guard let id = text(), let user = text(), let provider = text(), let key = text(),
        let model = optionalText(), let upstreamModel = optionalText(),
        let expires = number(UInt64.self),
        let debt = number(UInt8.self).flatMap({ UsageDebt(rawValue: Int64($0)) })
      else { return nil }
      return OwnedID(
        id: id, user: user, provider: provider, key: key,
        expiresAtMilliseconds: Int64(bitPattern: expires), debt: debt,
        owed: OwedModels(model: model, upstreamModel: upstreamModel))
    }

    private mutating func text() -> String? { optionalText() ?? nil }

    /// Nil: it is not whole; nil within: there is none.
    private mutating func optionalText() -> String?? {
      guard let length = number(UInt16.self) else { return nil }
      guard length != absent else { return .some(nil) }
      guard end - place >= Int(length) else { return nil }
      defer { place += Int(length) }
      return String(
        decoding: UnsafeRawBufferPointer(rebasing: bytes[place..<place + Int(length)]),
        as: UTF8.self)
    }

    private mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
      let size = Number.bitWidth / 8
      guard end - place >= size else { return nil }
      defer { place += size }
      return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
    }
  }
}
