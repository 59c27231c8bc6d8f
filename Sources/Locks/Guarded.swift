public import Synchronization

/// A value behind a `Mutex` whose hand-over from thread to thread the thread sanitizer can see.
///
/// The library's own mutex is not instrumented: where threads had to wait, the sanitizer misses
/// that the next owner comes after the last and reports races that are none. An atomic word,
/// acquired after the lock is taken and released before it is given back, shows it what the mutex
/// already guarantees; on the processors we run on these are a plain load and a plain store.
///
/// Public, as nothing else is here, because the compiler inlines across targets only what is: with
/// `package` each lock would be a call of unspecialized code, on the way of every request.
public struct Guarded<Value: ~Copyable>: ~Copyable, Sendable {
  @usableFromInline let mutex: Mutex<Value>
  @usableFromInline let handOver = Atomic<Bool>(false)

  /// Takes the value over: from here on nobody else has it.
  @inlinable
  public init(_ value: consuming sending Value) {
    mutex = Mutex(value)
  }

  /// Lends the value to `body` alone; keep it short and without I/O.
  @inlinable
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try mutex.withLock { value throws(Failure) in
      _ = handOver.load(ordering: .acquiring)
      defer { handOver.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
