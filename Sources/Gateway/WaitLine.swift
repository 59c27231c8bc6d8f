/// Requests that wait for a key of one pool and model, first come first served.
///
/// Each holds a ticket. When keys can serve again, tickets are let go in batches of as many as
/// there are usable keys, `spacing` apart: a pool that comes back from a rate limit is not
/// flooded. Who leaves gives the ticket back; a ticket past its deadline no longer counts.
package struct WaitLine: Equatable, Sendable {
  private struct Ticket: Equatable {
    let number: UInt64
    let deadline: Moment
  }

  private var tickets: [Ticket] = []
  private var batchEndsAt = Moment.distantPast
  private var leftInBatch = 0

  package init() {}

  package var isEmpty: Bool { tickets.isEmpty }
  package var count: Int { tickets.count }

  package mutating func join(number: UInt64, deadline: Moment) {
    tickets.append(Ticket(number: number, deadline: deadline))
  }

  package mutating func leave(number: UInt64) {
    tickets.removeAll { $0.number == number }
  }

  package func holds(_ number: UInt64) -> Bool {
    tickets.contains { $0.number == number }
  }

  /// Whether a request may go now; nil if so, else when it should look again.
  ///
  /// Who has no ticket comes after all who have one. `usableKeys` is how many keys could serve at
  /// this moment.
  package mutating func delay(
    of number: UInt64?, usableKeys: Int, now: Moment, spacing: Duration
  ) -> Moment? {
    tickets.removeAll { $0.deadline < now }
    guard !tickets.isEmpty else { return nil }
    if batchEndsAt <= now {
      batchEndsAt = now + spacing
      leftInBatch = max(usableKeys, 1)
    }
    let position = tickets.firstIndex { $0.number == number } ?? tickets.count
    guard position >= leftInBatch else { return nil }
    let batches = (position - leftInBatch) / max(usableKeys, 1)
    return batchEndsAt + spacing * batches
  }

  /// Takes note that the holder of a ticket has been given a key.
  package mutating func admitted(number: UInt64?) {
    guard let number, holds(number) else { return }
    leave(number: number)
    leftInBatch = max(0, leftInBatch - 1)
  }
}
