import Glibc

/// State behind a lock, and threads that wait for it to change.
// Guard: `mutex` for `state`; the two pointers never change.
final class Monitor<State>: @unchecked Sendable {
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ state: sending State) {
    self.state = state
    mutex.initialize(to: pthread_mutex_t())
    changed.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // So that nobody who sets the clock makes a wait longer.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    let status = pthread_mutex_init(mutex, nil) + pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
    precondition(status == 0, "the system has no memory for a lock")
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  func withLock<Result>(_ body: (inout State) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&state)
  }

  /// Wakes the threads that wait; a system call, so call it only if there are any.
  func wake() { pthread_cond_broadcast(changed) }

  /// What `wait` is to do after a look at the state.
  enum Look<Result> {
    case done(Result)
    /// Look again after `wake`, or at a time of `monotonicMilliseconds`.
    case again(atMilliseconds: Int64?)
  }

  /// Looks at the state, and again each time it may have changed, until there is a result.
  func wait<Result>(_ look: (inout State) -> Look<Result>) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      switch look(&state) {
      case .done(let result): return result
      case .again(nil): pthread_cond_wait(changed, mutex)
      case .again(let milliseconds?):
        var time = timespec()
        time.tv_sec = Int(milliseconds / 1_000)
        time.tv_nsec = Int(milliseconds % 1_000) * 1_000_000
        pthread_cond_timedwait(changed, mutex, &time)
      }
    }
  }
}

/// Milliseconds of the clock that never goes backwards.
func monotonicMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
