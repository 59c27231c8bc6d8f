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
  /// What the keys of each pool serve, in the order of `pools`.
  private let offers: [Offer]

  private struct Offer: Sendable {
    let level: Int
    /// A key has no list, or one that is not empty.
    var isAny = false
    /// A key has no list.
    var isOpen = false
    var listed: Set<String> = []
    var patterns: [NamePattern] = []

    init(level: Int, keys: ArraySlice<Key>) {
      self.level = level
      var patterns: Set<NamePattern> = []
      for key in keys {
        isAny = isAny || key.models?.isEmpty != true
        isOpen = isOpen || key.models == nil
        listed.formUnion(key.models?.literals ?? [])
        patterns.formUnion(key.models?.patterns ?? [])
      }
      self.patterns = patterns.sorted { $0.text < $1.text }
    }

    func fit(_ model: String) -> Fit {
      if model.isEmpty { return isAny ? .open : .none }
      if !listed.isEmpty, listed.contains(model) { return .listed }
      if patterns.contains(where: { $0.matches(model) }) { return .listed }
      return isOpen ? .open : .none
    }
  }

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
    offers = pools.map { Offer(level: $0.level, keys: sorted[$0.range]) }
  }

  package var isEmpty: Bool { keys.isEmpty }

  /// How well the keys of some levels can serve a model.
  package enum Fit: Int, Comparable, Sendable {
    /// No key can.
    case none
    /// Only keys without a list.
    case open
    /// A key lists it.
    case listed

    package static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }
  }

  /// How well the keys of the permitted levels serve a model; every key counts where that is
  /// empty.
  package func fit(_ model: String, _ tiers: Tiers) -> Fit {
    var best = Fit.none
    for offer in offers where tiers.permits(offer.level) {
      let fit = offer.fit(model)
      if fit == .listed { return fit }
      best = max(best, fit)
    }
    return best
  }

  /// Whether some key has no list, or one that is not empty: it could serve something.
  package func couldServe(_ tiers: Tiers) -> Bool {
    offers.contains { tiers.permits($0.level) && $0.isAny }
  }

  /// The level where a request that stays on one level has its keys; nil: nowhere.
  func home(of model: String, _ tiers: Tiers) -> Int? {
    offers.first { $0.level <= tiers.start && tiers.permits($0.level) && $0.fit(model) != .none }?
      .level
  }

  /// The models that keys of the permitted levels list by name, sorted.
  package func listedModels(_ tiers: Tiers) -> [String] {
    var models: Set<String> = []
    for offer in offers where tiers.permits(offer.level) { models.formUnion(offer.listed) }
    return models.sorted()
  }
}
