package import Providers

/// Remembers on which key an id lives that a provider handed out, and to whom.
///
/// Responses, conversations, files and the like exist for one upstream key only. Bounded: each
/// shard forgets its oldest entries first. What is forgotten here may still be in the store; the
/// shell asks it where `owner` knows nothing. Looked up only by requests that name an id.
package final class HandedOutIDs: Sendable {
  package struct Owner: Equatable, Sendable {
    package let keyID: String
    package let userID: String
    /// Unix time, milliseconds.
    package let expiresAtMilliseconds: Int64

    package init(keyID: String, userID: String, expiresAtMilliseconds: Int64) {
      self.keyID = keyID
      self.userID = userID
      self.expiresAtMilliseconds = expiresAtMilliseconds
    }
  }

  private struct Entries {
    var owners: [String: Owner] = [:]
    /// The order of arrival; ids that have been forgotten may still stand in it.
    var order: [String] = []
    var first = 0
  }

  private final class Shard: Sendable {
    let entries = Guarded(Entries())
  }

  private static let shardCount = 64  // A power of two, well above any loop count.

  private let shards: [Shard]
  private let perShardMax: Int

  /// - Parameter countMax: How many ids are remembered in all.
  package init(countMax: Int = 262_144) {
    perShardMax = max(1, countMax / Self.shardCount)
    shards = (0..<Self.shardCount).map { _ in Shard() }
  }

  package func remember(_ id: String, owner: Owner) {
    shard(id).entries.withLock { entries in
      if entries.owners.updateValue(owner, forKey: id) == nil { entries.order.append(id) }
      while entries.owners.count > perShardMax, entries.first < entries.order.count {
        entries.owners[entries.order[entries.first]] = nil
        entries.first += 1
      }
      if entries.first > 32, entries.first * 2 > entries.order.count {
        entries.order.removeFirst(entries.first)
        entries.first = 0
      }
    }
  }

  package func forget(_ id: String) {
    shard(id).entries.withLock { entries in
      guard entries.owners.removeValue(forKey: id) != nil else { return }
      if let place = entries.order[entries.first...].firstIndex(of: id) {
        entries.order.remove(at: place)
      }
    }
  }

  /// Nil also for what has expired.
  package func owner(of id: String, nowMilliseconds: Int64) -> Owner? {
    let owner = shard(id).entries.withLock { $0.owners[id] }
    guard let owner, owner.expiresAtMilliseconds > nowMilliseconds else { return nil }
    return owner
  }

  /// How long an id is remembered from when it was handed out, in milliseconds.
  ///
  /// OpenAI keeps responses 30 days and conversations and files until they are deleted; Gemini
  /// keeps files 48 hours and caches as long as they were made for; Anthropic keeps containers 30
  /// days. Each gets a day more; what lives until it is deleted gets a year.
  package static func lifetimeMilliseconds(of id: String) -> Int64 {
    let day: Int64 = 86_400_000
    let kept: [(prefix: String, days: Int64)] = [
      ("conv_", 366), ("file-", 366), ("file_", 366), ("batch_", 366), ("files/", 3),
      ("cachedContents/", 366),
    ]
    let days = kept.first { id.hasPrefix($0.prefix) }?.days ?? 31
    return days * day
  }

  /// The one key that a request must go to, from the ids it names; nil if it names none.
  ///
  /// `owner` finds an id's owner, here and in the store. An id that is unknown or another user's
  /// is `resourceNotFound`.
  package static func pinnedKeyID(
    for ids: [String], userID: String, owner: (String) -> Owner?
  ) throws(Refusal) -> String? {
    var keyID: String?
    for id in ids {
      guard let owner = owner(id), owner.userID == userID else { throw .resourceNotFound(id: id) }
      if let keyID, keyID != owner.keyID {
        throw .malformed(
          "The ids in this request live on different upstream keys and cannot be used together.")
      }
      keyID = owner.keyID
    }
    return keyID
  }

  private func shard(_ id: String) -> Shard {
    shards[Int(truncatingIfNeeded: StableHash.of(id)) & (Self.shardCount - 1)]
  }
}
