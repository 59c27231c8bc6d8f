import Glibc
import Synchronization

/// A place in a ring: bytes since its first slot, and the slot that they lie in.
struct JournalCursor: Equatable, Sendable {
  var position: Int64 = 0
  var slot: Int = 0
}

/// One ring of the journal, mapped into memory: a file of slots with one writer and one reader.
///
/// Its loop appends through a `JournalProducer`, the writer's thread reads with `entry`. What is
/// committed is in the system's page cache and survives the process; a loss of power may cost what
/// the system had not yet written.
///
/// The slots go round in no order: the lowest free one is taken next. So two slots suffice while the
/// writer keeps up, and only those are kept in memory, however many the file has for when the disk
/// is full.
///
/// Guard: the producer writes only what is not committed yet and the reader reads only what is;
/// commit words and the free slots are atomic; all else never changes.
package final class JournalRing: @unchecked Sendable {
  let path: String
  /// Names the ring in the database.
  let id: Int64
  let geometry: JournalLayout.Geometry
  /// Where the entries of earlier runs end: there this one goes on.
  let start: JournalCursor
  private let secret: UInt64
  private let base: UnsafeMutableRawPointer
  /// A bit a slot: set while it is free.
  private let free: UnsafeMutablePointer<Atomic<UInt64>>
  private let freeWords: Int
  private let lost = Atomic<Int>(0)
  private let full = Atomic<Bool>(false)

  /// Slots that stay in memory.
  private static let residentSlots = 2

  /// The facts of a file, in its first page.
  struct Facts {
    let id: Int64
    let secret: UInt64
    let geometry: JournalLayout.Geometry
  }

  /// Maps a file; `from` is where its entries have been stored up to.
  init(path: String, from stored: (Facts) throws(StoreError) -> JournalCursor?) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw .file(path: path, call: "open", code: errno) }
    defer { _ = close(descriptor) }
    let facts = try JournalFile.facts(descriptor, path)
    let mapped = mmap(
      nil, facts.geometry.fileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw .file(path: path, call: "mmap", code: errno)
    }
    self.path = path
    id = facts.id
    secret = facts.secret
    geometry = facts.geometry
    base = mapped
    freeWords = (facts.geometry.slotCount + 63) / 64
    free = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: freeWords)
    for word in 0..<freeWords { (free + word).initialize(to: Atomic(0)) }
    // All that has no default is set by now; the walk needs `self`, and `start` a value before it.
    let from: JournalCursor
    do {
      from = try stored(facts) ?? JournalCursor()
    } catch {
      start = JournalCursor()
      throw error
    }
    let view = JournalView(base: base, secret: secret, geometry: geometry)
    var end = from
    var used: Set<Int> = [from.slot]
    while let entry = view.entry(at: end) {
      end = entry.next
      used.insert(end.slot)
    }
    start = end
    for slot in 0..<geometry.slotCount where !used.contains(slot) { release(slot) }
  }

  deinit {
    munmap(base, geometry.fileBytes)
    free.deinitialize(count: freeWords).deallocate()
  }

  var view: JournalView { JournalView(base: base, secret: secret, geometry: geometry) }

  /// Brings the slots that are written next into memory, so that no loop waits for them.
  func populate() throws(StoreError) {
    for slot in Set([start.slot] + (0..<Self.residentSlots)) {
      let bytes = geometry.slotBytes
      guard madvise(view.slot(slot), bytes, MADV_POPULATE_WRITE) != 0 else { continue }
      // Linux before 5.14: the pages come as they are written; their room on the disk is there.
      guard errno == EINVAL else { throw .file(path: path, call: "madvise", code: errno) }
    }
  }

  /// Writes what the system has not yet written; for while the database takes nothing.
  func synchronize() { msync(base, geometry.fileBytes, MS_SYNC) }

  // MARK: Free slots

  /// Takes the lowest free slot, for the producer alone; nil: the ring is full.
  func takeSlot() -> Int? {
    for word in 0..<freeWords {
      let bits = free[word].load(ordering: .acquiring)
      guard bits != 0 else { continue }
      let bit = bits.trailingZeroBitCount
      free[word].bitwiseAnd(~(1 << UInt64(bit)), ordering: .relaxed)
      return word * 64 + bit
    }
    return nil
  }

  /// Gives a slot back whose entries are stored; for the reader alone.
  func release(_ slot: Int) {
    if slot >= Self.residentSlots { madvise(view.slot(slot), geometry.slotBytes, MADV_DONTNEED) }
    free[slot / 64].bitwiseOr(1 << UInt64(slot % 64), ordering: .releasing)
  }

  var freeSlots: Int {
    (0..<freeWords).reduce(0) { $0 + free[$1].load(ordering: .acquiring).nonzeroBitCount }
  }

  /// How much of it waits to be stored, in percent.
  package var percentUsed: Int {
    // The slot that is being written is in use and has room.
    (geometry.slotCount - 1 - min(freeSlots, geometry.slotCount - 1)) * 100
      / (geometry.slotCount - 1)
  }

  // MARK: What could not be written

  /// Receipts for which there was no room.
  var lostRows: Int { lost.load(ordering: .relaxed) }

  func noteLost() { lost.add(1, ordering: .relaxed) }

  /// Whether a request has found no room, and the reader has not emptied it since.
  package var isFull: Bool { full.load(ordering: .relaxed) }

  func noteFull() { full.store(true, ordering: .relaxed) }

  func noteEmpty() { if isFull { full.store(false, ordering: .relaxed) } }
}

