import Gateway

/// What waits for the writer, and when it is to be woken for it.
///
/// Pure: the caller holds the lock and brings the clock.
struct WriterQueue {
  struct Limits: Sendable {
    /// Rows that are stored without waiting for more.
    var batchRows = 512
    /// How long a row waits for company.
    var delayMilliseconds: Int64 = 200
    /// Rows kept while they cannot be stored; further ones are lost.
    var rowsMax = 100_000
    /// How long after a failure the next try is made.
    var retryMilliseconds: Int64 = 1_000
  }

  /// What the writer's thread sleeps for, so that a row costs a system call only if it must.
  enum Sleep { case awake, forAnything, forFullBatch, forJobs }

  /// One change that somebody waits for.
  struct Job: Sendable {
    /// Returns the error that takes its changes back.
    let run: @Sendable (Database) -> StoreError?
    /// Called once, after the commit or instead of it.
    let finish: @Sendable (StoreError?) -> Void
  }

  struct Batch {
    var receipts: [Receipt] = []
    var ownedIDs: [OwnedID] = []
    var jobs: [Job] = []
    var isLast = false
  }

  let limits: Limits
  private var waiting = Batch()
  private(set) var sleep = Sleep.awake
  /// When the first of the waiting rows was seen by the writer.
  private var firstSeenAt: Int64?
  private var retryAt: Int64?
  /// Rows that the writer has taken and not stored yet.
  private(set) var heldRows = 0
  private(set) var lostRows = 0
  private(set) var problem: String?
  private(set) var isClosed = false
  /// Ids that are not stored yet, waiting or held.
  private(set) var idsUnderWay: [String: [OwnedID]] = [:]

  init(limits: Limits) { self.limits = limits }

  var waitingRows: Int { waiting.receipts.count + waiting.ownedIDs.count }

  // MARK: Whoever has something to store; true: wake the writer

  mutating func add(_ receipt: consuming Receipt) -> Bool {
    guard hasRoom() else { return false }
    waiting.receipts.append(receipt)
    return wakesForRow()
  }

  mutating func add(_ owned: OwnedID) -> Bool {
    guard hasRoom() else { return false }
    waiting.ownedIDs.append(owned)
    idsUnderWay[owned.id, default: []].append(owned)
    return wakesForRow()
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

  private mutating func hasRoom() -> Bool {
    guard !isClosed, heldRows + waitingRows < limits.rowsMax else {
      lostRows += 1
      return false
    }
    return true
  }

  private mutating func wakesForRow() -> Bool {
    switch sleep {
    case .awake, .forJobs: return false
    case .forAnything: break
    case .forFullBatch: guard waitingRows >= limits.batchRows else { return false }
    }
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
    if !waiting.jobs.isEmpty || isClosed { return give(&batch) }
    if let retryAt {
      guard nowMilliseconds < retryAt else { return give(&batch) }
      sleep = .forJobs
      return .again(atMilliseconds: retryAt)
    }
    guard waitingRows > 0 else {
      sleep = .forAnything
      return .again(atMilliseconds: nil)
    }
    guard waitingRows < limits.batchRows else { return give(&batch) }
    let seenAt = firstSeenAt ?? nowMilliseconds
    firstSeenAt = seenAt
    guard nowMilliseconds < seenAt + limits.delayMilliseconds else { return give(&batch) }
    sleep = .forFullBatch
    return .again(atMilliseconds: seenAt + limits.delayMilliseconds)
  }

  private mutating func give(_ batch: inout Batch) -> Monitor<WriterQueue>.Look<Void> {
    heldRows += waitingRows
    // Swapped, so that both sides go on with arrays that have their room already.
    swap(&batch, &waiting)
    batch.isLast = isClosed
    firstSeenAt = nil
    return .done(())
  }

  /// Rows are on disk, or will never be.
  mutating func settle(rows: Int, lost: Int, ids: some Sequence<OwnedID>) {
    heldRows -= rows
    lostRows += lost
    for owned in ids {
      guard var under = idsUnderWay[owned.id], let index = under.firstIndex(of: owned) else {
        continue
      }
      under.remove(at: index)
      idsUnderWay[owned.id] = under.isEmpty ? nil : under
    }
  }

  /// Storing failed: the rows that are held wait for the next try.
  mutating func fail(_ problem: String, nowMilliseconds: Int64) {
    self.problem = problem
    retryAt = heldRows > 0 ? nowMilliseconds + limits.retryMilliseconds : nil
  }

  mutating func succeed() {
    problem = nil
    retryAt = nil
  }
}
