/// What the end of an attempt will need of its key, which others have driven out of the caches.
struct GrantMemory: Sendable {
  private let key: ReadAhead
  private let health: ReadAhead

  init(_ key: Key, _ health: ReadAhead) {
    self.key = ReadAhead(key)
    self.health = health
  }

  func ask() {
    // Its count of references, which the request gives back.
    key.ask()
    // What every request reads or writes.
    health.ask(lines: 3)
  }
}

extension ProviderHealth {
  /// Fewer keys stay in the caches by themselves.
  private static let keysMin = 16

  /// Asks for the keys whose turns come next; to be called when one has been chosen in turn.
  ///
  /// For a key two turns ahead, and one turn later for the secret that it points to. Where keys
  /// rest or differ in weight others may come next: then nothing is gained.
  func readAhead(lane place: Int, after index: Int) {
    let range = lanes[place].range
    guard range.count >= Self.keysMin else { return }
    let next = index + 1 < range.count ? index + 1 : 0
    let afterNext = next + 1 < range.count ? next + 1 : 0
    ReadAhead(lanes[place].entries, afterNext).ask()
    let keys = roster.span
    ReadAhead(keys[range.lowerBound + afterNext]).ask(lines: 2)
    ReadAhead(whole: keys[range.lowerBound + next].secret.bytes).ask(lines: 2)
  }
}
