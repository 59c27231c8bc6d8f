import Locks

/// An id that a provider handed out: it lives on one key and belongs to one user.
package struct OwnedID: Equatable, Sendable {
  /// `resp_…`, `conv_…`, `file-…`, as the provider wrote it.
  package var id: String
  /// The ids of our records.
  package var user: String
  package var provider: String
  package var key: String
  /// Unix time, milliseconds.
  package var expiresAtMilliseconds: Int64
  package var debt: UsageDebt
  /// What was asked for, where a usage is or was owed.
  package var owed: OwedModels

  package init(
    id: String, user: String, provider: String, key: String, expiresAtMilliseconds: Int64,
    debt: UsageDebt = .unknown, owed: OwedModels = OwedModels()
  ) {
    self.id = id
    self.user = user
    self.provider = provider
    self.key = key
    self.expiresAtMilliseconds = expiresAtMilliseconds
    self.debt = debt
    self.owed = owed
  }
}

/// The model whose use is owed, by which it is counted and priced.
package struct OwedModels: Equatable, Sendable {
  /// As the client asked.
  package var model: String?
  /// As it went to the provider.
  package var upstreamModel: String?

  /// A name that is longer than `Ledger.textBytesMax` is none.
  package init(model: String? = nil, upstreamModel: String? = nil) {
    self.model = Self.bounded(model)
    self.upstreamModel = Self.bounded(upstreamModel)
  }

  private static func bounded(_ name: String?) -> String? {
    guard let name, name.utf8.count <= Ledger.textBytesMax else { return nil }
    return name
  }

  /// Puts what another knows in the place of what this one does not.
  fileprivate mutating func learn(_ other: Self) {
    model = model ?? other.model
    upstreamModel = upstreamModel ?? other.upstreamModel
  }
}

