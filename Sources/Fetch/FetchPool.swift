import Glibc
import Locks
import Synchronization

/// Runs fetches on threads of its own, so that nobody else waits for them.
///
/// The fetches that wait are bounded. Shared by all loops; `submit` makes one system call.
package final class FetchPool: Sendable {
  private let queue: FetchQueue
  private let threads: Guarded<[pthread_t]>

  /// - Parameters:
  ///   - threads: How many fetches run at a time.
  ///   - waitingMax: How many may wait for that.
  /// - Throws: `FetchError.failed` if the system has no descriptor or thread left.
  package init(threads: Int = 2, waitingMax: Int = 256) throws(FetchError) {
    // A pipe takes 64 KiB before it would block.
    precondition(threads > 0 && (1...60_000).contains(waitingMax))
    queue = try FetchQueue(waitingMax: waitingMax)
    self.threads = Guarded([])
    for _ in 0..<threads {
      var thread = pthread_t()
      let context = Unmanaged.passRetained(queue)
      let status = pthread_create(
        &thread, nil,
        { raw in
          guard let raw else { return nil }
          Unmanaged<FetchQueue>.fromOpaque(raw).takeRetainedValue().run()
          return nil
        }, context.toOpaque())
      guard status == 0 else {
        context.release()
        close()
        throw .failed(host: "", words: "no thread left")
      }
      self.threads.withLock { $0.append(thread) }
    }
  }

  deinit { close() }

  /// Runs a fetch when a thread is free.
  ///
  /// - Parameters:
  ///   - request: What to fetch.
  ///   - completion: Called once, on a thread of the pool; `.cancelled` if the pool is closed first.
  /// - Returns: False, and `completion` is never called, if too many wait or the pool is closed.
  package func submit(
    _ request: FetchRequest,
    completion: @escaping @Sendable (Result<FetchResponse, FetchError>) -> Void
  ) -> Bool {
    let isTaken = queue.jobs.withLock { jobs in
      guard !queue.isClosed.load(ordering: .relaxed), jobs.count < queue.waitingMax else {
        return false
      }
      jobs.append(FetchQueue.Job(request: request, completion: completion))
      return true
    }
    guard isTaken else { return false }
    queue.writeEnd.withLock { end in
      guard let end else { return }
      var byte: UInt8 = 1
      while write(end, &byte, 1) < 0 && errno == EINTR {}
    }
    return true
  }

  /// Cancels what waits and what runs, and waits for the threads to end; about a second at most.
  ///
  /// Not from a completion.
  package func close() {
    queue.isClosed.store(true, ordering: .relaxed)
    let waiting = queue.jobs.withLock { jobs in
      defer { jobs.removeAll() }
      return jobs
    }
    for job in waiting { job.completion(.failure(.cancelled)) }
    queue.closeWriteEnd()
    let threads = threads.withLock { threads in
      defer { threads.removeAll() }
      return threads
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}
