import Glibc

/// The directory that holds all that an appliance keeps, and the lock that makes it one process's.
///
/// The lock is held as long as this object lives, and by the kernel: a process that dies lets go.
package final class DataDirectory: Sendable {
  package let path: String
  private let lock: CInt

  package var databasePath: String { "\(path)/appliance.db" }
  package var socketPath: String { Self.socketPath(in: path) }
  package var masterKeyPath: String { "\(path)/master.key" }
  package var journalPath: String { "\(path)/journal" }

  /// Where a running appliance listens for the command line.
  package static func socketPath(in path: String) -> String { "\(path)/appliance.sock" }

  /// Takes the directory; makes it, with mode 0700, if there is none.
  ///
  /// - Parameters:
  ///   - path: Relative to the working directory, or absolute.
  ///   - waitMilliseconds: How long to wait for another process that has it, such as a command.
  /// - Throws: `StoreError.inUse` with the process that has it, `.directoryNotPrivate`, `.file`.
  package init(_ path: String, waitMilliseconds: Int = 0) throws(StoreError) {
    self.path = path
    try Self.make(path)
    lock = try Self.lock(path, waitMilliseconds: waitMilliseconds)
    do {
      try Self.makePrivate(path)
      try Self.note(lock, path)
    } catch {
      _ = close(lock)
      throw error
    }
  }

  deinit { _ = close(lock) }

  private static func lockPath(_ path: String) -> String { "\(path)/appliance.lock" }

  /// Makes the directory and those above it.
  private static func make(_ path: String) throws(StoreError) {
    var end = path.startIndex
    repeat {
      end = path[end...].dropFirst().firstIndex(of: "/") ?? path.endIndex
      let part = String(path[..<end])
      if mkdir(part, 0o700) != 0 && errno != EEXIST && errno != EISDIR {
        throw .file(path: part, call: "mkdir", code: errno)
      }
    } while end < path.endIndex
    var status = stat()
    guard stat(path, &status) == 0 else { throw .file(path: path, call: "stat", code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .file(path: path, call: "mkdir", code: ENOTDIR)
    }
    let mode = status.st_mode & 0o777
    guard mode & 0o077 == 0 || isOurs(path) else {
      throw .directoryNotPrivate(path: path, mode: mode)
    }
  }

  /// Whether there is nothing in the directory that somebody else may have put there.
  private static func isOurs(_ path: String) -> Bool {
    guard let directory = opendir(path) else { return false }
    defer { closedir(directory) }
    var isEmpty = true
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name == "appliance.db" || name == "appliance.lock" { return true }
      if name != "." && name != ".." { isEmpty = false }
    }
    return isEmpty
  }

  private static func makePrivate(_ path: String) throws(StoreError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .file(path: path, call: "stat", code: errno) }
    guard status.st_mode & 0o777 != 0o700 else { return }
    guard chmod(path, 0o700) == 0 else { throw .file(path: path, call: "chmod", code: errno) }
  }

  private static func lock(
    _ path: String, waitMilliseconds: Int
  ) throws(StoreError) -> CInt {
    let lockPath = lockPath(path)
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(path: lockPath, call: "open", code: errno) }
    var waited = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        _ = close(descriptor)
        throw .file(path: lockPath, call: "flock", code: code)
      }
      guard waited < waitMilliseconds else {
        let process = noted(descriptor)
        _ = close(descriptor)
        throw .inUse(path: path, process: process)
      }
      usleep(20_000)
      waited += 20
    }
    return descriptor
  }

  /// Writes this process's number into the lock file, for the error that another one gets.
  private static func note(_ descriptor: CInt, _ path: String) throws(StoreError) {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count
    else { throw .file(path: lockPath(path), call: "write", code: errno) }
  }

  private static func noted(_ descriptor: CInt) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &text, text.count, 0)
    guard count > 0 else { return nil }
    let digits = text.prefix(count).prefix { $0 != 0x0A }
    return Int32(String(decoding: digits, as: UTF8.self))
  }
}
