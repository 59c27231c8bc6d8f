import Foundation
import Testing

@testable import Store

@Suite("One ring of the journal")
struct JournalRingTests {
  func ring(_ path: String, from cursor: JournalCursor? = nil) throws -> JournalRing {
    try JournalRing(path: path) { _ in cursor }
  }

  func write(_ ring: JournalRing, _ text: String, at cursor: inout JournalCursor) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { ring.view.write(.refusal, $0, at: cursor) }
    cursor.position += Int64(JournalLayout.entryBytes(body: bytes.count))
  }

  /// The bodies from a place on.
  func texts(_ ring: JournalRing, from start: JournalCursor = JournalCursor()) -> [String] {
    var texts: [String] = []
    var cursor = start
    while let entry = ring.view.entry(at: cursor) {
      if entry.kind != .link { texts.append(String(decoding: entry.body, as: UTF8.self)) }
      cursor = entry.next
    }
    return texts
  }

  @Test func whatIsWrittenIsReadAndOutlivesTheMapping() throws {
    try withFolder { folder throws in
      let path = try JournalFile.make(in: folder, JournalFileTests.geometry)
      var cursor = JournalCursor()
      do {
        let ring = try ring(path)
        #expect(ring.start == cursor)
        #expect(!ring.view.isCommitted(cursor))
        for text in ["one", "", "three: é"] { write(ring, text, at: &cursor) }
        #expect(texts(ring) == ["one", "", "three: é"])
      }
      let again = try ring(path)
      #expect(again.start == cursor)
      #expect(texts(again) == ["one", "", "three: é"])
      again.synchronize()
      try again.populate()
      #expect(texts(again).count == 3)
    }
  }

  /// Whatever byte of the last entry is wrong, those before it stand.
  @Test func aTornEntryEndsIt() throws {
    try withFolder { folder throws in
      let path = try JournalFile.make(in: folder, JournalFileTests.geometry)
      var cursor = JournalCursor()
      let ring = try ring(path)
      for text in ["one", "two"] { write(ring, text, at: &cursor) }
      let last = cursor
      write(ring, "three", at: &cursor)
      let header = ring.view.slot(0) + Int(last.position)
      for index in 0..<(16 + 5) {
        let byte = header.load(fromByteOffset: index, as: UInt8.self)
        header.storeBytes(of: byte ^ 1, toByteOffset: index, as: UInt8.self)
        let torn = try self.ring(path)
        #expect(texts(torn) == ["one", "two"], "byte \(index)")
        #expect(torn.start == last)
        header.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      #expect(texts(ring) == ["one", "two", "three"])
    }
  }

  @Test func slotsAreTakenLowestFirstAndGivenBack() throws {
    try withFolder { folder throws in
      let ring = try ring(try JournalFile.make(in: folder, JournalFileTests.geometry))
      #expect(ring.geometry.slotCount == 8)
      #expect(ring.percentUsed == 0)
      #expect((1...7).map { _ in ring.takeSlot() } == [1, 2, 3, 4, 5, 6, 7])
      #expect(ring.takeSlot() == nil)
      #expect(ring.percentUsed == 100)
      ring.release(6)
      ring.release(3)
      #expect(ring.freeSlots == 2)
      #expect(ring.takeSlot() == 3)
      #expect(ring.takeSlot() == 6)
    }
  }

  /// A link that leads out of the file is no entry.
  @Test func aLinkToNowhereEndsIt() throws {
    try withFolder { folder throws in
      let ring = try ring(try JournalFile.make(in: folder, JournalFileTests.geometry))
      for slot in [UInt64(8), .max] {
        withUnsafeBytes(of: slot) { ring.view.write(.link, $0, at: JournalCursor()) }
        #expect(ring.view.isCommitted(JournalCursor()))
        #expect(ring.view.entry(at: JournalCursor()) == nil)
      }
    }
  }
}
