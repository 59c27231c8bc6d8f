import Gateway

/// What waits for the writer, and when it is to be woken for it.
///
/// Receipts are not among it: they wait in the journal, which the writer looks into at intervals, so
/// that nobody has to wake it for them. Pure: the caller holds the lock and brings the clock.
struct WriterQueue {
  struct Limits: Sendable {
    /// Rows that are stored without waiting for more.
    var batchRows = 512
    /// How long a row waits for company, and how often the journal is looked into.
    var delayMilliseconds: Int64 = 200
    /// Rows kept while they cannot be stored; further ones are lost.
    var rowsMax = 100_000
    /// How long after a failure the next try is made.
    var retryMilliseconds: Int64 = 1_000
  }

  /// What the writer's thread sleeps for, so that a row costs a system call only if it must.
  enum Sleep { case awake, forFullBatch, forJobs }

  /// One change that somebody waits for.
  struct Job: Sendable {
    /// Returns the error that takes its changes back.
    let run: @Sendable (Database, JournalDrain) -> StoreError?
    /// Called once, after the commit or instead of it.
    let finish: @Sendable (StoreError?) -> Void
  }

  struct Batch {
    var ownedIDs: [OwnedID] = []
    var jobs: [Job] = []
    var isLast = false
  }

  let limits: Limits
  private var waiting = Batch()
  private(set) var sleep = Sleep.awake
  /// When the writer looks up next, of itself.
  private var lookAt = Int64.min
  private var retryAt: Int64?
  private(set) var lostRows = 0
  private(set) var problem: String?
  private(set) var isClosed = false
  /// Ids that are not stored yet: noted, in the journal, waiting or taken by the writer.
  private(set) var idsUnderWay: [String: [OwnedID]] = [:]
  /// How many those are.
  private(set) var underWay = 0

  init(limits: Limits) { self.limits = limits }

  /// Takes note of an id that will be stored; false where there is no room for another.
  mutating func note(_ owned: OwnedID) -> Bool {
    guard !isClosed, underWay < limits.rowsMax else {
      lostRows += 1
      return false
    }
    underWay += 1
    idsUnderWay[owned.id, default: []].append(owned)
    return true
  }

  // MARK: Whoever has something to store; true: wake the writer

  /// Takes over an id that was noted.
  mutating func add(_ noted: OwnedID) -> Bool {
    guard !isClosed else {
      settle(lost: 1, ids: [noted])
      return false
    }
    waiting.ownedIDs.append(noted)
    guard sleep == .forFullBatch, waiting.ownedIDs.count >= limits.batchRows else { return false }
    return wakes()
  }

  /// Nil: closed.
  mutating func add(_ job: Job) -> Bool? {
    guard !isClosed else { return nil }
    waiting.jobs.append(job)
    return wakes()
  }

  mutating func close() -> Bool {
    isClosed = true
    return wakes()
  }

  private mutating func wakes() -> Bool {
    defer { sleep = .awake }
    return sleep != .awake
  }

  // MARK: The writer

  /// Moves what is due into `batch`, whose arrays must be empty.
  mutating func take(
    into batch: inout Batch, nowMilliseconds: Int64
  ) -> Monitor<WriterQueue>.Look<Void> {
    sleep = .awake
    if !waiting.jobs.isEmpty || isClosed { return give(&batch, nowMilliseconds) }
    if let retryAt {
      guard nowMilliseconds < retryAt else { return give(&batch, nowMilliseconds) }
      sleep = .forJobs
      return .again(atMilliseconds: retryAt)
    }
    guard nowMilliseconds < lookAt, waiting.ownedIDs.count < limits.batchRows else {
      return give(&batch, nowMilliseconds)
    }
    sleep = .forFullBatch
    return .again(atMilliseconds: lookAt)
  }

  private mutating func give(
    _ batch: inout Batch, _ nowMilliseconds: Int64
  ) -> Monitor<WriterQueue>.Look<Void> {
    // Swapped, so that both sides go on with arrays that have their room already.
    swap(&batch, &waiting)
    batch.isLast = isClosed
    lookAt = nowMilliseconds + limits.delayMilliseconds
    return .done(())
  }

  /// Ids are on disk, or will never be; those that an earlier run has noted are not known here.
  ///
  /// `lost`: so many rows, of the journal's too, will never be stored.
  mutating func settle(lost: Int, ids: some Sequence<OwnedID>) {
    lostRows += lost
    for owned in ids {
      guard var under = idsUnderWay[owned.id], let index = under.firstIndex(of: owned) else {
        continue
      }
      under.remove(at: index)
      underWay -= 1
      idsUnderWay[owned.id] = under.isEmpty ? nil : under
    }
  }

  /// Storing failed: what is not stored waits for the next try.
  mutating func fail(_ problem: String, nowMilliseconds: Int64) {
    self.problem = problem
    retryAt = nowMilliseconds + limits.retryMilliseconds
  }

  mutating func succeed() {
    problem = nil
    retryAt = nil
  }
}
