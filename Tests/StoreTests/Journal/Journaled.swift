import Gateway

@testable import Store

/// A writer with a journal of one ring, and what a loop would write to it.
final class Journaled {
  let writer: Writer
  let ring: JournalRing
  let producer: JournalProducer

  init(
    _ folder: String, bytes: Int = 16 << 20, limits: WriterQueue.Limits = .init()
  ) throws {
    writer = try Writer(
      path: "\(folder)/appliance.db", journal: "\(folder)/journal", limits: limits)
    ring = try writer.openJournal(rings: 1, bytes: bytes)[0]
    producer = JournalProducer(ring)
  }

  /// Writes down a request that was never admitted.
  func record(_ receipt: Receipt) { producer.end(receipt, nil) }
}

extension JournalProducer {
  func admit(_ receipt: Receipt) -> Ticket? {
    var receipt = receipt
    return admit(&receipt)
  }

  func end(_ receipt: Receipt, _ ticket: Ticket?) {
    var receipt = receipt
    end(&receipt, ticket)
  }

  func amend(_ receipt: Receipt) {
    var receipt = receipt
    amend(&receipt)
  }
}
