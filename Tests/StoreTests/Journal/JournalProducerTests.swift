import Gateway
import Testing

@testable import Store

@Suite("What a loop writes to the journal")
struct JournalProducerTests {
  /// The entries of a ring, as the kinds and the ids of their receipts.
  func entries(_ ring: JournalRing) throws -> [String] {
    var texts: [String] = []
    var cursor = JournalCursor()
    while let entry = ring.view.entry(at: cursor) {
      cursor = entry.next
      guard let kind = entry.kind, kind != .link else { continue }
      let body = kind == .end ? entry.body.dropFirst(8) : entry.body[...]
      let receipt = try #require(ReceiptCoding.decode(Array(body)))
      texts.append("\(kind) \(receipt.requestID)")
    }
    return texts
  }

  func withRing<Result>(_ body: (JournalRing) throws -> Result) throws -> Result {
    try withFolder { folder throws in
      let path = try JournalFile.make(in: folder, JournalFileTests.geometry)
      return try body(try JournalRing(path: path) { _ in nil })
    }
  }

  @Test func writesInOrder() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      let ticket = try #require(producer.admit(receipt("a")))
      #expect(ticket.position == 0)
      producer.end(receipt("b"), nil)
      producer.end(receipt("a"), ticket)
      producer.amend(receipt("a"))
      #expect(try entries(ring) == ["admission a", "refusal b", "end a", "amendment a"])
      #expect(ring.lostRows == 0)
    }
  }

  /// An entry has a longest body: an account that is longer goes in its brief form.
  @Test func whatIsTooLongIsWrittenInBrief() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var row = receipt("a")
      for number in 0..<Receipt.trailMax {
        row.append(
          ReceiptAttempt(
            provider: "\(number)" + String(repeating: "p", count: 500),
            model: "\(number)" + String(repeating: "m", count: 500), key: "k", level: 1,
            waitMilliseconds: 0))
      }
      let ticket = try #require(producer.admit(row))
      producer.end(row, ticket)
      producer.end(row, nil)
      #expect(try entries(ring) == ["admission a", "end a", "refusal a"])
      #expect(ring.lostRows == 0)
    }
  }

  /// Across slots nothing is lost, and another mapping finds the same.
  @Test func fillsOneSlotAfterTheOther() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var wanted: [String] = []
      while ring.percentUsed < 60 {
        let id = "\(wanted.count)"
        var row = receipt(id)
        row.model = String(repeating: "m", count: wanted.count % 500)
        producer.end(row, nil)
        wanted.append("refusal \(id)")
      }
      #expect(ring.lostRows == 0)
      #expect(try entries(ring) == wanted)
      let again = try JournalRing(path: ring.path) { _ in nil }
      #expect(again.freeSlots == ring.freeSlots)
      let next = JournalProducer(again)
      next.end(receipt("last"), nil)
      #expect(try entries(ring) == wanted + ["refusal last"])
    }
  }

  /// An end has its room from the admission on, however long it has become.
  @Test func whatIsAdmittedHasRoomForItsEnd() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var tickets: [JournalProducer.Ticket] = []
      while let ticket = producer.admit(receipt("\(tickets.count)")) { tickets.append(ticket) }
      #expect(tickets.count > 200)
      #expect(ring.isFull)
      // What is not admitted takes none of it.
      for _ in 0..<100 where ring.lostRows == 0 { producer.end(receipt("refused"), nil) }
      #expect(ring.lostRows == 1)
      for (number, ticket) in tickets.enumerated() {
        var row = receipt("\(number)")
        row.anomalies = [String](repeating: String(repeating: "x", count: 500), count: 40)
        row.model = String(repeating: "m", count: 100_000)
        producer.end(row, ticket)
      }
      #expect(ring.lostRows == 1)
      let ends = try entries(ring).filter { $0.hasPrefix("end") }
      #expect(ends == tickets.indices.map { "end \($0)" })
      while producer.admit(receipt("more")) != nil {}
      #expect(ring.isFull)
      for slot in 0..<4 { ring.release(slot) }
      ring.noteEmpty()
      #expect(producer.admit(receipt("more")) != nil)
      #expect(!ring.isFull)
    }
  }

  @Test func aReceiptOfAnySizeHasItsEntry() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var row = receipt("a")
      row.anomalies = [String](repeating: String(repeating: "é", count: 5_000), count: 10_000)
      producer.end(row, nil)
      let ticket = try #require(producer.admit(row))
      producer.end(row, ticket)
      #expect(try entries(ring) == ["refusal a", "admission a", "end a"])
    }
  }
}
