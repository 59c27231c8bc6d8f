import Glibc

/// The file of the master key: read only if nobody else could have, written once.
enum MasterKeyFile {
  private static let bytesMax = 4_096

  /// - Returns: Nil when there is no such file.
  static func read(_ path: String) throws(VaultError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw .file(path: path, call: "open", code: errno) }
      return nil
    }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .file(path: path, call: "fstat", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .masterKeyNotAFile(path: path) }
    let mode = status.st_mode & 0o7777
    // 0400 is as good as 0600: it is what systemd gives for a credential.
    guard mode & 0o177 == 0 else { throw .masterKeyMode(path: path, mode: mode) }
    return try read(descriptor, path)
  }

  private static func read(_ descriptor: CInt, _ path: String) throws(VaultError) -> [UInt8] {
    var text = [UInt8](repeating: 0, count: bytesMax)
    var filled = 0
    while filled < text.count {
      let count = text.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), bytesMax - filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .file(path: path, call: "read", code: errno) }
      if count == 0 { break }
      filled += count
    }
    defer { wipe(&text) }
    return Array(text.prefix(filled))
  }

  /// Makes the file whole or not at all: written aside, then linked under its name.
  static func create(_ path: String, _ text: [UInt8]) throws(VaultError) {
    let draft = "\(path).\(Random.id(8))"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, call: "open", code: errno) }
    defer {
      _ = close(descriptor)
      _ = unlink(draft)
    }
    // Against a umask that would take the owner's own bits away.
    guard fchmod(descriptor, 0o600) == 0 else {
      throw .file(path: path, call: "fchmod", code: errno)
    }
    var rest = text[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, call: "write", code: errno) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw .file(path: path, call: "fsync", code: errno) }
    guard link(draft, path) == 0 else { throw .file(path: path, call: "link", code: errno) }
    try syncFolder(of: path)
  }

  /// A new name is on disk only when its folder is (fsync(2)).
  private static func syncFolder(of path: String) throws(VaultError) {
    let folder: String
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
      folder = slash == path.startIndex ? "/" : String(path[..<slash])
    } else {
      folder = "."
    }
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: folder, call: "open", code: errno) }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .file(path: folder, call: "fsync", code: errno) }
  }
}
