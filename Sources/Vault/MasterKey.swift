import COpenSSL
import Glibc

/// The key that wraps all others: 32 bytes out of a file of mode 0600 or out of the environment.
///
/// It is needed when the keyring is opened or re-wrapped, and kept no longer than that.
package struct MasterKey: Sendable {
  /// The environment variable that takes the place of the file.
  package static let environmentName = "APPLIANCE_MASTER_KEY"

  let key: Secret
  /// Tells master keys apart without giving anything away; stands in what it wrapped.
  package let id: String

  init(_ key: Secret) throws(VaultError) {
    precondition(key.count == 32)
    self.key = key
    id = try HKDF.sha256(key, info: "appliance master key id", count: 8).withBytes {
      Hex.encode($0)
    }
  }

  /// A new one.
  package static func random() throws(VaultError) -> MasterKey { try MasterKey(Random.key()) }

  /// Finds the master key: the environment variable if it is set, else the file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mayCreate: Make the file if there is none. Only for a database without wrapped keys.
  /// - Returns: The key, not yet tried on anything.
  /// - Throws: `VaultError`, with words for the operator.
  package static func find(
    file path: String, mayCreate: Bool
  ) throws(VaultError) -> MasterKey {
    if let key = try fromEnvironment() { return key }
    return try fromFile(path, mayCreate: mayCreate)
  }

  /// Takes the master key out of the environment, so that neither `/proc` nor a child shows it.
  ///
  /// Call it before other threads start: the environment has no lock.
  package static func fromEnvironment() throws(VaultError) -> MasterKey? {
    guard let value = getenv(environmentName) else { return nil }
    let length = strlen(value)
    var text = [UInt8](UnsafeRawBufferPointer(start: value, count: length))
    OPENSSL_cleanse(value, length)
    unsetenv(environmentName)
    return try MasterKey(parsing: &text, source: "the environment variable \(environmentName)")
  }

  /// Reads the file, or makes it.
  package static func fromFile(
    _ path: String, mayCreate: Bool
  ) throws(VaultError) -> MasterKey {
    if var text = try MasterKeyFile.read(path) {
      return try MasterKey(parsing: &text, source: path)
    }
    guard mayCreate else { throw .masterKeyMissing(path: path) }
    let key = try MasterKey.random()
    try key.write(to: path)
    return key
  }

  /// Writes a new file of mode 0600; it is on disk when this returns.
  ///
  /// - Throws: `VaultError.file` with `EEXIST` when there is one: no key is ever overwritten.
  package func write(to path: String) throws(VaultError) {
    var text = key.withBytes { Array(Hex.encode($0).utf8) } + [UInt8(ascii: "\n")]
    defer { wipe(&text) }
    try MasterKeyFile.create(path, text)
  }

  /// Reads hex or base64 and wipes `text`.
  init(parsing text: inout [UInt8], source: String) throws(VaultError) {
    defer { wipe(&text) }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    var content = Array(text.drop(while: isSpace))
    while let last = content.last, isSpace(last) { content.removeLast() }
    defer { wipe(&content) }
    var bytes = Hex.decode(content) ?? Self.base64(content) ?? []
    defer { wipe(&bytes) }
    guard bytes.count == 32 else {
      throw .masterKeyMalformed(source: source, length: content.count)
    }
    try self.init(Secret(bytes))
  }

  /// Either alphabet, with or without the one character of padding that 32 bytes take.
  private static func base64(_ text: [UInt8]) -> [UInt8]? {
    var plain = text
    defer { wipe(&plain) }
    if plain.last == UInt8(ascii: "=") { plain.removeLast() }
    for index in plain.indices {
      if plain[index] == UInt8(ascii: "+") { plain[index] = UInt8(ascii: "-") }
      if plain[index] == UInt8(ascii: "/") { plain[index] = UInt8(ascii: "_") }
    }
    return Base64URL.decode(plain)
  }
}

extension MasterKey: CustomStringConvertible {
  package var description: String { "master key \(id)" }
}
