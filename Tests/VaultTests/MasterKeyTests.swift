import Foundation
import Testing

@testable import Vault

// Serialized: the environment belongs to the whole process.
@Suite("The master key", .serialized)
struct MasterKeyTests {
  @Test func isMadeOnceWithModeSixHundred() throws {
    try withFolder { folder in
      let path = "\(folder)/master.key"
      #expect(throws: VaultError.masterKeyMissing(path: path)) {
        try MasterKey.find(file: path, mayCreate: false)
      }
      let before = umask(0)
      let made = try MasterKey.find(file: path, mayCreate: true)
      umask(before)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try String(contentsOfFile: path, encoding: .utf8).count == 65)
      #expect(try MasterKey.find(file: path, mayCreate: true).id == made.id)
      #expect(try MasterKey.find(file: path, mayCreate: false).id == made.id)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["master.key"])
      #expect(throws: VaultError.file(path: path, call: "link", code: EEXIST)) {
        try MasterKey.random().write(to: path)
      }
    }
  }

  static let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
  static let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

  @Test(arguments: [
    hex, hex + "\n", " \t\(hex)\r\n", hex.uppercased(), base64, base64 + "\n",
    String(base64.dropLast()),
  ])
  func readsHexAndBase64(_ text: String) throws {
    var bytes = Array(text.utf8)
    let key = try MasterKey(parsing: &bytes, source: "a test")
    #expect(rawBytes(key) == (0..<32).map { UInt8($0) })
    #expect(bytes.isEmpty)
  }

  @Test func readsBothAlphabetsOfBase64() throws {
    let secret = [UInt8](repeating: 0xFB, count: 32)
    let standard = Data(secret).base64EncodedString()
    #expect(standard.contains("+"))
    var plain = Array(standard.utf8)
    var url = Array(Base64URL.encode(secret).utf8)
    #expect(
      try MasterKey(parsing: &plain, source: "").id == MasterKey(parsing: &url, source: "").id)
  }

  @Test(arguments: [
    "", "\n", "canary", String(hex.dropLast()), hex + "0", hex + "00", "x" + hex.dropFirst(),
    base64 + "=", String(base64.dropLast(2)), base64.replacingOccurrences(of: "A", with: "é"),
  ])
  func refusesWhatIsNotAKey(_ text: String) throws {
    try withFolder { folder in
      let path = "\(folder)/master.key"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      chmod(path, 0o600)
      let error = #expect(throws: VaultError.self) {
        try MasterKey.find(file: path, mayCreate: true)
      }
      guard case .masterKeyMalformed(path, _)? = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(error?.message.contains("canary") == false)
    }
  }

  @Test(arguments: [UInt32(0o644), 0o640, 0o604, 0o660, 0o700])
  func refusesAFileThatOthersMayRead(mode: UInt32) throws {
    try withFolder { folder in
      let path = "\(folder)/master.key"
      try Data(Self.hex.utf8).write(to: URL(fileURLWithPath: path))
      chmod(path, mode)
      let error = #expect(throws: VaultError.masterKeyMode(path: path, mode: mode)) {
        try MasterKey.find(file: path, mayCreate: true)
      }
      #expect(error?.message.contains("chmod 600 \(path)") == true)
      #expect(error?.message.contains("0\(String(mode, radix: 8))".suffix(4)) == true)
      chmod(path, 0o400)
      #expect(throws: Never.self) { try MasterKey.find(file: path, mayCreate: false) }
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    try withFolder { folder in
      let path = "\(folder)/master.key"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(throws: VaultError.masterKeyNotAFile(path: path)) {
        try MasterKey.find(file: path, mayCreate: true)
      }
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      #expect(throws: VaultError.masterKeyNotAFile(path: "\(folder)/pipe")) {
        try MasterKey.find(file: "\(folder)/pipe", mayCreate: true)
      }
      #expect(throws: VaultError.file(path: "\(folder)/no/key", call: "open", code: ENOENT)) {
        try MasterKey.find(file: "\(folder)/no/key", mayCreate: true)
      }
    }
  }

  @Test func comesFromTheEnvironmentOnce() throws {
    try withFolder { folder in
      setenv(MasterKey.environmentName, Self.hex, 1)
      let key = try MasterKey.find(file: "\(folder)/master.key", mayCreate: true)
      #expect(rawBytes(key) == (0..<32).map { UInt8($0) })
      #expect(getenv(MasterKey.environmentName) == nil)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/master.key"))

      setenv(MasterKey.environmentName, "canary", 1)
      let error = #expect(throws: VaultError.self) {
        try MasterKey.find(file: "\(folder)/master.key", mayCreate: true)
      }
      #expect(error?.message.contains(MasterKey.environmentName) == true)
      #expect(error?.message.contains("canary") == false)
      #expect(getenv(MasterKey.environmentName) == nil)
    }
  }

  @Test func isNeverPrinted() throws {
    var text = Array(Self.hex.utf8)
    let key = try MasterKey(parsing: &text, source: "a test")
    #expect("\(key)" == "master key \(key.id)")
    #expect(key.id.utf8.count == 16)
    #expect(!Self.hex.contains(key.id))
  }

  private func rawBytes(_ key: MasterKey) -> [UInt8] { bytes(key.key) }
}
