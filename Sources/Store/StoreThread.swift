import CLinux
import Glibc

/// Starts `body` on a new, detached thread.
///
/// - Parameters:
///   - name: At most 15 bytes, as the kernel keeps it.
///   - body: Runs once.
/// - Throws: `StoreError.file` if the system has no room for a thread.
func startThread(
  name: String, _ body: @escaping @Sendable () -> Void
) throws(StoreError) {
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
    throw .file(path: name, call: "pthread_create", code: status)
  }
  pthread_detach(handle)
}

private final class ThreadBody: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
