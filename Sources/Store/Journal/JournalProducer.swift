package import Gateway

/// What a loop writes to its ring of the journal: admissions, ends, amendments.
///
/// A bounded copy into memory, a checksum, and a word that commits it: no lock, and no call of the
/// system's. Room for the ends of all admitted requests is kept free, so that none is lost once it
/// has been admitted. A receipt is lent, not changed: that it is `inout` spares its owner, which is
/// an object, a copy of half a kilobyte and forty counted references. Belongs to its loop.
package final class JournalProducer {
  private let ring: JournalRing
  private let view: JournalView
  private var cursor: JournalCursor
  /// Free slots when they were last counted, less those taken since: there may be more.
  private var freeSlots: Int
  /// Requests that were admitted and have not ended.
  private var open = 0
  private var body: [UInt8] = []

  /// What is kept free for the end of each admitted request: a brief receipt, and the id of a
  /// response for whose use it is charged.
  private static let endBytes = JournalLayout.entryBytes(
    body: OwnedIDCoding.oneBytesMax + 8 + ReceiptCoding.briefBytesMax)
  /// One byte more than an entry may have: a body that fills it is too long.
  private static let bodyRoom = JournalLayout.bodyBytesMax + 1

  /// The one producer of a ring.
  package init(_ ring: JournalRing) {
    self.ring = ring
    view = ring.view
    cursor = ring.start
    freeSlots = ring.freeSlots
    body.reserveCapacity(Self.bodyRoom)  // Once for all: pages that are never filled cost nothing.
  }

  /// Names an admission in the journal: its end refers to it.
  package struct Ticket: Equatable, Sendable {
    let position: Int64

    fileprivate func write(to out: inout OutputSpan<UInt8>) {
      for shift in stride(from: 0, to: Int64.bitWidth, by: 8) {
        out.append(UInt8(truncatingIfNeeded: position >> shift))
      }
    }
  }

  /// Writes down that a request is admitted; nil where there is no room, and it must not be.
  ///
  /// `receipt` holds what is known by now; its usage is what a crash would have it booked at.
  package func admit(_ receipt: inout Receipt) -> Ticket? {
    encode(&receipt, nil, .full)
    if body.count > JournalLayout.bodyBytesMax { encode(&receipt, nil, .brief) }
    guard hasRoom(JournalLayout.entryBytes(body: body.count), ends: open + 1),
      let position = append(.admission)
    else {
      ring.noteFull()
      return nil
    }
    open += 1
    return Ticket(position: position)
  }

  /// Writes down how a request ended; without a ticket it was never admitted.
  ///
  /// Where the journal is all but full, only those that were admitted are written down; the others
  /// are counted. `ids` are what the answer has handed out or settled: on record with the end of an
  /// admitted request, or not at all.
  ///
  /// - Returns: Those of them for which there was no room.
  @discardableResult
  package func end(
    _ receipt: inout Receipt, _ ticket: Ticket?, ids: [OwnedID] = []
  ) -> ArraySlice<OwnedID> {
    if let ticket, !ids.isEmpty { return end(&receipt, ticket, with: ids) }
    end(&receipt, ticket)
    return ids[...]
  }

  private func end(
    _ receipt: inout Receipt, _ ticket: Ticket, with all: [OwnedID]
  ) -> ArraySlice<OwnedID> {
    // The first is the one that its charge goes with.
    let forms: [(ReceiptCoding.Extent, ArraySlice<OwnedID>)] = [
      (.full, all[...]), (.brief, all[...]), (.brief, all.prefix(1)),
    ]
    for (extent, ids) in forms {
      let count = encode(&receipt, ticket, extent, ids: ids)
      guard count > 0, body.count <= JournalLayout.bodyBytesMax,
        hasRoom(JournalLayout.entryBytes(body: body.count), ends: open - 1),
        append(.endWithIDs) != nil
      else { continue }
      open -= 1
      return all[count...]
    }
    end(&receipt, ticket)
    return all[...]
  }

  private func end(_ receipt: inout Receipt, _ ticket: Ticket?) {
    encode(&receipt, ticket, .full)
    if let ticket {
      open -= 1
      if body.count > JournalLayout.bodyBytesMax
        || !hasRoom(JournalLayout.entryBytes(body: body.count), ends: open)
      {
        encode(&receipt, ticket, .brief)
      }
      if append(.end) == nil { ring.noteLost() }
    } else {
      if body.count > JournalLayout.bodyBytesMax { encode(&receipt, nil, .brief) }
      guard hasRoom(JournalLayout.entryBytes(body: body.count), ends: open),
        append(.refusal) != nil
      else { return ring.noteLost() }
    }
  }

  /// Writes down that a request ended differently after all; where there is no room, the first
  /// account stays.
  package func amend(_ receipt: inout Receipt) {
    encode(&receipt, nil, .brief)
    guard hasRoom(JournalLayout.entryBytes(body: body.count), ends: open) else { return }
    _ = append(.amendment)
  }

  /// Returns how many of the ids found room.
  @discardableResult
  private func encode(
    _ receipt: inout Receipt, _ ticket: Ticket?, _ extent: ReceiptCoding.Extent,
    ids: ArraySlice<OwnedID> = []
  ) -> Int {
    body.removeAll(keepingCapacity: true)
    let count = ids.isEmpty ? 0 : OwnedIDCoding.append(ids, to: &body)
    body.append(addingCapacity: Self.bodyRoom) { out in
      if let ticket { ticket.write(to: &out) }
      ReceiptCoding.append(&receipt, extent, to: &out)
    }
    return count
  }

  // MARK: Room

  /// Whether so many bytes fit and leave room for the ends of so many requests.
  private func hasRoom(_ bytes: Int, ends: Int) -> Bool {
    let wanted = bytes + ends * Self.endBytes
    if wanted <= room { return true }
    freeSlots = ring.freeSlots
    return wanted <= room
  }

  /// Bytes that can surely be filled: a slot's last entry may leave some of it empty.
  private var room: Int {
    let rest = view.geometry.slotBytes - view.offset(of: cursor) - JournalLayout.linkBytes
    let slot = view.geometry.slotBytes - JournalLayout.linkBytes - Self.wasteMax
    return max(0, rest - Self.wasteMax) + freeSlots * slot
  }

  private static let wasteMax = JournalLayout.entryBytes(body: JournalLayout.bodyBytesMax)

  // MARK: Writing

  /// Appends an entry with `body`; returns its position, or nil where there is no slot left.
  private func append(_ kind: JournalLayout.Kind) -> Int64? {
    let bytes = JournalLayout.entryBytes(body: body.count)
    let end = view.offset(of: cursor) + bytes + JournalLayout.linkBytes
    if end > view.geometry.slotBytes, !beginSlot() { return nil }
    let position = cursor.position
    body.withUnsafeBytes { view.write(kind, $0, at: cursor) }
    cursor.position += Int64(bytes)
    return position
  }

  private func beginSlot() -> Bool {
    guard let slot = ring.takeSlot() else { return false }
    freeSlots = max(0, freeSlots - 1)
    withUnsafeBytes(of: UInt64(slot).littleEndian) { view.write(.link, $0, at: cursor) }
    let rest = view.geometry.slotBytes - view.offset(of: cursor)
    cursor = JournalCursor(position: cursor.position + Int64(rest), slot: slot)
    return true
  }
}
