import Gateway
import Glibc

/// Carries what is in the journal's rings into the ledger; belongs to the writer's thread.
///
/// Each step is one transaction that holds both the rows and how far the rings have been stored: a
/// process that is killed at any moment neither loses a row nor stores one twice. A step that fails
/// changes nothing, and the next one begins where it began.
final class JournalDrain {
  /// Puts an estimate into the receipt of a request whose end a crash has cost.
  typealias Estimate = @Sendable (inout Receipt) -> Void

  private struct Source {
    let ring: JournalRing
    /// Up to here it is stored.
    var cursor: JournalCursor
    /// Whether what an earlier run left open has been booked.
    var hasSettled = false
    /// No loop writes to it any more: it goes when it is empty.
    var isRetired = false
    /// It is empty, and nothing will ever be in it.
    var isOver = false
    /// Whether the database knows it.
    var isKnown: Bool
    /// Slots whose last entry has been read in this step.
    var passed: [Int] = []
  }

  private let folder: String
  private let database: Database
  private let ledger: Ledger
  private let ownedIDs: OwnedIDTable
  private let places: JournalPlaces
  private let open: OpenAdmissions
  private var sources: [Source] = []
  /// Files that could not be read, under the names that they have now.
  private(set) var setAside: [String] = []
  private var estimate: Estimate?
  /// Whether what was open in rings that are gone has been booked.
  private var hasSettledLost = false

  /// Opens all rings in a folder, for reading.
  init(
    folder: String, _ database: Database, _ ledger: Ledger, _ ownedIDs: OwnedIDTable
  ) throws(StoreError) {
    self.folder = folder
    self.database = database
    self.ledger = ledger
    self.ownedIDs = ownedIDs
    places = try JournalPlaces(database)
    open = try OpenAdmissions(database)
    for path in JournalFile.paths(in: folder) { try add(path) }
  }

  private func add(_ path: String) throws(StoreError) {
    var stored: JournalCursor?
    do throws(StoreError) {
      let ring = try JournalRing(path: path) { facts throws(StoreError) in
        stored = try places.cursor(of: facts)
        return stored
      }
      sources.append(
        Source(ring: ring, cursor: stored ?? JournalCursor(), isKnown: stored != nil))
    } catch {
      guard case .damaged = error else { throw error }
      setAside.append(JournalFile.setAside(path))
    }
  }

  // MARK: For writing

