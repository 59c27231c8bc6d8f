import Foundation
import Testing

@testable import Vault

@Suite("The file of the master key")
struct MasterKeyFileTests {
  @Test func isNilWhereThereIsNone() throws {
    try withFolder { folder in
      let text = try MasterKeyFile.read("\(folder)/none")
      #expect(text == nil)
    }
  }

  @Test func givesBackWhatWasWritten() throws {
    try withFolder { folder in
      try MasterKeyFile.create("\(folder)/key", [1, 2, 3])
      #expect(try MasterKeyFile.read("\(folder)/key") == [1, 2, 3])
      #expect(throws: VaultError.self) { try MasterKeyFile.create("\(folder)/key", [4]) }
      #expect(try MasterKeyFile.read("\(folder)/key") == [1, 2, 3])
    }
  }

  /// A file without an end is read no further than a key could be long.
  @Test func readsNoMoreThanItMust() throws {
    try withFolder { folder in
      let path = "\(folder)/key"
      try Data(repeating: 0x20, count: 1_000_000).write(to: URL(fileURLWithPath: path))
      chmod(path, 0o600)
      #expect(try MasterKeyFile.read(path)?.count == 4_096)
    }
  }
}
