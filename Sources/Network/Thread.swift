import CLinux
import Glibc

/// A thread of its own, for what blocks or runs for ever.
package enum Thread {
  /// Starts `body` on a new, detached thread.
  ///
  /// The name is at most 15 bytes, as the kernel keeps it.
  package static func start(
    name: String, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    var handle = pthread_t()
    let context = Unmanaged.passRetained(ThreadBody(name: name, body: body))
    let status = pthread_create(
      &handle, nil,
      { raw in
        guard let raw else { return nil }
        let context = Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue()
        clinux_name_thread(context.name)
        context.body()
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      context.release()
      throw SystemError("pthread_create", code: status)
    }
    pthread_detach(handle)
  }
}

private final class ThreadBody: Sendable {
  let name: String
  let body: @Sendable () -> Void
  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
