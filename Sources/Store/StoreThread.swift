import CLinux

/// Starts `body` on a new, detached thread, which carries the first 15 bytes of the name.
///
/// Throws `StoreError.file` if the system has no room for a thread.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) throws(StoreError) {
  let work = Unmanaged.passRetained(Work(body: body))
  let status = clinux_start_thread(
    name, { raw in raw.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() } },
    work.toOpaque())
  guard status == 0 else {
    work.release()
    throw .file(path: name, call: "pthread_create", code: status)
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(body: @escaping @Sendable () -> Void) { self.body = body }
}
