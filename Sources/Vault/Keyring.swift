/// A key as the database holds it: wrapped by the master key.
package struct WrappedKey: Equatable, Sendable {
  package enum Purpose: String, Sendable, CaseIterable {
    /// Seals fields of records.
    case seal
    /// Keys the digests of tokens.
    case digest
  }

  package let id: String
  package let purpose: Purpose
  /// `w1.<master key id>.<box>`, the box in base64url.
  package let wrapped: String
  /// Unix time, milliseconds.
  package let createdAtMilliseconds: Int64

  package init(id: String, purpose: Purpose, wrapped: String, createdAtMilliseconds: Int64) {
    self.id = id
    self.purpose = purpose
    self.wrapped = wrapped
    self.createdAtMilliseconds = createdAtMilliseconds
  }
}

/// The keys of an appliance, unwrapped: data keys that seal, and the key of the token digests.
///
/// Envelope encryption: the master key wraps these and nothing else, so that another master key
/// means new wrappings of a few keys, and neither sealed fields nor token digests change.
package struct Keyring: Sendable {
  private struct Entry: Sendable {
    let id: String
    let purpose: WrappedKey.Purpose
    let createdAtMilliseconds: Int64
    let key: Secret
  }

  private let entries: [Entry]
  package let sealer: Sealer
  package let digester: TokenDigester

  /// The keys of a new database.
  ///
  /// - Returns: The keyring, and what to store of it before anything is sealed.
  package static func make(
    masterKey: MasterKey, nowMilliseconds: Int64
  ) throws(VaultError) -> (keyring: Keyring, wrapped: [WrappedKey]) {
    let entries = WrappedKey.Purpose.allCases.map { purpose in
      Entry(
        id: Random.id(8), purpose: purpose, createdAtMilliseconds: nowMilliseconds,
        key: Random.key())
    }
    let keyring = try Keyring(entries)
    return (keyring, try keyring.wrapped(by: masterKey))
  }

  /// Unwraps the keys of an existing database.
  ///
  /// - Throws: `VaultError.wrongMasterKey` before anything was written anywhere.
  package init(masterKey: MasterKey, wrapped: [WrappedKey]) throws(VaultError) {
    var entries: [Entry] = []
    for key in wrapped {
      entries.append(
        Entry(
          id: key.id, purpose: key.purpose, createdAtMilliseconds: key.createdAtMilliseconds,
          key: try Self.unwrap(key, by: masterKey)))
    }
    try self.init(entries)
  }

  private init(_ entries: [Entry]) throws(VaultError) {
    let newestFirst = entries.sorted {
      ($0.createdAtMilliseconds, $0.id) > ($1.createdAtMilliseconds, $1.id)
    }
    let dataKeys = newestFirst.filter { $0.purpose == .seal }
    guard let newest = dataKeys.first else { throw .keyAbsent(purpose: "seal") }
    guard let digest = newestFirst.last(where: { $0.purpose == .digest }) else {
      throw .keyAbsent(purpose: "digest")
    }
    self.entries = entries
    sealer = Sealer(
      keys: Dictionary(dataKeys.map { ($0.id, $0.key) }, uniquingKeysWith: { first, _ in first }),
      newest: newest.id, newestKey: newest.key)
    digester = TokenDigester(key: try HKDF.sha256(digest.key, info: "appliance token digest"))
  }

  /// The same keys wrapped by a master key: to be stored in place of the old rows, all at once.
  package func wrapped(by masterKey: MasterKey) throws(VaultError) -> [WrappedKey] {
    var wrapped: [WrappedKey] = []
    for entry in entries { wrapped.append(try Self.wrap(entry, by: masterKey)) }
    return wrapped
  }

  private static func wrap(
    _ entry: Entry, by masterKey: MasterKey
  ) throws(VaultError) -> WrappedKey {
    let box = try entry.key.withBytes { bytes throws(VaultError) in
      try AuthenticatedCipher.seal(
        bytes, key: masterKey.key, associated: associated(entry.id, entry.purpose))
    }
    return WrappedKey(
      id: entry.id, purpose: entry.purpose, wrapped: "w1.\(masterKey.id).\(Base64URL.encode(box))",
      createdAtMilliseconds: entry.createdAtMilliseconds)
  }

  private static func unwrap(
    _ key: WrappedKey, by masterKey: MasterKey
  ) throws(VaultError) -> Secret {
    let parts = key.wrapped.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("w1".utf8), let box = Base64URL.decode(parts[2])
    else { throw .keyDamaged(id: key.id) }
    guard parts[1].elementsEqual(masterKey.id.utf8) else {
      throw .wrongMasterKey(
        expected: String(decoding: parts[1], as: UTF8.self), given: masterKey.id)
    }
    do {
      var bytes = try AuthenticatedCipher.open(
        box, key: masterKey.key, associated: associated(key.id, key.purpose))
      defer { wipe(&bytes) }
      guard bytes.count == 32 else { throw VaultError.sealBroken }
      return Secret(bytes)
    } catch {
      throw .keyDamaged(id: key.id)
    }
  }

  private static func associated(_ id: String, _ purpose: WrappedKey.Purpose) -> [UInt8] {
    AuthenticatedCipher.associated("appliance wrapped key 1", id, purpose.rawValue)
  }
}
