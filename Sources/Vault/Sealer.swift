/// Seals fields of records and opens them again.
///
/// A sealed text opens only in its place: kind, id and field of the record are bound to it, so that
/// a secret cannot be moved to another record. Form: `v1.<data key id>.<box>`, where the box is
/// nonce, ciphertext and tag of AES-256-GCM in base64url.
package struct Sealer: Sendable {
  private let keys: [String: Secret]
  private let newest: String
  private let newestKey: Secret

  init(keys: [String: Secret], newest: String, newestKey: Secret) {
    self.keys = keys
    self.newest = newest
    self.newestKey = newestKey
  }

  package func seal(
    _ plaintext: [UInt8], kind: String, id: String, field: String
  ) throws(VaultError) -> String {
    let associated = Self.associated(newest, kind, id, field)
    let box = try plaintext.span.withUnsafeBytes { bytes throws(VaultError) in
      try AuthenticatedCipher.seal(bytes, key: newestKey, associated: associated)
    }
    return "v1.\(newest).\(Base64URL.encode(box))"
  }

  /// - Throws: `VaultError.sealBroken` when one bit of the text or its place is another.
  package func open(
    _ sealed: String, kind: String, id: String, field: String
  ) throws(VaultError) -> [UInt8] {
    let parts = sealed.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("v1".utf8) else { throw .notSealed }
    let keyID = String(decoding: parts[1], as: UTF8.self)
    guard let key = keys[keyID] else { throw .unknownDataKey(id: keyID) }
    guard let box = Base64URL.decode(parts[2]) else { throw .sealBroken }
    return try AuthenticatedCipher.open(
      box, key: key, associated: Self.associated(keyID, kind, id, field))
  }

  private static func associated(
    _ keyID: String, _ kind: String, _ id: String, _ field: String
  ) -> [UInt8] {
    AuthenticatedCipher.associated("appliance sealed field 1", keyID, kind, id, field)
  }
}
