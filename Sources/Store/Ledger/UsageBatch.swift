import Gateway

/// What rows add to the roll-ups and no cell holds yet, by hour and combination of names.
///
/// Of what the transaction under way adds to, it keeps what was there before, until it is committed:
/// that is copied once for each place and transaction, to where the last copy ended, while a second
/// set of sums would be one more walk through memory for each row of another combination. Places
/// outlive what is in them: most rows go where others before them went, and need not look for it.
struct UsageBatch {
  struct Place: Hashable {
    /// Of its hour or day, Unix time in milliseconds.
    let start: Int64
    /// The number of its combination.
    let subject: Int64
  }

  /// In the order of `UsageCells.amounts`.
  typealias Amounts = [Int64]

  private struct Entry {
    let place: Place
    /// It has sums that no cell holds.
    var isWaiting = false
    /// The last transaction that has added to it.
    var transaction = 0
  }

  /// What the transaction under way has added to, and whether that waited before.
  private struct Touched {
    let index: Int
    let wasWaiting: Bool
  }

  /// Places that are kept when they are empty; one takes about 250 bytes.
  private static let keptMax = 4_096
  private static let amountCount = UsageCells.amounts.count

  private var indexes: [Place: Int] = [:]
  private var entries: [Entry] = []
  /// The sums of each entry, one entry after the other.
  private var amounts: Amounts = []
  private var touched: [Touched] = []
  /// The sums of what is touched as they were before, one after the other.
  private var before: Amounts = []
  /// The number of the one under way.
  private var transaction = 1
  /// Rows that are committed, and that are not.
  private(set) var waitingRows = 0
  private var addedRows = 0
  /// Changes when places are given up: an index of before is none.
  private(set) var generation = 1

  /// The index of a place; good until `generation` changes.
  mutating func index(of place: Place) -> Int {
    if let index = indexes[place] { return index }
    let index = entries.count
    indexes[place] = index
    entries.append(Entry(place: place))
    amounts.append(contentsOf: repeatElement(0, count: Self.amountCount))
    return index
  }

  /// Asks for the memory of sums that will be added to soon; of an index of before, for nothing of use.
  func expect(at index: Int) {
    ReadAhead(entries, index).ask()
    ReadAhead(amounts, index &* Self.amountCount).ask(lines: 4)
  }

  /// Takes a row into the sums of the transaction under way: `body` adds to them.
  @inline(__always)
  mutating func add(at index: Int, _ body: (inout Adder) -> Void) {
    if entries[index].transaction != transaction { touch(index) }
    addedRows += 1
    amounts.withUnsafeMutableBufferPointer { sums in
      let start = index * Self.amountCount
      var adder = Adder(
        sums: UnsafeMutableBufferPointer(rebasing: sums[start..<start + Self.amountCount]))
      body(&adder)
    }
  }

  private mutating func touch(_ index: Int) {
    touched.append(Touched(index: index, wasWaiting: entries[index].isWaiting))
    before.append(contentsOf: amounts[range(index)])
    entries[index].transaction = transaction
    entries[index].isWaiting = true
  }

  private func range(_ index: Int) -> Range<Int> {
    index * Self.amountCount..<(index + 1) * Self.amountCount
  }

  /// Adds to one sum after the other.
  struct Adder {
    fileprivate let sums: UnsafeMutableBufferPointer<Int64>
    fileprivate var next = 0

    fileprivate init(sums: UnsafeMutableBufferPointer<Int64>) { self.sums = sums }

    @inline(__always)
    mutating func add(_ amount: Int64) {
      if amount != 0 { sums[next] = UsageBatch.sum(sums[next], amount) }
      next += 1
    }
  }

  /// All there is, committed or not, in the order of places.
  func sums() -> [(place: Place, amounts: Amounts)] {
    var sums: [(place: Place, amounts: Amounts)] = []
    for (index, entry) in entries.enumerated() where entry.isWaiting {
      sums.append((entry.place, Array(amounts[range(index)])))
    }
    return sums.sorted { $0.place < $1.place }
  }

  /// Sums by the hour put together by the day, in the order of places.
  static func days(
    of hours: [(place: Place, amounts: Amounts)]
  ) -> [(place: Place, amounts: Amounts)] {
    var days: [Place: Amounts] = [:]
    for (place, amounts) in hours {
      let day = Place(
        start: place.start - place.start % UsageCells.dayMilliseconds, subject: place.subject)
      days[day] = days[day].map { zip($0, amounts).map { sum($0, $1) } } ?? amounts
    }
    return days.map { ($0.key, $0.value) }.sorted { $0.place < $1.place }
  }

  /// The transaction is on its way to the disk: what it has added waits, or is in the cells with all
  /// that waited before.
  mutating func commit(isStored: Bool) {
    if isStored {
      for index in entries.indices where entries[index].isWaiting {
        entries[index].isWaiting = false
        for offset in range(index) { amounts[offset] = 0 }
      }
      waitingRows = 0
    } else {
      waitingRows += addedRows
    }
    beginAnew()
    if isStored, entries.count > Self.keptMax { giveUpPlaces() }
  }

  /// The transaction was taken back, and what it has added with it.
  mutating func rollBack() {
    for (order, touched) in touched.enumerated() {
      entries[touched.index].isWaiting = touched.wasWaiting
      amounts.replaceSubrange(range(touched.index), with: before[range(order)])
    }
    beginAnew()
  }

  private mutating func beginAnew() {
    touched.removeAll(keepingCapacity: true)
    before.removeAll(keepingCapacity: true)
    addedRows = 0
    transaction += 1
  }

  private mutating func giveUpPlaces() {
    (indexes, entries, amounts, touched, before) = ([:], [], [], [], [])
    generation += 1
  }

  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left > 0 ? .max : -.max) : sum
  }
}

extension UsageBatch.Place: Comparable {
  /// In the order of the tables, where neighbours are on the same page.
  static func < (left: Self, right: Self) -> Bool {
    (left.start, left.subject) < (right.start, right.subject)
  }
}
