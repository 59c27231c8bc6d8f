import Gateway

/// What the writer's thread does; lives and dies on it.
final class WriterLoop {
  private let database: Database
  private let ledger: Ledger
  private let ownedIDs: OwnedIDTable
  private let journal: JournalDrain
  private let queue: Monitor<WriterQueue>
  private var batch = WriterQueue.Batch()
  private let onStored: @Sendable ([StoredCharge]) -> Void
  /// Rows taken over and not stored yet, in order.
  private var ids: [OwnedID] = []
  /// When the roll-ups are stored at the latest.
  private var usageAt = Int64.min

  /// Rows of one transaction, at most.
  private static let rowsAtOnce = 2_048
  /// How long the roll-ups wait for more rows, and for how many: after a crash so many are added up
  /// again before the appliance is ready, at some 3 µs each.
  private static let usageMilliseconds: Int64 = 2_000
  private static let usageRowsMax = 65_536
  /// Pages of 4 KiB in the log from which on it is copied into the database: 4 MiB.
  private static let logPages = 1_000
  /// Pages from which on readers are waited for, so that the log can begin anew: 24 MiB.
  private static let longLogPages = 6_144
  /// Pages of one transaction's jobs, 1 MiB, from which on they are an import: records and their
  /// audit, of which the ledger will not read one.
  private static let largeChangePages = 256
  private static let readerWaitMilliseconds: Int32 = 500
  private static let lastTries = 3

  /// Runs until the queue is closed and empty.
  ///
  /// - Parameters:
  ///   - path: The database.
  ///   - journal: The folder of the journal.
  ///   - queue: Whence work comes.
  ///   - onStored: Given what requests have been charged, once that is on disk.
  ///   - onStart: Called when the database is open and its schema the newest.
  /// - Returns: Why it did not start.
  static func run(
    path: String, journal: String, queue: Monitor<WriterQueue>,
    onStored: @escaping @Sendable ([StoredCharge]) -> Void = { _ in }, onStart: () -> Void
  ) -> StoreError? {
    do {
      let database = try Database(path: path, .owner)
      try Migration.apply(to: database)
      let loop = try WriterLoop(database, journal: journal, queue, onStored)
      onStart()
      loop.run()
      return nil
    } catch {
      return error
    }
  }

  private init(
    _ database: Database, journal: String, _ queue: Monitor<WriterQueue>,
    _ onStored: @escaping @Sendable ([StoredCharge]) -> Void
  ) throws(StoreError) {
    self.database = database
    self.queue = queue
    self.onStored = onStored
    ownedIDs = try OwnedIDTable(database)
    ledger = try Ledger(database)
    self.journal = try JournalDrain(folder: journal, database, ledger, ownedIDs)
  }

  private func run() {
    while true {
      queue.wait { queue in
        queue.take(into: &batch, nowMilliseconds: monotonicMilliseconds())
      }
      ids.append(contentsOf: batch.ownedIDs)
      batch.ownedIDs.removeAll(keepingCapacity: true)
      storeAll()
      runJobs()
      if batch.isLast { return end() }
      shortenLog()
    }
  }

  // MARK: Rows

  /// Stores what is in the journal, and the rows that were handed over.
  private func storeAll() {
    do throws(StoreError) {
      try storeJournal()
      try storeRows()
      queue.withLock { $0.succeed() }
    } catch {
      queue.withLock { $0.fail(error.message, nowMilliseconds: monotonicMilliseconds()) }
      // Until the database takes it again, the rings hold it through a loss of power too.
      journal.synchronize()
    }
  }

  private func storeJournal() throws(StoreError) {
    while true {
      let step: JournalDrain.Step
      do throws(StoreError) {
        step = try journal.step(entriesMax: Self.rowsAtOnce, keepsUsage: keepsUsage())
      } catch {
        _ = ledger.takeCharges()  // Their transaction was taken back.
        throw error
      }
      let charges = ledger.takeCharges()
      if !charges.isEmpty { onStored(charges) }
      if step.lost > 0 || !step.ids.isEmpty {
        queue.withLock { $0.settle(lost: step.lost, ids: step.ids) }
      }
      guard step.entries >= Self.rowsAtOnce else { return }
      shortenLog()
    }
  }

  /// Whether the roll-ups wait: the rows of a second or two meet in fewer cells than those of a moment.
  ///
  /// Whoever hands over a job finds them whole.
  private func keepsUsage() -> Bool {
    let now = monotonicMilliseconds()
    let waits =
      now < usageAt && ledger.waitingRows < Self.usageRowsMax && batch.jobs.isEmpty
      && !batch.isLast
    if !waits { usageAt = now + Self.usageMilliseconds }
    return waits
  }

  private func storeRows() throws(StoreError) {
    while !ids.isEmpty {
      let some = ids.prefix(Self.rowsAtOnce)
      let lost = try database.transaction { () throws(StoreError) in
        try ownedIDs.add(contentsOf: some)
      }
      queue.withLock { $0.settle(lost: lost, ids: some) }
      // The usual batch is all there is, and leaves the array its room.
      if some.count == ids.count {
        ids.removeAll(keepingCapacity: true)
      } else {
        ids.removeFirst(some.count)
      }
    }
  }

  // MARK: Jobs

  /// Runs the waiting jobs in one transaction, each in a savepoint of its own.
  private func runJobs() {
    let jobs = batch.jobs
    guard !jobs.isEmpty else { return }
    let pagesBefore = database.walPageCount
    batch.jobs.removeAll(keepingCapacity: true)
    var outcomes = [StoreError?](repeating: nil, count: jobs.count)
    do {
      try database.transaction { () throws(StoreError) in
        for (index, job) in jobs.enumerated() { outcomes[index] = try outcome(of: job) }
      }
    } catch {
      // The disk is full, or the like: none of them is stored, whatever it said itself.
      outcomes = outcomes.map { $0 ?? error }
    }
    let pages = database.walPageCount
    // The log may have begun anew.
    if (pages < pagesBefore ? pages : pages - pagesBefore) > Self.largeChangePages {
      database.forgetPages()
    }
    for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
  }

  /// Throws only if the whole transaction is lost.
  private func outcome(of job: WriterQueue.Job) throws(StoreError) -> StoreError? {
    var failure: StoreError?
    do {
      try database.savepoint { () throws(StoreError) in
        failure = job.run(database, journal)
        if let failure { throw failure }
      }
    } catch {
      guard error == failure, database.isInTransaction else { throw error }
    }
    return failure
  }

  // MARK: The log

  private func shortenLog() {
    guard database.walPageCount > Self.logPages else { return }
    do {
      if database.walPageCount > Self.longLogPages {
        _ = try database.checkpoint(
          .truncate, waitMilliseconds: Self.readerWaitMilliseconds)
      } else {
        _ = try database.checkpoint(.passive)
      }
    } catch {
      // The rows are safe in the log; the next batch tries again.
      queue.withLock { $0.fail(error.message, nowMilliseconds: monotonicMilliseconds()) }
    }
  }

  private func end() {
    for _ in 1..<Self.lastTries where queue.withLock({ $0.problem != nil }) { storeAll() }
    // What is in the journal is stored at the next start.
    queue.withLock { $0.settle(lost: ids.count, ids: ids) }
    // Closing the last connection empties the log too; this is for when readers are still open.
    _ = try? database.checkpoint(.truncate, waitMilliseconds: Self.readerWaitMilliseconds)
  }
}
