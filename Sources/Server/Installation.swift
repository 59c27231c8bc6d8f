import Cluster
package import Gateway
package import Store
package import Vault

/// The opened data folder: its lock, its keys, its writer and its records.
///
/// One process holds it. `serve` runs on it; a command takes it when no appliance runs.
package final class Installation: Sendable {
  package let directory: DataDirectory
  package let keyring: Keyring
  package let writer: Writer
  package let records: RecordBook
  package let ownedIDs: OwnedIDs
  /// What users and tokens with limits and budgets have used.
  package let accounts: Accounts
  package let node: UInt64
  /// Stored records that could not stand and are left out, and files that could not be read, in words.
  package let problems: [String]

  /// Takes the lock and opens everything; makes keys and database on an empty folder.
  ///
  /// A wrong master key is found before anything is written. An empty `masterKeyFile` means the
  /// one in the data folder.
  package init(dataPath: String, masterKeyFile: String = "") throws(OperationFailure) {
    // A command that has just ended may still be closing its database.
    directory = try storing { () throws(StoreError) in
      try DataDirectory(dataPath, waitMilliseconds: 200)
    }
    let path = directory.databasePath
    let stored = try storing { () throws(StoreError) in try KeyStore.peek(path: path) }
    let keyPath = masterKeyFile.isEmpty ? directory.masterKeyPath : masterKeyFile
    let made: [WrappedKey]
    (keyring, made) = try Self.keys(stored, keyPath)
    let journal = directory.journalPath
    let accounts = Accounts(run: Random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } | 1)
    self.accounts = accounts
    let writer = try storing { () throws(StoreError) in
      try Writer(path: path, journal: journal) { charges in
        let wall = wallClockMilliseconds()
        for charge in charges { accounts.stored(charge, wall: wall) }
      }
    }
    self.writer = writer
    let fresh = made.map(StoredKey.init)
    let (node, newest, all) = try storing { () throws(StoreError) in
      try writer.performAndWait { database throws(StoreError) in
        if !fresh.isEmpty { try KeyStore.put(fresh, in: database) }
        return (
          try RecordStore.nodeID(in: database), try RecordStore.newestVersion(in: database),
          try RecordStore.all(in: database)
        )
      }
    }
    let sealer = keyring.sealer
    let loaded = Snapshot.loading(
      all, basePrices: .builtIn, zones: ZoneTable { ZoneFiles.read($0) }
    ) { kind, id, field, sealed in
      try? sealer.open(sealed, kind: kind.rawValue, id: id, field: field)
    }
    self.node = node
    let unreadable = try storing { () throws(StoreError) in try writer.unreadableJournals() }
    problems =
      loaded.problems.map { "a stored record is left out: \($0)" }
      + unreadable.map {
        "\($0) is no journal that this version can read: what only it holds is not in the ledger"
      }
    let snapshot = loaded.snapshot
    try storing { () throws(StoreError) in
      try writer.settleCrashed { receipt in
        let vendor = receipt.provider.flatMap { snapshot.provider(named: $0)?.vendor }
        Meter.settleCrashed(&receipt, vendor: vendor, prices: snapshot.prices)
        // What is known to budgets of a request without an end is what its row says.
        guard receipt.charge?.isOwners == false else { return }
        if let cost = receipt.costNanoUSD {
          receipt.charge?.nanoUSD = cost
        } else if let charged = receipt.charge?.nanoUSD, charged > 0 {
          receipt.anomalies.append(BudgetAnomaly.estimateCharged)
        }
      }
    }
    records = RecordBook(
      snapshot: loaded.snapshot, clock: HybridClock(node: node, last: newest), writer: writer,
      sealer: sealer, accounts: accounts)
    try storing { () throws(StoreError) in
      try AccountKeeper(accounts: accounts, writer: writer).load(loaded.snapshot)
    }
    ownedIDs = try storing { () throws(StoreError) in try OwnedIDs(writer) }
  }

  /// Stores what waits and closes the database.
  package func close() { writer.close() }

  private static func keys(
    _ stored: [StoredKey], _ path: String
  ) throws(OperationFailure) -> (Keyring, made: [WrappedKey]) {
    do throws(VaultError) {
      let master = try MasterKey.find(file: path, mayCreate: stored.isEmpty)
      guard stored.isEmpty else {
        return (try Keyring(masterKey: master, wrapped: stored.compactMap(WrappedKey.init)), [])
      }
      let (keyring, wrapped) = try Keyring.make(
        masterKey: master, nowMilliseconds: wallClockMilliseconds())
      return (keyring, wrapped)
    } catch {
      throw OperationFailure(code: "master_key", message: error.message)
    }
  }
}

/// Puts the store's failures into an operator's words.
private func storing<Value>(
  _ body: () throws(StoreError) -> Value
) throws(OperationFailure) -> Value {
  do throws(StoreError) { return try body() } catch { throw OperationFailure(error) }
}

extension StoredKey {
  fileprivate init(_ key: WrappedKey) {
    self.init(
      id: key.id, purpose: key.purpose.rawValue, wrapped: key.wrapped,
      createdAtMilliseconds: key.createdAtMilliseconds)
  }
}

extension WrappedKey {
  fileprivate init?(_ key: StoredKey) {
    guard let purpose = Purpose(rawValue: key.purpose) else { return nil }
    self.init(
      id: key.id, purpose: purpose, wrapped: key.wrapped,
      createdAtMilliseconds: key.createdAtMilliseconds)
  }
}

extension OperationFailure {
  init(_ error: StoreError) {
    if case .inUse = error {
      self.init(code: "in_use", message: error.message)
    } else {
      self.init(code: "storage", message: error.message)
    }
  }
}
