import Locks
import Glibc
import Synchronization

/// What the threads of a pool share.
///
/// They hold it and not the pool, so that letting go of the pool ends them.
final class FetchQueue: Sendable {
  struct Job: Sendable {
    let request: FetchRequest
    let completion: @Sendable (Result<FetchResponse, FetchError>) -> Void
  }

  let jobs = Guarded<[Job]>([])
  let isClosed = Atomic<Bool>(false)
  /// A pipe with a byte for each job that waits: reading from it is the wait for one.
  let readEnd: CInt
  let writeEnd: Guarded<CInt?>
  let waitingMax: Int

  init(waitingMax: Int) throws(FetchError) {
    self.waitingMax = waitingMax
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .failed(host: "", words: "no descriptor left") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    writeEnd = Guarded(ends[1])
  }

  deinit {
    closeWriteEnd()
    _ = close(readEnd)
  }

  func closeWriteEnd() {
    writeEnd.withLock { end in
      if let open = end { _ = close(open) }
      end = nil
    }
  }

  /// The next job; nil when the pool is closed.
  func next() -> Job? {
    while true {
      var byte: UInt8 = 0
      let count = read(readEnd, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { return nil }
      if let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return job }
    }
  }

  func run() {
    while let job = next() {
      do throws(FetchError) {
        let response = try Fetch.perform(
          job.request, isCancelled: { self.isClosed.load(ordering: .relaxed) })
        job.completion(.success(response))
      } catch {
        job.completion(.failure(error))
      }
    }
  }
}
