import Gateway
import Glibc
import Providers

/// Where the sums of a row go, found once for each combination of names and not for each row; belongs
/// to the owner's connection.
///
/// Looking up a cell by six names, and two more by ids, takes as long as storing the row. Rows come
/// from a few hundred combinations at a time, so that a table of the last ones answers for most: the
/// names of a row as bytes lead to a few places in it.
final class RowPlaces {
  /// What is known of one combination.
  struct Entry {
    fileprivate var names: [UInt8] = []
    /// The number of the combination in the roll-ups.
    var subject: Int64 = 0
    var cell = UsageCells.Found()
    var spend = SpendCells.Found()
    /// The entry that was asked for after this one the last time.
    fileprivate var next = 0
  }

  /// A power of two; an entry takes about 300 bytes, most of them its names.
  private static let count = 2_048
  /// How many places a combination may have, side by side; a power of two.
  private static let choices = 4
  /// Seven names of at most 512 bytes, their lengths, and three bytes more.
  private static let namesBytesMax = 4_096

  private let database: Database
  private let subjects: UsageSubjects
  var entries = [Entry](repeating: Entry(), count: count)
  /// Of the names of each entry: apart, so that those of one combination's places are side by side,
  /// and others are passed over without a look at them.
  private var hashes = [UInt64](repeating: 0, count: count)
  private let names = UnsafeMutableRawPointer.allocate(byteCount: namesBytesMax, alignment: 8)
  private var namesBytes = 0
  /// So that nobody outside can choose names that share a place.
  private let seed = UInt64.random(in: 0 ... .max)
  private var rollbacks = 0
  /// Whom the next newcomer drives out where all its places are taken: each in turn.
  private var victim = 0
  /// The entry that was asked for last.
  private var last = 0

  init(_ database: Database, _ subjects: UsageSubjects) {
    self.database = database
    self.subjects = subjects
    rollbacks = database.rollbackCount
  }

  deinit { names.deallocate() }

  /// The index of a row's entry; a combination that is new to the roll-ups gets its number in the
  /// caller's transaction.
  func index(of row: RequestInsert.Row) throws(StoreError) -> Int {
    if rollbacks != database.rollbackCount {
      // A number that was given in what was taken back is no number.
      entries = [Entry](repeating: Entry(), count: Self.count)
      hashes = [UInt64](repeating: 0, count: Self.count)
      rollbacks = database.rollbackCount
    }
    gather(row)
    let hash = hash()
    let first = Int(truncatingIfNeeded: hash) & (Self.count - Self.choices)
    let places = first..<first + Self.choices
    for index in places where hashes[index] == hash {
      if isThere(entries[index].names) {
        expect(after: index)
        return index
      }
    }
    let subject = try subjects.number(of: UsageSubject(row))
    let index = places.first { entries[$0].names.isEmpty } ?? first + victim
    victim = (victim + 1) & (Self.choices - 1)
    hashes[index] = hash
    entries[index] = Entry()
    entries[index].names = Array(UnsafeRawBufferPointer(start: names, count: namesBytes))
    entries[index].subject = subject
    return index
  }

  /// Keys are used in turn, and so are the combinations that they are in: asks for those that came
  /// after this one the last time.
  private func expect(after index: Int) {
    if entries[last].next != index { entries[last].next = index }
    last = index
    let next = entries[index].next
    ReadAhead(whole: entries[next].names).ask(lines: 3)
    let afterNext = entries[next].next
    ReadAhead(hashes, afterNext).ask()
    ReadAhead(entries, afterNext).ask(lines: 3)
  }

  /// Where the sums of the next row will probably go.
  func nextCell(after index: Int) -> UsageCells.Found { entries[entries[index].next].cell }

  private func isThere(_ known: [UInt8]) -> Bool {
    guard known.count == namesBytes else { return false }
    return known.withUnsafeBytes { known in
      guard let start = known.baseAddress else { return false }
      return memcmp(start, names, namesBytes) == 0
    }
  }

  /// All that tells one combination from another, one name after the other.
  private func gather(_ row: RequestInsert.Row) {
    namesBytes = 0
    let account = row.account
    add(account.user, of: row)
    add(account.token, of: row)
    add(account.model, of: row)
    add(account.provider, of: row)
    add(account.key, of: row)
    add(account.chargedUser, of: row)
    add(account.chargedToken, of: row)
    names.storeBytes(of: account.endpointCode, toByteOffset: namesBytes, as: UInt8.self)
    let marks: UInt8 = account.chargeCountsModel ? 1 : 0
    names.storeBytes(of: marks, toByteOffset: namesBytes + 1, as: UInt8.self)
    namesBytes += 2
  }

  /// A name's length and one more, 0 standing for none, then the name.
  private func add(_ text: ReceiptRow.Text, of row: RequestInsert.Row) {
    guard text.isThere else {
      names.storeBytes(of: 0, toByteOffset: namesBytes, as: UInt16.self)
      namesBytes += 2
      return
    }
    let bytes = row.text(text)
    precondition(bytes.count <= Ledger.textBytesMax, "longer texts are cut before")
    names.storeBytes(of: UInt16(bytes.count + 1), toByteOffset: namesBytes, as: UInt16.self)
    if let start = bytes.baseAddress {
      (names + namesBytes + 2).copyMemory(from: start, byteCount: bytes.count)
    }
    namesBytes += 2 + bytes.count
  }

  private func hash() -> UInt64 {
    // Whole words: what lies behind the names must not count.
    names.storeBytes(of: 0, toByteOffset: namesBytes, as: UInt64.self)
    var sum = seed
    for offset in stride(from: 0, to: namesBytes, by: 8) {
      sum = (sum ^ names.load(fromByteOffset: offset, as: UInt64.self)) &* 0x9FB2_1C65_1E98_DF25
      sum ^= sum >> 32
    }
    return sum
  }
}

extension UsageSubject {
  init(_ row: RequestInsert.Row) {
    func name(_ text: ReceiptRow.Text) -> String {
      String(decoding: row.text(text), as: UTF8.self)
    }
    user = name(row.account.user)
    token = name(row.account.token)
    model = name(row.account.model)
    provider = name(row.account.provider)
    key = name(row.account.key)
    endpoint = row.account.endpoint?.rawValue ?? ""
  }
}
