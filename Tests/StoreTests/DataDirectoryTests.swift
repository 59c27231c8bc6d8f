import Foundation
import Testing

@testable import Store

@Suite("The data directory")
struct DataDirectoryTests {
  @Test func isMadeWithAllAboveIt() throws {
    try withFolder { folder throws in
      let before = umask(0)
      defer { umask(before) }
      let directory = try DataDirectory("\(folder)/a//b/data/")
      #expect(try mode("\(folder)/a/b/data") == 0o700)
      #expect(try mode("\(folder)/a") == 0o700)
      #expect(try mode("\(folder)/a/b/data/appliance.lock") == 0o600)
      #expect(directory.databasePath.hasSuffix("/appliance.db"))
    }
  }

  @Test func belongsToOneAtATime() throws {
    try withFolder { folder throws in
      let path = "\(folder)/data"
      var first: DataDirectory? = try DataDirectory(path)
      let error = #expect(throws: StoreError.inUse(path: path, process: getpid())) {
        try DataDirectory(path)
      }
      #expect(error?.message.contains("in use by process \(getpid())") == true)
      withExtendedLifetime(first) {}
      first = nil
      #expect(throws: Never.self) { try DataDirectory(path) }
    }
  }

  /// The lock ends with the process, however it ends; the number in the file says nothing then.
  @Test func anotherProcessHoldsItUntilItDies() throws {
    try withFolder { folder throws in
      let path = "\(folder)/data"
      _ = try DataDirectory(path)
      let flock = "/usr/bin/flock"
      guard FileManager.default.isExecutableFile(atPath: flock) else {
        print("skipped: no \(flock) on this machine")
        return
      }
      let output = Pipe()
      let holder = try spawn(
        flock, ["--close", "\(path)/appliance.lock", "sh", "-c", "echo held; exec sleep 5"],
        output: output.fileHandleForWriting.fileDescriptor)
      _ = output.fileHandleForReading.availableData
      #expect(throws: StoreError.self) { try DataDirectory(path) }
      kill(holder, SIGKILL)
      end(of: holder)
      #expect(throws: Never.self) { try DataDirectory(path, waitMilliseconds: 1_000) }
    }
  }

  @Test func waitsForACommandThatHasIt() throws {
    try withFolder { folder throws in
      let path = "\(folder)/data"
      let started = ContinuousClock.now
      let first = try DataDirectory(path)
      #expect(throws: StoreError.self) { try DataDirectory(path, waitMilliseconds: 50) }
      #expect(ContinuousClock.now - started >= .milliseconds(50))
      withExtendedLifetime(first) {}
    }
  }

  @Test func closesAnEmptyOneOrOneOfOurs() throws {
    try withFolder { folder throws in
      chmod(folder, 0o755)
      _ = try DataDirectory(folder)
      #expect(try mode(folder) == 0o700)
      chmod(folder, 0o777)
      _ = try DataDirectory(folder)
      #expect(try mode(folder) == 0o700)
    }
  }

  /// `--data /tmp` must not take `/tmp` from everybody else.
  @Test func leavesADirectoryOfOthersAlone() throws {
    try withFolder { folder throws in
      #expect(FileManager.default.createFile(atPath: "\(folder)/theirs", contents: nil))
      chmod(folder, 0o755)
      #expect(throws: StoreError.directoryNotPrivate(path: folder, mode: 0o755)) {
        try DataDirectory(folder)
      }
      #expect(try mode(folder) == 0o755)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["theirs"])
      chmod(folder, 0o700)
      #expect(throws: Never.self) { try DataDirectory(folder) }
    }
  }

  @Test func saysWhatIsInTheWay() throws {
    try withFolder { folder throws in
      #expect(FileManager.default.createFile(atPath: "\(folder)/file", contents: nil))
      #expect(throws: StoreError.file(path: "\(folder)/file", call: "mkdir", code: ENOTDIR)) {
        try DataDirectory("\(folder)/file")
      }
      #expect(throws: StoreError.self) { try DataDirectory("\(folder)/file/data") }
      #expect(throws: StoreError.self) { try DataDirectory("") }
      // A link in place of the lock file is not followed.
      try FileManager.default.createDirectory(
        atPath: "\(folder)/d", withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700])
      symlink("\(folder)/file", "\(folder)/d/appliance.lock")
      #expect(throws: StoreError.self) { try DataDirectory("\(folder)/d") }
    }
  }
}
