/// The keys of one provider that the operator lets serve, sorted into pools.
///
/// A pool is the keys of one level: a range of `keys`, the highest level first. Immutable, made
/// anew when the provider or one of its keys changes.
package struct Roster: Sendable {
  package struct Pool: Sendable, Equatable {
    package let level: Int
    package let range: Range<Int>
  }

  /// By level, highest first, then by id: the order in which they were made.
  package let keys: [Key]
  package let pools: [Pool]
  /// Rises with every change of the provider, so that the newest of two rosters is known.
  package let revision: UInt64
  /// The lowest level with a key that serves anything at all.
  private let anyLevel: Int?
  /// The lowest level with a key that serves every model.
  private let openLevel: Int?
  /// The lowest level at which a key lists the model.
  private let listedLevels: [String: Int]
  private let patternLevels: [(pattern: NamePattern, level: Int)]

  init(keys: [Key], revision: UInt64) {
    let sorted = keys.filter { $0.status == .active }
      .sorted { ($1.level, $0.id) < ($0.level, $1.id) }
    self.keys = sorted
    self.revision = revision
    var pools: [Pool] = []
    var start = 0
    for index in sorted.indices
    where index + 1 == sorted.count || sorted[index + 1].level != sorted[index].level {
      pools.append(Pool(level: sorted[index].level, range: start..<(index + 1)))
      start = index + 1
    }
    self.pools = pools
    anyLevel = sorted.last { $0.models?.isEmpty != true }?.level
    openLevel = sorted.last { $0.models == nil }?.level
    var listed: [String: Int] = [:]
    var patterns: [NamePattern: Int] = [:]
    for key in sorted {
      for name in key.models?.literals ?? [] { listed[name] = key.level }
      for pattern in key.models?.patterns ?? [] { patterns[pattern] = key.level }
    }
    listedLevels = listed
    patternLevels = patterns.sorted { $0.key.text < $1.key.text }
      .map { (pattern: $0.key, level: $0.value) }
  }

  package var isEmpty: Bool { keys.isEmpty }

  /// How well the keys up to a level can serve a model.
  package enum Fit: Int, Comparable, Sendable {
    /// No key can.
    case none
    /// Only keys without a list.
    case open
    /// A key lists it.
    case listed

    package static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }
  }

  /// How well the keys up to a level serve a model; every key counts where that is empty.
  package func fit(_ model: String, levelMax: Int) -> Fit {
    if model.isEmpty { return couldServe(levelMax: levelMax) ? .open : .none }
    if let level = listedLevels[model], level <= levelMax { return .listed }
    if patternLevels.contains(where: { $0.level <= levelMax && $0.pattern.matches(model) }) {
      return .listed
    }
    return openLevel.map { $0 <= levelMax } == true ? .open : .none
  }

  /// Whether some key has no list, or one that is not empty: it could serve something.
  package func couldServe(levelMax: Int) -> Bool {
    anyLevel.map { $0 <= levelMax } == true
  }

  /// The models that keys up to a level list by name, sorted.
  package func listedModels(levelMax: Int) -> [String] {
    listedLevels.filter { $0.value <= levelMax }.map(\.key).sorted()
  }
}
