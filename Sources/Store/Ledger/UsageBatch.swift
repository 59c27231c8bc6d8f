/// What rows add to the roll-ups and no cell holds yet, by hour and combination of names.
///
/// What the transaction under way adds stays apart until it is committed. Places outlive what is in
/// them: most rows go where others before them went, and need not look for it.
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
    /// Committed transactions have added to it.
    var isWaiting = false
    /// The one under way has.
    var isTouched = false
  }

  /// Places that are kept when they are empty; one takes about 450 bytes.
  private static let keptMax = 4_096
  private static let amountCount = UsageCells.amounts.count

  private var indexes: [Place: Int] = [:]
  private var entries: [Entry] = []
  private var touched: [Int] = []
  /// The sums of each entry, one entry after the other: of what is committed, and of what is not.
  private var waiting: Amounts = []
  private var added: Amounts = []
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
    waiting.append(contentsOf: repeatElement(0, count: Self.amountCount))
    added.append(contentsOf: repeatElement(0, count: Self.amountCount))
    return index
  }

  /// Takes a row into the sums of the transaction under way: `body` adds to them.
  @inline(__always)
  mutating func add(at index: Int, _ body: (inout Adder) -> Void) {
    if !entries[index].isTouched {
      entries[index].isTouched = true
      touched.append(index)
    }
    addedRows += 1
    added.withUnsafeMutableBufferPointer { sums in
      let start = index * Self.amountCount
      var adder = Adder(
        sums: UnsafeMutableBufferPointer(rebasing: sums[start..<start + Self.amountCount]))
      body(&adder)
    }
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
    for (index, entry) in entries.enumerated() where entry.isWaiting || entry.isTouched {
      let range = index * Self.amountCount..<(index + 1) * Self.amountCount
      sums.append((entry.place, zip(waiting[range], added[range]).map { Self.sum($0, $1) }))
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
        clear(&waiting, index)
      }
      waitingRows = 0
    } else {
      for index in touched {
        entries[index].isWaiting = true
        for offset in index * Self.amountCount..<(index + 1) * Self.amountCount {
          waiting[offset] = Self.sum(waiting[offset], added[offset])
        }
      }
      waitingRows += addedRows
    }
    rollBack()
    if isStored, entries.count > Self.keptMax { giveUpPlaces() }
  }

  /// The transaction was taken back, and what it has added with it.
  mutating func rollBack() {
    for index in touched {
      entries[index].isTouched = false
      clear(&added, index)
    }
    touched.removeAll(keepingCapacity: true)
    addedRows = 0
  }

  private func clear(_ amounts: inout Amounts, _ index: Int) {
    for offset in index * Self.amountCount..<(index + 1) * Self.amountCount { amounts[offset] = 0 }
  }

  private mutating func giveUpPlaces() {
    (indexes, entries, waiting, added) = ([:], [], [], [])
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
