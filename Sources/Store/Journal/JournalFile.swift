import Glibc

/// Makes and recognizes the files of rings.
enum JournalFile {
  /// Ends the name of a ring's file.
  static let suffix = ".ring"
  private static let newSuffix = ".new"

  /// Makes a file of that many slots, all of its room taken on the disk: a full disk can then never
  /// stop a page of it from being written (mmap(2): SIGBUS).
  ///
  /// - Returns: Its path; with its whole name only when all of it is there.
  static func make(
    in folder: String, _ geometry: JournalLayout.Geometry
  ) throws(StoreError) -> String {
    let id = Int64.random(in: 1 ... .max)
    let name = String(id, radix: 16)
    let fresh = "\(folder)/\(name)\(newSuffix)"
    let descriptor = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: fresh, call: "open", code: errno) }
    do throws(StoreError) {
      defer { _ = close(descriptor) }
      let status = posix_fallocate(descriptor, 0, geometry.fileBytes)
      guard status == 0 else { throw .file(path: fresh, call: "posix_fallocate", code: status) }
      let words = words(id: id, secret: .random(in: 1 ... .max), geometry)
      let written = words.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
      guard written == words.count * 8 else {
        throw .file(path: fresh, call: "pwrite", code: errno)
      }
      guard fsync(descriptor) == 0 else { throw .file(path: fresh, call: "fsync", code: errno) }
    } catch {
      unlink(fresh)
      throw error
    }
    let path = "\(folder)/\(name)\(suffix)"
    guard rename(fresh, path) == 0 else { throw .file(path: path, call: "rename", code: errno) }
    synchronize(folder)
    return path
  }

  /// The rings in a folder, in no order; what a crash has left of one half made is removed.
  static func paths(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var paths: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(newSuffix) { unlink("\(folder)/\(name)") }
      if name.hasSuffix(suffix) { paths.append("\(folder)/\(name)") }
    }
    return paths.sorted()
  }

  /// Puts a file aside that cannot be read, for a person to look at; returns its new name.
  static func setAside(_ path: String) -> String {
    let aside = "\(path).damaged"
    return rename(path, aside) == 0 ? aside : path
  }

  /// What the first page says.
  ///
  /// - Throws: `StoreError.damaged` where it is no ring of ours, or of a layout that is not known.
  static func facts(_ descriptor: CInt, _ path: String) throws(StoreError) -> JournalRing.Facts {
    var words = [UInt64](repeating: 0, count: 6)
    let bytes = words.count * 8
    let read = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, bytes, 0) }
    var status = stat()
    guard read >= 0, fstat(descriptor, &status) == 0 else {
      throw .file(path: path, call: "read", code: errno)
    }
    guard read == bytes, words[0] == JournalLayout.magic,
      let id = Int64(exactly: words[1]), words[5] == sum(words),
      let geometry = JournalLayout.Geometry(slotBytes: words[3], slotCount: words[4]),
      geometry.fileBytes <= Int(status.st_size)
    else { throw .damaged("\(path) is no journal that this version can read") }
    return JournalRing.Facts(id: id, secret: words[2], geometry: geometry)
  }

  private static func words(
    id: Int64, secret: UInt64, _ geometry: JournalLayout.Geometry
  ) -> [UInt64] {
    var words: [UInt64] = [
      JournalLayout.magic, UInt64(id), secret, UInt64(geometry.slotBytes),
      UInt64(geometry.slotCount),
    ]
    words.append(sum(words))
    return words
  }

  private static func sum(_ words: [UInt64]) -> UInt64 {
    words.prefix(5).reduce(1) {
      JournalLayout.commitWord(secret: $0, position: Int64(bitPattern: $1))
    }
  }

  /// So that a new name survives a loss of power.
  private static func synchronize(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    _ = close(descriptor)
  }
}