/// Whether somebody must still account for what a response has used that is made in the background.
///
/// It only grows: what is known of it stays, in whatever order ids are named again and stored.
package enum UsageDebt: Int64, Comparable, Sendable {
  /// Whoever named the id does not know of any.
  case unknown = 0
  /// The answer that handed the id out stated no usage: a later one will.
  case owed = 1
  /// Somebody has accounted for it.
  case settled = 2

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Whose an id is, seen from one user.
package enum IDOwnership: Equatable, Sendable {
  case own(OwnedID)
  /// Only other users have been given it: to this one it does not exist.
  case anothers
  /// Nobody has been given it through this appliance, or long ago.
  case unknown
}

/// Remembers where the ids live that providers hand out.
///
/// Shared by all loops. What was noted is found at once, before the writer has stored it; a
/// look-up reads a page or two that the system has in memory, under a lock, and is made only for
/// requests that name an id.
package final class OwnedIDs: Sendable {
  private let writer: Writer
  private let reader: Guarded<Reader>

  private struct Reader: ~Copyable {
    let database: Database
    let find: Statement

    borrowing func stored(_ id: String) throws(StoreError) -> [OwnedID] {
      defer { find.reset() }
      try find.bind(1, id)
      var owners: [OwnedID] = []
      while try find.step() {
        owners.append(
          OwnedID(
            id: id, user: find.text(0), provider: find.text(1), key: find.text(2),
            expiresAtMilliseconds: find.int(3),
            debt: UsageDebt(rawValue: find.int(4)) ?? .unknown,
            owed: OwedModels(model: find.optionalText(5), upstreamModel: find.optionalText(6))))
      }
      return owners
    }
  }

  /// Opens a connection for reading beside the writer's.
  package init(_ writer: Writer) throws(StoreError) {
    self.writer = writer
    let database = try Database(path: writer.path, .reader)
    let find = try database.prepare(
      """
      SELECT user, provider, key, expires_at, usage_debt, model, upstream_model
      FROM owned_id WHERE id = ?1
      """, isKept: true)
    reader = Guarded(Reader(database: database, find: find))
  }

  /// Takes note of an id: it is found from now on.
  ///
  /// It is stored with the end of the request whose answer named it, to which the journal takes it
  /// along; what finds no room there goes to `store`.
  ///
  /// - Returns: False where there is no room for another, or it is longer than
  ///   `Ledger.textBytesMax`: it is not known then.
  package func note(_ owned: OwnedID) -> Bool { writer.note(owned) }

  /// Hands ids that were noted to the writer, which stores them with the next rows.
  package func store(_ noted: some Sequence<OwnedID>) {
    for owned in noted { writer.store(owned) }
  }

  /// Looks an id up for a user.
  package func find(
    _ id: String, user: String, nowMilliseconds: Int64
  ) throws(StoreError) -> IDOwnership {
    guard id.utf8.count <= Ledger.textBytesMax else { return .unknown }
    return try reader.withLock { reader throws(StoreError) in
      try ownership(of: id, user: user, nowMilliseconds: nowMilliseconds, reader)
    }
  }

  /// Takes over the debt of a response: the id as it is now settled, noted, for the first who asks;
  /// nil for all after.
  ///
  /// Under the lock of the look-up, so that of two who ask at once the later finds what the earlier
  /// has noted. A claim for which there is no room is none. Like any id, it is stored with the end of
  /// its request: a crash between takes back both or neither.
  package func claimUsage(
    of id: String, user: String, nowMilliseconds: Int64
  ) throws(StoreError) -> OwnedID? {
    guard id.utf8.count <= Ledger.textBytesMax else { return nil }
    return try reader.withLock { reader throws(StoreError) in
      guard
        case .own(var owned) = try ownership(
          of: id, user: user, nowMilliseconds: nowMilliseconds, reader), owned.debt == .owed
      else { return nil }
      owned.debt = .settled
      return writer.note(owned) ? owned : nil
    }
  }

  /// Removes a few ids that have expired; in the caller's transaction.
  ///
  /// - Parameters:
  ///   - milliseconds: Those that expired before this Unix time go.
  ///   - rowsMax: How many at most: a step must not hold the writer up.
  ///   - database: The owner's.
  /// - Returns: How many went.
  /// - Throws: `StoreError.sqlite`.
  package static func purge(
    expiredBefore milliseconds: Int64, rowsMax: Int, in database: Database
  ) throws(StoreError) -> Int {
    let statement = try database.prepare(
      """
      DELETE FROM owned_id WHERE (id, user) IN
        (SELECT id, user FROM owned_id WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)
      """)
    try statement.bind(1, milliseconds)
    try statement.bind(2, Int64(rowsMax))
    try statement.run()
    return database.changeCount
  }

  private func ownership(
    of id: String, user: String, nowMilliseconds: Int64, _ reader: borrowing Reader
  ) throws(StoreError) -> IDOwnership {
    // In this order: what the writer stores in between is found twice rather than not at all.
    let waiting = writer.waitingIDs(id)
    var owners = try reader.stored(id) + waiting
    owners.removeAll { $0.expiresAtMilliseconds <= nowMilliseconds }
    guard var own = owners.last(where: { $0.user == user }) else {
      return owners.isEmpty ? .unknown : .anothers
    }
    for other in owners where other.user == user {
      own.debt = max(own.debt, other.debt)
      own.owed.learn(other.owed)
    }
    return .own(own)
  }
}

/// The table behind it; belongs to the owner's connection.
final class OwnedIDTable {
  private let database: Database
  private let put: Statement

  init(_ database: Database) throws(StoreError) {
    self.database = database
    put = try database.prepare(
      """
      INSERT INTO owned_id
        (id, user, provider, key, expires_at, usage_debt, model, upstream_model)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT (id, user) DO UPDATE
      SET provider = excluded.provider, key = excluded.key, expires_at = excluded.expires_at,
        usage_debt = max(usage_debt, excluded.usage_debt), model = ifnull(excluded.model, model),
        upstream_model = ifnull(excluded.upstream_model, upstream_model)
      """, isKept: true)
  }

  /// Returns how many SQLite would not take.
  func add(contentsOf ids: some Sequence<OwnedID>) throws(StoreError) -> Int {
    var lost = 0
    for owned in ids {
      do throws(StoreError) { try add(owned) } catch {
        guard error.rejectsRow else { throw error }
        lost += 1
      }
    }
    return lost
  }

  private func add(_ owned: OwnedID) throws(StoreError) {
    try put.bind(1, owned.id)
    try put.bind(2, owned.user)
    try put.bind(3, owned.provider)
    try put.bind(4, owned.key)
    try put.bind(5, owned.expiresAtMilliseconds)
    try put.bind(6, owned.debt.rawValue)
    try put.bind(7, owned.owed.model)
    try put.bind(8, owned.owed.upstreamModel)
    try put.run()
  }
}
