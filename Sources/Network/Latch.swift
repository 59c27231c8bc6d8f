import Glibc
import Locks

/// Lets a thread wait until others have done their part; never wait on a loop.
///
/// Guard: the count is touched under the pthread mutex only.
package final class Latch: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var count: Int

  package init(_ count: Int) {
    self.count = count
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func countDown() {
    pthread_mutex_lock(mutex)
    count -= 1
    if count <= 0 { pthread_cond_broadcast(condition) }
    pthread_mutex_unlock(mutex)
  }

  /// Blocks the calling thread until the count is zero.
  package func wait() {
    pthread_mutex_lock(mutex)
    while count > 0 { pthread_cond_wait(condition, mutex) }
    pthread_mutex_unlock(mutex)
  }
}

/// The first failure that any of several threads met.
package final class FirstFailure: Sendable {
  private let first = Guarded<SystemError?>(nil)
  package init() {}
  package func note(_ error: SystemError) {
    first.withLock { if $0 == nil { $0 = error } }
  }
  package var failure: SystemError? { first.withLock { $0 } }
}
