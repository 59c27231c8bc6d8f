import Glibc

/// The time zones of this machine: the files of the zone database (package tzdata).
enum ZoneFiles {
  private static let folder = "/usr/share/zoneinfo"
  /// The largest file of the database is far below.
  private static let bytesMax = 131_072

  /// The bytes of a zone's file; nil if there is none.
  ///
  /// The name must be one that `ZoneTable` has found sound: it stands in a path.
  static func read(_ name: String, in folder: String = folder) -> [UInt8]? {
    let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { _ = close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
      (1...Int(bytesMax)).contains(Int(facts.st_size))
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      }
      guard count > 0 else { return nil }
      filled += count
    }
    return bytes
  }
}
