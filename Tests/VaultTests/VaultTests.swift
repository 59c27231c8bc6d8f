import Foundation
import Testing

@testable import Vault

/// A folder of its own for one test, gone afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("vault-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func bytes(hex: String) throws -> [UInt8] {
  try #require(Hex.decode(Array(hex.utf8)))
}

func bytes(_ secret: Secret) -> [UInt8] { secret.withBytes { Array($0) } }

@Suite("Everything secret")
struct VaultTests {
  /// Start, restart, rotation of the master key: what was sealed and digested stays as it was.
  @Test func livesThroughARestartAndAnotherMasterKey() throws {
    let first = try MasterKey.random()
    let (keyring, stored) = try Keyring.make(masterKey: first, nowMilliseconds: 1_000)
    let sealed = try keyring.sealer.seal(
      Array("canary".utf8), kind: "key", id: "k1", field: "secret")
    let digest = keyring.digester.digest("sk-ap-token")

    let second = try MasterKey.random()
    let restored = try Keyring(masterKey: first, wrapped: stored).wrapped(by: second)
    #expect(Set(restored.map(\.id)) == Set(stored.map(\.id)))

    let later = try Keyring(masterKey: second, wrapped: restored)
    let opened = try later.sealer.open(sealed, kind: "key", id: "k1", field: "secret")
    #expect(opened == Array("canary".utf8))
    #expect(later.digester.digest("sk-ap-token") == digest)
  }
}