/// The memory of a ring, as entries.
struct JournalView {
  let base: UnsafeMutableRawPointer
  let secret: UInt64
  let geometry: JournalLayout.Geometry

  struct Entry {
    let kind: JournalLayout.Kind?
    /// Valid until its slot is released.
    let body: UnsafeRawBufferPointer
    let next: JournalCursor
  }

  func slot(_ slot: Int) -> UnsafeMutableRawPointer {
    base + JournalLayout.factsBytes + slot * geometry.slotBytes
  }

  func offset(of cursor: JournalCursor) -> Int {
    Int(cursor.position % Int64(geometry.slotBytes))
  }

  private func word(_ header: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt64>> {
    header.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// Whether there is an entry at that place.
  func isCommitted(_ cursor: JournalCursor) -> Bool {
    let offset = offset(of: cursor)
    guard offset + JournalLayout.linkBytes <= geometry.slotBytes else { return false }
    return word(slot(cursor.slot) + offset).pointee.load(ordering: .acquiring)
      == JournalLayout.commitWord(secret: secret, position: cursor.position)
  }

  /// The entry at that place; nil where there is none yet, or none that is whole.
  func entry(at cursor: JournalCursor) -> Entry? {
    guard isCommitted(cursor) else { return nil }
    let offset = offset(of: cursor)
    let header = UnsafeRawPointer(slot(cursor.slot) + offset)
    let kindAndLength = header.load(fromByteOffset: 8, as: UInt32.self)
    let length = Int(kindAndLength & 0xFF_FFFF)
    let bytes = JournalLayout.entryBytes(body: length)
    guard length <= JournalLayout.bodyBytesMax, offset + bytes <= geometry.slotBytes,
      header.load(fromByteOffset: 12, as: UInt32.self)
        == JournalLayout.checksum(
          header + JournalLayout.headerBytes, bytes: bytes - JournalLayout.headerBytes,
          commitWord: JournalLayout.commitWord(secret: secret, position: cursor.position),
          kindAndLength: kindAndLength)
    else { return nil }
    let kind = JournalLayout.Kind(rawValue: UInt8(truncatingIfNeeded: kindAndLength >> 24))
    let body = UnsafeRawBufferPointer(
      start: header + JournalLayout.headerBytes, count: length)
    var next = cursor
    next.position += Int64(bytes)
    if kind == .link {
      guard length == 8,
        let slot = Int(exactly: body.load(as: UInt64.self)), slot < geometry.slotCount
      else { return nil }
      next = JournalCursor(
        position: cursor.position + Int64(geometry.slotBytes - offset), slot: slot)
    }
    return Entry(kind: kind, body: body, next: next)
  }

  /// Writes an entry, its commit word last; the caller has seen that there is room.
  func write(_ kind: JournalLayout.Kind, _ body: UnsafeRawBufferPointer, at cursor: JournalCursor) {
    let header = slot(cursor.slot) + offset(of: cursor)
    let bytes = JournalLayout.entryBytes(body: body.count)
    let content = header + JournalLayout.headerBytes
    let contentBytes = bytes - JournalLayout.headerBytes
    if contentBytes > 0 {
      content.storeBytes(of: 0, toByteOffset: contentBytes - 8, as: UInt64.self)
      if let start = body.baseAddress { content.copyMemory(from: start, byteCount: body.count) }
    }
    let commitWord = JournalLayout.commitWord(secret: secret, position: cursor.position)
    let kindAndLength = UInt32(kind.rawValue) << 24 | UInt32(body.count)
    header.storeBytes(of: kindAndLength, toByteOffset: 8, as: UInt32.self)
    header.storeBytes(
      of: JournalLayout.checksum(
        content, bytes: contentBytes, commitWord: commitWord, kindAndLength: kindAndLength),
      toByteOffset: 12, as: UInt32.self)
    word(header).pointee.store(commitWord, ordering: .releasing)
  }
}
