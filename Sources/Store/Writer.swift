package import Gateway
import Glibc
import Locks

/// The only one that writes to the database: a thread of its own with the owner's connection.
///
/// Receipts come to it through the journal, which it carries into the ledger every 200 ms; changes
/// that somebody waits for are committed together, each all or nothing, and acknowledged when they
/// are on disk. What was handed over first is stored first. Shared by all loops.
package final class Writer: Sendable {
  package let path: String
  private let queue: Monitor<WriterQueue>
  private let thread: Monitor<ThreadState>
  private let rings = Guarded<[JournalRing]>([])

  enum ThreadState {
    case starting
    case running(pthread_t)
    case ended(StoreError?)
  }

  /// How the writer is doing, for `/readyz`.
  package struct Health: Equatable, Sendable {
    /// Ids noted and not on disk yet.
    package var waitingRows: Int
    /// Rows for which there was no room, or that SQLite would not take.
    package var lostRows: Int
    /// How much of the fullest ring of the journal waits to be stored.
    package var journalPercent = 0
    /// Requests find no room in the journal.
    package var isJournalFull = false
    /// Why nothing can be stored at the moment; nil: it can.
    package var problem: String?

    /// Why no requests should come here, in words; nil: they should.
    package var notReadyReason: String? {
      let room =
        isJournalFull
        ? "The journal is full: requests are refused."
        : "Requests are served while there is room in the journal: \(journalPercent) % is used."
      if let problem { return "\(problem) \(room)" }
      return isJournalFull ? room : nil
    }
  }

  /// Opens the database, brings it to the newest schema and starts the thread, which begins with
  /// what is in the journal.
  ///
  /// `journal` is the folder of its rings. `onStored` is given, on the writer's thread, what requests
  /// have been charged once that is on disk; it must not wait for anything.
  package convenience init(
    path: String, journal: String = "",
    onStored: @escaping @Sendable ([StoredCharge]) -> Void = { _ in }
  ) throws(StoreError) {
    try self.init(path: path, journal: journal, limits: WriterQueue.Limits(), onStored: onStored)
  }

  init(
    path: String, journal: String = "", limits: WriterQueue.Limits,
    onStored: @escaping @Sendable ([StoredCharge]) -> Void = { _ in }
  ) throws(StoreError) {
    self.path = path
    queue = Monitor(WriterQueue(limits: limits))
    thread = Monitor(.starting)
    // The thread holds the queue and not the writer, so that letting go of the writer ends it.
    try startThread(name: "writer") { [path, queue, thread] in
      let error = WriterLoop.run(
        path: path, journal: journal, queue: queue, onStored: onStored
      ) {
        let number = pthread_self()
        thread.withLock { $0 = .running(number) }
        thread.wake()
      }
      thread.withLock { $0 = .ended(error) }
      thread.wake()
    }
    let failure = thread.wait { state -> Monitor<ThreadState>.Look<StoreError?> in
      switch state {
      case .starting: .again(atMilliseconds: nil)
      case .running: .done(nil)
      case .ended(let error): .done(error)
      }
    }
    if let failure { throw failure }
  }

  deinit { close() }

  /// Gets the journal ready to be written: one ring for each loop, together of about that many bytes.
  ///
  /// Its room on the disk is taken, and what is written first is in memory, when this returns.
  package func openJournal(rings count: Int, bytes: Int) throws(StoreError) -> [JournalRing] {
    let made = try onJournal { journal throws(StoreError) in
      try journal.openForWriting(count: count, bytes: bytes)
    }
    rings.withLock { $0 = made }
    return made
  }

  /// The files of the journal that could not be read and have been put aside.
  package func unreadableJournals() throws(StoreError) -> [String] {
    try onJournal { journal in journal.setAside }
  }

  /// Books, from now on, the requests that an earlier run has left without an end.
  ///
  /// `estimate` puts into a receipt what such a request is taken to have used and cost; it runs on
  /// the writer's thread.
  ///
  /// - Throws: `StoreError.journalWaits` where what those runs wrote is not in the database when this
  ///   returns: spend and ids would lack it.
  package func settleCrashed(
    _ estimate: @escaping @Sendable (inout Receipt) -> Void
  ) throws(StoreError) {
    try onJournal { journal throws(StoreError) in journal.settleCrashed(estimate) }
    // Another look, so that they are booked when this returns.
    try performAndWait { _ in }
    guard try onJournal({ journal in journal.isBehind }) else { return }
    throw .journalWaits(health.problem ?? "The database took none of it.")
  }

  /// Takes note of an id that is to be stored; see `OwnedIDs`.
  func note(_ owned: OwnedID) -> Bool {
    guard owned.id.utf8.count <= Ledger.textBytesMax else { return false }
    return queue.withLock { $0.note(owned) }
  }

  /// Hands over an id that was noted and is not in the journal.
  func store(_ noted: OwnedID) {
    if queue.withLock({ $0.add(noted) }) { queue.wake() }
  }

  /// Makes a change, in a transaction that it may share with others.
  ///
  /// - Parameters:
  ///   - body: Runs on the writer's thread; if it throws, its changes are taken back, and no others.
  ///     Rows handed over before are stored by then. It must not begin or end a transaction.
  ///   - completion: Called once on the writer's thread, when the change is on disk or has failed. It
  ///     must not wait for anything.
  package func perform<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Value,
    completion: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    perform(
      { database, _ throws(StoreError) in try body(database) }, completion: completion)
  }

  private func perform<Value: Sendable>(
    _ body: @escaping @Sendable (Database, JournalDrain) throws(StoreError) -> Value,
    completion: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    let made = Made<Value>()
    let job = WriterQueue.Job(
      run: { database, journal in
        do throws(StoreError) {
          let value = try body(database, journal)
          made.value.withLock { $0 = value }
          return nil
        } catch {
          return error
        }
      },
      finish: { error in
        if let error { return completion(.failure(error)) }
        guard let value = made.value.withLock({ $0 }) else { return completion(.failure(.closed)) }
        completion(.success(value))
      })
    guard let wakes = queue.withLock({ $0.add(job) }) else {
      return completion(.failure(.closed))
    }
    if wakes { queue.wake() }
  }

  private final class Made<Value: Sendable>: Sendable {
    let value = Guarded<Value?>(nil)
  }

  /// Makes a change and waits for it: at start, in a command, in a test; never on a loop, and never
  /// in a completion.
  package func performAndWait<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try wait { database, _ throws(StoreError) in try body(database) }
  }

  private func onJournal<Value: Sendable>(
    _ body: @escaping @Sendable (JournalDrain) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try wait { _, journal throws(StoreError) in try body(journal) }
  }

  private func wait<Value: Sendable>(
    _ body: @escaping @Sendable (Database, JournalDrain) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let answer = Monitor<Result<Value, StoreError>?>(nil)
    perform(body) { result in
      answer.withLock { $0 = result }
      answer.wake()
    }
    let result = answer.wait { state -> Monitor<Result<Value, StoreError>?>.Look<_> in
      state.map { .done($0) } ?? .again(atMilliseconds: nil)
    }
    return try result.get()
  }

  package var health: Health {
    let rings = rings.withLock { $0 }
    let lost = rings.reduce(0) { $0 + $1.lostRows }
    let percent = rings.map(\.percentUsed).max() ?? 0
    let isFull = rings.contains { $0.isFull }
    return queue.withLock { queue in
      Health(
        waitingRows: queue.underWay, lostRows: queue.lostRows + lost,
        journalPercent: percent, isJournalFull: isFull, problem: queue.problem)
    }
  }

  /// The ids of that name that are not on disk yet.
  func waitingIDs(_ id: String) -> [OwnedID] { queue.withLock { $0.idsUnderWay[id] ?? [] } }

  /// Stores all that was handed over, empties the log and ends the thread; waits for that.
  ///
  /// What the journal holds and a full disk keeps from being stored is stored at the next start.
  ///
  /// On the writer's own thread, where a completion may let go of the last reference, it does not
  /// wait: the thread ends when the completion has returned.
  ///
  /// - Returns: How many rows were lost since the start.
  @discardableResult
  package func close() -> Int {
    if queue.withLock({ $0.close() }) { queue.wake() }
    thread.wait { state -> Monitor<ThreadState>.Look<Void> in
      switch state {
      case .ended: .done(())
      case .running(let number) where pthread_equal(number, pthread_self()) != 0: .done(())
      case .starting, .running: .again(atMilliseconds: nil)
      }
    }
    return queue.withLock { $0.lostRows }
  }
}
