import CLinux

/// A thread of its own, for what blocks or runs for ever.
package enum Thread {
  /// Starts `body` on a new, detached thread, which carries the first 15 bytes of the name.
  package static func start(
    name: String, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    let work = Unmanaged.passRetained(Work(body: body))
    let status = clinux_start_thread(
      name, { raw in raw.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() } },
      work.toOpaque())
    guard status == 0 else {
      work.release()
      throw SystemError("pthread_create", code: status)
    }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