  /// Gets that many rings ready to be written, together of about that many bytes.
  ///
  /// Those of another size, and those beyond the number, go as soon as they are empty.
  func openForWriting(count: Int, bytes: Int) throws(StoreError) -> [JournalRing] {
    let geometry = JournalLayout.Geometry(bytes: bytes / max(1, count))
    if mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw .file(path: folder, call: "mkdir", code: errno)
    }
    var rings: [JournalRing] = []
    for index in sources.indices {
      let source = sources[index]
      // What lies behind the end of a ring that the database does not know is anybody's guess.
      if source.isKnown, source.ring.geometry == geometry, rings.count < count {
        rings.append(source.ring)
      } else {
        sources[index].isRetired = true
      }
    }
    while rings.count < count {
      let path = try JournalFile.make(in: folder, geometry)
      let ring = try JournalRing(path: path) { _ in nil }
      sources.append(Source(ring: ring, cursor: ring.start, hasSettled: true, isKnown: false))
      rings.append(ring)
    }
    for ring in rings { try ring.populate() }
    if estimate == nil { estimate = { _ in } }
    return rings
  }

  /// From now on, what an earlier run has left open is booked, with this estimate.
  func settleCrashed(_ estimate: @escaping Estimate) { self.estimate = estimate }

  /// Whether anything that an earlier run has left is not stored.
  var isBehind: Bool { sources.contains { !$0.hasSettled } }

  // MARK: Steps

  /// What one step did.
  struct Step {
    var entries = 0
    /// Rows that could not be read or that SQLite would not take.
    var lost = 0
    /// Those that came with ends.
    var ids: [OwnedID] = []
  }

  /// Stores up to so many entries, in a transaction of its own.
  ///
  /// With `keepsUsage` the roll-ups may wait for a later step.
  func step(entriesMax: Int, keepsUsage: Bool = false) throws(StoreError) -> Step {
    let settlesLost = !hasSettledLost && estimate != nil
    let isUsageDue = !keepsUsage && ledger.isUsageDue
    guard isUsageDue || settlesLost || sources.contains(where: hasWork) else { return Step() }
    var step = Step()
    var moved = sources
    open.begin()
    do throws(StoreError) {
      try database.transaction { () throws(StoreError) in
        for index in moved.indices where hasWork(moved[index]) {
          try store(&moved[index], &step, entriesMax: entriesMax)
        }
        if settlesLost, let estimate {
          try book(try open.takeAll(exceptOf: moved.map(\.ring.id)), &step, estimate)
        }
        try ledger.flush(keepsUsage: keepsUsage)
      }
    } catch {
      open.rollBack()
      ledger.rollBack()
      throw error
    }
    ledger.commit()
    if settlesLost { hasSettledLost = true }
    for index in moved.indices {
      for slot in moved[index].passed { moved[index].ring.release(slot) }
      moved[index].passed = []
      if !moved[index].ring.view.isCommitted(moved[index].cursor) { moved[index].ring.noteEmpty() }
      if moved[index].isOver { remove(moved[index].ring) }
    }
    sources = moved.filter { !$0.isOver }
    return step
  }

  /// First the file: a ring that the database does not know would be stored from its beginning.
  private func remove(_ ring: JournalRing) {
    unlink(ring.path)
    try? places.remove(ring.id)
  }

  private func hasWork(_ source: Source) -> Bool {
    source.ring.view.isCommitted(source.cursor) || (isOld(source) && estimate != nil)
      || (source.hasSettled && (source.isRetired || !source.isKnown))
  }

  /// Whether all that an earlier run has written is stored, and what it left open is not booked.
  private func isOld(_ source: Source) -> Bool {
    !source.hasSettled && source.cursor.position >= source.ring.start.position
  }

  private func store(
    _ source: inout Source, _ step: inout Step, entriesMax: Int
  ) throws(StoreError) {
    let view = source.ring.view
    let start = source.cursor
    var admitted: [Int64: UnsafeRawBufferPointer] = [:]
    // What is open at the end of an earlier run is booked before this one's entries are looked at.
    let end = source.hasSettled ? Int64.max : source.ring.start.position
    while step.entries < entriesMax, source.cursor.position < end,
      let entry = view.entry(at: source.cursor)
    {
      let position = source.cursor.position
      if entry.kind == .link { source.passed.append(source.cursor.slot) }
      source.cursor = entry.next
      if entry.kind == .link { continue }
      step.entries += 1
      if entry.kind == .admission {
        admitted[position] = entry.body
      } else if !(try take(entry, of: source.ring.id, &admitted, &step)) {
        step.lost += 1
      }
    }
    // No slot is given back before the rows of its entries are stored.
    try ledger.storeWaiting()
    step.lost += ledger.takeLost()
    for (position, body) in admitted {
      try open.add(ring: source.ring.id, position: position, body)
    }
    if source.cursor != start || !source.isKnown {
      try places.set(source.cursor, of: source.ring.id)
      source.isKnown = true
    }
    if isOld(source), let estimate {
      try book(try open.takeAll(of: source.ring.id), &step, estimate)
      source.hasSettled = true
    }
    source.isOver = source.isRetired && source.hasSettled && !view.isCommitted(source.cursor)
  }

  /// Takes the receipt of one entry; false if there is none in it.
  private func take(
    _ entry: JournalView.Entry, of ring: Int64, _ admitted: inout [Int64: UnsafeRawBufferPointer],
    _ step: inout Step
  ) throws(StoreError) -> Bool {
    var bytes = entry.body
    if entry.kind == .endWithIDs {
      guard let (ids, rest) = OwnedIDCoding.read(bytes) else { return false }
      try store(ids, &step)
      bytes = rest
    }
    if entry.kind == .end || entry.kind == .endWithIDs {
      guard bytes.count >= 8 else { return false }
      let position = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
      if admitted.removeValue(forKey: position) == nil {
        try open.remove(ring: ring, position: position)
      }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[8...])
    }
    switch entry.kind {
    case .end, .endWithIDs, .refusal:
      return try ledger.take(entry: bytes)
    case .amendment:
      guard let receipt = ReceiptCoding.decode(Array(bytes)) else { return false }
      try ledger.amend(receipt)
      return true
    case .admission, .link, nil:
      return false
    }
  }

  private func store(_ ids: [OwnedID], _ step: inout Step) throws(StoreError) {
    step.ids += ids
    step.lost += try ownedIDs.add(contentsOf: ids)
  }

  /// Books admissions whose ends a crash has cost.
  private func book(
    _ admissions: [[UInt8]], _ step: inout Step, _ estimate: Estimate
  ) throws(StoreError) {
    for body in admissions {
      guard var receipt = ReceiptCoding.decode(body) else {
        step.lost += 1
        continue
      }
      receipt.outcome = .crashed
      receipt.anomalies.append(Receipt.Outcome.crashed.rawValue)
      estimate(&receipt)
      if !(try ledger.take(receipt)) { step.lost += 1 }
    }
  }

  // MARK: How it is doing

  /// Writes what the system has not yet written, for while the database takes nothing.
  func synchronize() {
    for source in sources where !source.isRetired { source.ring.synchronize() }
  }
}
