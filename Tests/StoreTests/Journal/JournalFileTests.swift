import Foundation
import Testing

@testable import Store

@Suite("The files of the journal")
struct JournalFileTests {
  static let geometry = JournalLayout.Geometry(bytes: 1 << 20)

  func facts(_ path: String) throws -> JournalRing.Facts {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    return try JournalFile.facts(descriptor, path)
  }

  @Test func takeTheirRoomAndAreOurs() throws {
    try withFolder { folder throws in
      let path = try JournalFile.make(in: folder, Self.geometry)
      #expect(try mode(path) == 0o600)
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(Int(status.st_size) == Self.geometry.fileBytes)
      #expect(Int(status.st_blocks) * 512 >= Self.geometry.fileBytes, "a hole could raise SIGBUS")
      let facts = try facts(path)
      #expect(facts.geometry == Self.geometry)
      let other = try self.facts(try JournalFile.make(in: folder, Self.geometry))
      #expect(other.id != facts.id && other.secret != facts.secret)
      #expect(JournalFile.paths(in: folder).count == 2)
    }
  }

  /// A crash in the middle of making one leaves nothing that is taken for one.
  @Test func whatIsHalfMadeGoes() throws {
    try withFolder { folder throws in
      try Data().write(to: URL(fileURLWithPath: "\(folder)/12ab.new"))
      #expect(JournalFile.paths(in: folder) == [])
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/12ab.new"))
      #expect(JournalFile.paths(in: "\(folder)/nothing") == [])
    }
  }

  /// Any byte of the facts that is another, or a file that is too short: it is not read.
  @Test func whatIsDamagedIsNone() throws {
    try withFolder { folder throws in
      let path = try JournalFile.make(in: folder, Self.geometry)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      for index in 0..<48 {
        var damaged = whole
        damaged[index] ^= 0x10
        try damaged.write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.self) { try facts(path) }
      }
      for length in [0, 40, 48, whole.count - 1] {
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.self) { try facts(path) }
      }
      #expect(JournalFile.setAside(path) == path + ".damaged")
      #expect(JournalFile.paths(in: folder) == [])
      #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    }
  }

  /// A disk without room says so, and nothing is left there.
  @Test func withoutRoomThereIsNone() throws {
    try withFolder { folder throws in
      #expect(throws: StoreError.self) { try JournalFile.make(in: "\(folder)/no", Self.geometry) }
      guard geteuid() == 0,
        try run("/bin/mount", "-t", "tmpfs", "-o", "size=512k", "none", folder) == 0
      else {
        print("skipped: a full disk needs root, to mount a small tmpfs")
        return
      }
      defer { _ = try? run("/bin/umount", "-l", folder) }
      let error = #expect(throws: StoreError.self) {
        try JournalFile.make(in: folder, Self.geometry)
      }
      #expect(error?.message.contains("posix_fallocate: No space left") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }
}
