import JSON

/// What becomes of the keys of a user who no longer contributes any.
enum ContributedKeys {
  /// The writes of a change, and those that withdraw the keys of users from whom `contribute_keys`
  /// is taken: their secrets go, what they are known by stays.
  static func withdrawing(_ writes: [RecordWrite], on snapshot: Snapshot) -> [RecordWrite] {
    var all = writes
    for write in writes where write.kind == .user && write.change == .changed {
      guard snapshot.user(id: write.id)?.contributesKeys == true,
        write.value(of: "contribute_keys")?.bool != true
      else { continue }
      for (_, key) in snapshot.keys(ownedBy: write.id) { withdraw(key, &all, snapshot) }
    }
    return all
  }

  private static func withdraw(_ key: Key, _ writes: inout [RecordWrite], _ snapshot: Snapshot) {
    let place = writes.firstIndex { $0.kind == .key && $0.id == key.id }
    if let place, writes[place].change == .removed { return }
    // Where the change itself writes the key, all but that it is in use.
    let written = place.flatMap { writes[$0].value }
    guard var value = written ?? snapshot.record(.key, id: key.id)?.value else { return }
    guard place != nil || key.status != .withdrawn else { return }
    value["status"] = "withdrawn"
    value["secret"] = nil
    let write = RecordWrite(
      kind: .key, id: key.id, name: snapshot.shownName(.key, id: key.id), change: .changed,
      value: value)
    if let place { writes[place] = write } else { writes.append(write) }
  }
}
