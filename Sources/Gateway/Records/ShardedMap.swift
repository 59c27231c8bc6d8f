/// A dictionary cut into shards, so that a copy with one entry changed costs one shard.
///
/// A value: copying it shares all shards; a change copies the shard it falls into and the list of
/// shards (256 references). Held by the snapshot, where every change makes a new map.
package struct ShardedMap<Key: ShardKey & Sendable, Value: Sendable>: Sendable {
  private static var shardCount: Int { 256 }  // A power of two.

  private var shards: [[Key: Value]]
  package private(set) var count = 0

  package init() {
    shards = Array(repeating: [:], count: Self.shardCount)
  }

  package subscript(key: Key) -> Value? {
    get {
      shards[place(of: key)][key]
    }
    set {
      let place = place(of: key)
      let before = shards[place].count
      shards[place][key] = newValue
      count += shards[place].count - before
    }
  }

  /// Calls `body` for every entry, in no order.
  package func forEachEntry(_ body: (Key, Value) -> Void) {
    for shard in shards {
      for (key, value) in shard { body(key, value) }
    }
  }

  /// The values, in no order.
  package var values: [Value] {
    var all: [Value] = []
    all.reserveCapacity(count)
    for shard in shards { all.append(contentsOf: shard.values) }
    return all
  }

  private func place(of key: Key) -> Int {
    Int(truncatingIfNeeded: key.shardHash) & (Self.shardCount - 1)
  }
}

/// What finds its shard cheaply: the lower bits of `shardHash` must be spread well.
package protocol ShardKey: Hashable {
  var shardHash: UInt64 { get }
}

extension TokenDigestBytes: ShardKey {
  package var shardHash: UInt64 { spread }
}

extension String: ShardKey {
  package var shardHash: UInt64 { StableHash.of(self) }
}
