/// Requests that wait for a key of one pool and model, first come first served.
///
/// Each holds a ticket. When keys can serve again, tickets are let go in batches, `spacing` apart:
/// first as many as there are usable keys, then twice as many each time, until the line is empty
/// or `restart` says that keys rest again. So a pool that comes back from a rate limit is not
/// flooded, and a busy one is not held up. Who leaves gives the ticket back; a ticket past its
/// deadline no longer counts.
package struct WaitLine: Equatable, Sendable {
  private struct Ticket: Equatable {
    let number: UInt64
    let deadline: Moment
    /// Its holder asks for nothing before.
    var looksAt: Moment
  }

  /// In the order of their numbers; those before `first` are gone.
  private var tickets: [Ticket] = []
  private var first = 0
  private var batchEndsAt = Moment.distantPast
  private var leftInBatch = 0
  /// Tickets of the next batch for each usable key.
  private var growth = 1

  /// Those in it wait for keys that are rate limited, as the last who joined has said; else for a
  /// circuit.
  package var isForCooling = false

  private static let growthMax = 4_096

  package init() {}

  package var isEmpty: Bool { first == tickets.count }
  package var count: Int { tickets.count - first }

  /// Takes the place of `number`: the end of the line for a new one, its old place for one that
  /// was let go and has to wait again; one that is in the line keeps its place.
  package mutating func join(number: UInt64, deadline: Moment, looksAt: Moment = .distantPast) {
    let ticket = Ticket(number: number, deadline: deadline, looksAt: looksAt)
    guard let last = tickets.last, first < tickets.count, last.number >= number else {
      return tickets.append(ticket)
    }
    let place = firstPlace(notBelow: number)
    if tickets[place].number == number {
      tickets[place].looksAt = looksAt
    } else {
      tickets.insert(ticket, at: place)
    }
  }

  package mutating func leave(number: UInt64) {
    guard let place = place(of: number) else { return }
    if place == first { dropFirst() } else { tickets.remove(at: place) }
  }

  /// The next batch is a first one again.
  package mutating func restart() {
    growth = 1
    leftInBatch = 0
  }

  package func holds(_ number: UInt64) -> Bool {
    place(of: number) != nil
  }

  /// Whether a request may go now; nil if so, else when it should look again.
  ///
  /// Who has no ticket comes after all who have one; nobody passes the first of the line before that
  /// one has looked. `usableKeys` is how many keys could serve at this moment.
  package mutating func delay(
    of number: UInt64?, usableKeys: Int, now: Moment, spacing: Duration
  ) -> Moment? {
    while !isEmpty, tickets[first].deadline < now { dropFirst() }
    guard !isEmpty else {
      restart()
      return nil
    }
    if batchEndsAt <= now {
      batchEndsAt = now + spacing
      leftInBatch = max(usableKeys, 1) * growth
      growth = min(growth * 2, Self.growthMax)
    }
    let position = number.flatMap { place(of: $0) }.map { $0 - first } ?? count
    guard position >= leftInBatch else {
      let firstLooksAt = tickets[first].looksAt
      return position > 0 && firstLooksAt > now ? firstLooksAt : nil
    }
    var reached = leftInBatch
    var batch = max(usableKeys, 1) * growth
    var again = batchEndsAt
    while reached + batch <= position {
      reached += batch
      batch *= 2
      again = again + spacing
    }
    return again
  }

  /// Takes note that the holder of a ticket has been given a key.
  package mutating func admitted(number: UInt64?) {
    guard let number, holds(number) else { return }
    leave(number: number)
    leftInBatch = max(0, leftInBatch - 1)
  }

  private func place(of number: UInt64) -> Int? {
    let place = firstPlace(notBelow: number)
    return place < tickets.count && tickets[place].number == number ? place : nil
  }

  private func firstPlace(notBelow number: UInt64) -> Int {
    var low = first
    var high = tickets.count
    while low < high {
      let middle = low + (high - low) / 2
      if tickets[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func dropFirst() {
    first += 1
    guard first > 64, first * 2 > tickets.count else { return }
    tickets.removeFirst(first)
    first = 0
  }
}
