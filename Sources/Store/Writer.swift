package import Gateway
import Glibc
import Synchronization

/// The only one that writes to the database: a thread of its own with the owner's connection.
///
/// Rows are handed over without waiting and stored in batches, at most 200 ms later; changes that
/// somebody waits for are committed together, each all or nothing, and acknowledged when they are on
/// disk. What was handed over first is stored first. Shared by all loops.
package final class Writer: Sendable {
  package let path: String
  private let queue: Monitor<WriterQueue>
  private let thread: Monitor<ThreadState>

  enum ThreadState {
    case starting
    case running(pthread_t)
    case ended(StoreError?)
  }

  /// How the writer is doing, for `/readyz`.
  package struct Health: Equatable, Sendable {
    /// Rows handed over and not on disk yet.
    package var waitingRows: Int
    /// Rows that were refused because too many waited, or that SQLite would not take.
    package var lostRows: Int
    /// Why rows cannot be stored at the moment; nil: they can.
    package var problem: String?
  }

  /// Opens the database, brings it to the newest schema and starts the thread.
  package convenience init(path: String) throws(StoreError) {
    try self.init(path: path, limits: WriterQueue.Limits())
  }

  init(path: String, limits: WriterQueue.Limits) throws(StoreError) {
    self.path = path
    queue = Monitor(WriterQueue(limits: limits))
    thread = Monitor(.starting)
    // The thread holds the queue and not the writer, so that letting go of the writer ends it.
    try startThread(name: "writer") { [path, queue, thread] in
      let error = WriterLoop.run(path: path, queue: queue) {
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

  /// Hands over the row of a request, without waiting.
  ///
  /// - Returns: False if the row is lost: too many wait already, or the writer is closed.
  @discardableResult
  package func record(_ receipt: Receipt) -> Bool {
    var receipt = receipt
    // What a client sends as a model name can be megabytes, and would wait in memory.
    if let model = receipt.model { receipt.model = clipped(model) }
    if let model = receipt.upstreamModel { receipt.upstreamModel = clipped(model) }
    return hand { $0.add(receipt) }
  }

  /// Corrects how a request ended whose row was handed over before, without waiting.
  package func amend(_ receipt: Receipt) {
    perform({ database throws(StoreError) in try Ledger.amend(receipt, in: database) }) { _ in }
  }

  /// Hands over an id; see `OwnedIDs`.
  @discardableResult
  package func remember(_ owned: OwnedID) -> Bool {
    guard owned.id.utf8.count <= Ledger.textBytesMax else { return false }
    return hand { $0.add(owned) }
  }

  private func hand(_ add: (inout WriterQueue) -> Bool) -> Bool {
    let (wakes, isTaken) = queue.withLock { queue in
      let lost = queue.lostRows
      let wakes = add(&queue)
      return (wakes, queue.lostRows == lost)
    }
    if wakes { queue.wake() }
    return isTaken
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
    let made = Made<Value>()
    let job = WriterQueue.Job(
      run: { database in
        do throws(StoreError) {
          let value = try body(database)
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
    let value = Mutex<Value?>(nil)
  }

  /// Makes a change and waits for it: at start, in a command, in a test; never on a loop, and never
  /// in a completion.
  package func performAndWait<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Value
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

  /// Stores records; see `RecordStore.apply`.
  package func apply(
    _ records: [Record], completion: @escaping @Sendable (Result<[Record], StoreError>) -> Void
  ) {
    perform(
      { database throws(StoreError) in try RecordStore.apply(records, to: database) },
      completion: completion)
  }

  package var health: Health {
    queue.withLock { queue in
      Health(
        waitingRows: queue.waitingRows + queue.heldRows, lostRows: queue.lostRows,
        problem: queue.problem)
    }
  }

  /// The ids of that name that are not on disk yet.
  func waitingIDs(_ id: String) -> [OwnedID] { queue.withLock { $0.idsUnderWay[id] ?? [] } }

  /// Stores all that was handed over, empties the log and ends the thread; waits for that.
  ///
  /// On the writer's own thread, where a completion may let go of the last reference, it does not
  /// wait: the thread ends when the completion has returned.
  ///
  /// - Returns: How many rows were lost since the start; those that a full disk keeps from being
  ///   stored now are among them.
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
