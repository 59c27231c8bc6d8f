/// The keys of one pool as one model sees them: who is next, and who may not be used now.
///
/// Keys are chosen by their virtual time, which a choice moves on by a stride of one over the
/// key's weight (stride scheduling; Waldspurger and Weihl, 1995): weighted round robin in one pass
/// over plain numbers. A key that comes back from a rest takes its turn, not all it has missed.
struct Lane: Sendable {
  struct Entry {
    /// The key's virtual time.
    var pass: UInt64
    let stride: UInt64
    /// Not to be used before; `distantFuture` for a key that cannot serve the model.
    var blockedUntil: Moment
    /// Until then, other keys go first.
    var doubtUntil: Moment
    /// Its latest attempt failed as the provider's failure: until it serves, keys with a good record
    /// go first.
    var isFailing = false
    /// The choice that excludes it.
    var excludedBy: UInt64 = 0
    /// The key's hash, for affinity.
    let keyHash: UInt64

    /// `stamp` is the choice that is made.
    func isUsable(now: Moment, stamp: UInt64) -> Bool {
      blockedUntil <= now && excludedBy != stamp
    }

    /// Whether nothing speaks against the key.
    func isGood(now: Moment, stamp: UInt64) -> Bool {
      isUsable(now: now, stamp: stamp) && doubtUntil <= now && !isFailing
    }

    /// Whether nothing speaks against the key but that its latest attempt failed.
    func isGoodButFailing(now: Moment, stamp: UInt64) -> Bool {
      isUsable(now: now, stamp: stamp) && isFailing && doubtUntil < .distantFuture
    }
  }

  /// What was learned of one (key, model).
  struct Pair {
    /// Its list lets the key serve the model.
    var isListed: Bool
    var coolsUntil = Moment.distantPast
    /// When an attempt was last told that it is rate limited, and how often in a row.
    var limitedAt = Moment.distantPast
    var limitedInARow = 0
    var unfitUntil = Moment.distantPast
    /// Nothing is left of its limits until then.
    var emptyUntil = Moment.distantPast
    var showing = Showing.unknown

    var blockedUntil: Moment {
      isListed ? max(coolsUntil, unfitUntil) : .distantFuture
    }

    /// Whether there is anything that a success disproves.
    var isDoubtful: Bool {
      limitedInARow > 0 || unfitUntil > .distantPast || showing == .notShown
    }
  }

  /// Whether the provider's own list of models, as it shows it to a key, holds the lane's model.
  ///
  /// Lists lack aliases and hold models that are refused after all: it is a hint, and only beside
  /// a key whose list differs.
  enum Showing: Sendable {
    /// Never asked, or the operator's list decides.
    case unknown
    case shown
    case notShown
  }

  /// A turn of a key of weight 1: large enough that a stride is exact to a thousandth for the
  /// largest weight, small enough that 2^40 turns fit.
  static let turn: UInt64 = 1 << 24

  private static let owedTurnsMax: UInt64 = 4

  let level: Int
  let model: String
  /// Places of the pool's keys in the roster.
  let range: Range<Int>
  var entries: [Entry]
  private(set) var pairs: [Pair]
  /// How many pairs are doubtful: mostly none, and then a success need not look at its own.
  private var doubtfulCount = 0
  /// What providers said is left, by key; empty until one has said something.
  private(set) var quotas: [Quota?] = []
  /// How many keys the provider shows the model.
  private var shownCount = 0
  private(set) var failingCount = 0
  /// No failing key may be tried before.
  private var trialsFrom = Moment.distantFuture
  var line = WaitLine()
  var usedAt = Moment.distantPast
  private(set) var virtualTime: UInt64 = 0
  /// No key before this one is due: each has had its turn at this virtual time.
  private var searchStart = 0

  init(level: Int, model: String, range: Range<Int>, keys: [Key]) {
    self.level = level
    self.model = model
    self.range = range
    entries = []
    pairs = []
    entries.reserveCapacity(range.count)
    pairs.reserveCapacity(range.count)
    for key in keys[range] {
      let isListed = key.serves(model)
      pairs.append(Pair(isListed: isListed))
      entries.append(
        Entry(
          pass: 0, stride: Self.turn / UInt64(clamping: max(key.weight, 1)),
          blockedUntil: isListed ? .distantPast : .distantFuture, doubtUntil: .distantPast,
          keyHash: key.stableHash))
    }
  }

  /// Goes on where another lane of the same pool stands, so that a pool serves many models in
  /// turn and not each of them with its first key.
  mutating func continueTurns(of other: Lane) {
    guard other.entries.count == entries.count else { return }
    virtualTime = other.virtualTime
    searchStart = 0
    for index in entries.indices { entries[index].pass = other.entries[index].pass }
  }

  // MARK: - What is known of a pair

  /// Changes what is known of a pair; `key` is what is known of its key.
  mutating func change(_ index: Int, of key: KeyHealth.Rest, _ change: (inout Pair) -> Void) {
    changePair(index) { change(&$0) }
    refresh(index, of: key)
  }

  private mutating func changePair(_ index: Int, _ change: (inout Pair) -> Void) {
    let wasDoubtful = pairs[index].isDoubtful
    change(&pairs[index])
    doubtfulCount += (pairs[index].isDoubtful ? 1 : 0) - (wasDoubtful ? 1 : 0)
  }

  /// The pair has served; mostly that is nothing new.
  mutating func served(_ index: Int, of key: KeyHealth.Rest) {
    guard doubtfulCount > 0, pairs[index].isDoubtful else { return }
    change(index, of: key) { pair in
      pair.limitedInARow = 0
      pair.unfitUntil = .distantPast
      if pair.showing == .notShown { pair.showing = .unknown }
    }
  }

  /// Brings a key's health and its pair's together.
  mutating func refresh(_ index: Int, of key: KeyHealth.Rest) {
    let pair = pairs[index]
    entries[index].blockedUntil = max(key.blockedUntil, pair.blockedUntil)
    let isHidden = pair.showing == .notShown && shownCount > 0
    entries[index].doubtUntil =
      isHidden ? .distantFuture : max(key.doubtUntil, pair.emptyUntil)
    failingCount += (key.isFailing ? 1 : 0) - (entries[index].isFailing ? 1 : 0)
    entries[index].isFailing = key.isFailing
    if key.isFailing { trialsFrom = min(trialsFrom, Self.trialFrom(entries[index])) }
  }

  private static func trialFrom(_ entry: Entry) -> Moment {
    max(entry.blockedUntil, entry.doubtUntil)
  }

  /// Whether some failing key's doubt is over; mostly known without a look at the keys.
  mutating func hasTrialDue(now: Moment) -> Bool {
    guard failingCount > 0, trialsFrom <= now else { return false }
    var earliest = Moment.distantFuture
    for entry in entries where entry.isFailing { earliest = min(earliest, Self.trialFrom(entry)) }
    trialsFrom = earliest
    return earliest <= now
  }

  mutating func note(_ quota: Quota, _ index: Int, of key: KeyHealth.Rest) {
    if quotas.isEmpty { quotas = Array(repeating: nil, count: entries.count) }
    quotas[index] = quota
    pairs[index].emptyUntil = quota.emptyUntil
    refresh(index, of: key)
  }

  /// Takes note of what the provider shows a key; `keys` are the roster's.
  mutating func note(_ showing: Showing, _ index: Int, keys: [KeyHealth]) {
    let old = pairs[index].showing
    guard old != showing else { return }
    changePair(index) { $0.showing = showing }
    let wasTold = shownCount > 0
    shownCount += (showing == .shown ? 1 : 0) - (old == .shown ? 1 : 0)
    if wasTold != (shownCount > 0) {
      for place in entries.indices { refresh(place, of: keys[range.lowerBound + place].rest) }
    } else {
      refresh(index, of: keys[range.lowerBound + index].rest)
    }
  }

  /// Takes over what an older lane knows of one key.
  mutating func inherit(_ index: Int, from other: Lane, at otherIndex: Int, keepsPair: Bool) {
    virtualTime = other.virtualTime
    searchStart = 0
    line = other.line
    usedAt = other.usedAt
    entries[index].pass = other.entries[otherIndex].pass
    if keepsPair { inheritPair(index, from: other, at: otherIndex) }
  }

  /// Whether there is anything to take over of a key.
  func isKnown(_ index: Int) -> Bool {
    let pair = pairs[index]
    return pair.coolsUntil > .distantPast || pair.unfitUntil > .distantPast
      || (quotas.indices.contains(index) && quotas[index] != nil)
  }

  /// Takes over what a lane of the same model knows of one key, whatever its level was there.
  mutating func inheritPair(_ index: Int, from other: Lane, at otherIndex: Int) {
    changePair(index) { pair in
      let (isListed, showing) = (pair.isListed, pair.showing)
      pair = other.pairs[otherIndex]
      pair.isListed = isListed
      pair.showing = showing
    }
    guard other.quotas.indices.contains(otherIndex), let quota = other.quotas[otherIndex] else {
      return
    }
    if quotas.isEmpty { quotas = Array(repeating: nil, count: entries.count) }
    quotas[index] = quota
  }

  /// Begins the virtual time of a new key at the lane's.
  mutating func beginTurns(_ index: Int) {
    entries[index].pass = virtualTime
    searchStart = min(searchStart, index)
  }

  /// The next key by weighted round robin, or nil if none may be used now.
  ///
  /// Entries that carry `stamp` are left out. With `mayTry`, a failing key whose doubt is over has
  /// its turn too.
  func next(now: Moment, stamp: UInt64, mayTry: Bool = false) -> Turn? {
    if !mayTry, let due = firstDue(now: now, stamp: stamp) { return Turn(index: due) }
    var order = KeyOrder()
    let entries = entries.span
    for index in entries.indices {
      let entry = entries[index]
      guard entry.isUsable(now: now, stamp: stamp) else { continue }
      order.offer(index, rank: max(entry.pass, virtualTime), entry, now: now)
    }
    return order.first(mayTry: mayTry)
  }

  /// The first good key whose turn has come: none can come before it, so that the others of a large
  /// pool need not be looked at.
  private func firstDue(now: Moment, stamp: UInt64) -> Int? {
    let entries = entries.span
    for index in min(searchStart, entries.count)..<entries.count {
      let entry = entries[index]
      if entry.pass <= virtualTime, entry.isGood(now: now, stamp: stamp) { return index }
    }
    return nil
  }

  /// The user's own key: the usable one with the least distance by a hash of user and key.
  ///
  /// Rendezvous hashing (Thaler and Ravishankar, 1998) with weights: when a key rests only its
  /// users move, and they come back.
  func next(for user: UInt64, now: Moment, stamp: UInt64, mayTry: Bool = false) -> Turn? {
    var order = KeyOrder()
    let entries = entries.span
    for index in entries.indices {
      let entry = entries[index]
      guard entry.isUsable(now: now, stamp: stamp) else { continue }
      let distance = Self.distance(StableHash.mix(user ^ entry.keyHash), stride: entry.stride)
      // The bits of numbers that are not negative are in the order of the numbers.
      order.offer(index, rank: distance.bitPattern, entry, now: now)
    }
    var turn = order.first(mayTry: mayTry)
    turn?.isInTurn = false
    return turn
  }

  /// `-log2(u) / w` for `u` the hash as a fraction of 2^64: its least falls on a key in proportion
  /// to its weight `w`.
  ///
  /// The logarithm is the number of leading zeros and, for the bits behind them, a parabola that
  /// is off by less than 0.01.
  private static func distance(_ hash: UInt64, stride: UInt64) -> Double {
    let zeros = hash.leadingZeroBitCount
    let behind = (hash << UInt64(zeros)) << 1
    let fraction = Double(behind >> 12) / 4_503_599_627_370_496  // 2^52
    let logarithm = Double(zeros + 1) - fraction * (1.346_6 - 0.346_6 * fraction)
    return max(logarithm, 0) * Double(stride)
  }

  /// Whether nothing speaks against some other key than this.
  func hasGoodKey(beside index: Int, now: Moment) -> Bool {
    // No choice is being made: none is excluded.
    entries.indices.contains { $0 != index && entries[$0].isGood(now: now, stamp: .max) }
  }

  /// How many keys could be used now.
  func usableCount(now: Moment) -> Int {
    entries.count { $0.blockedUntil <= now }
  }

  /// Charges a key for one turn.
  ///
  /// One that was not taken in turn, but for affinity or because it served last, is charged and moves
  /// nobody else on; of many such it owes the others four turns at most.
  mutating func chose(_ index: Int, inTurn: Bool) {
    let pass = max(entries[index].pass, virtualTime)
    if inTurn, pass != virtualTime {
      virtualTime = pass
      searchStart = 0
    }
    let stride = entries[index].stride
    entries[index].pass =
      inTurn ? pass &+ stride : min(pass &+ stride, virtualTime &+ Self.owedTurnsMax &* stride)
    while searchStart < entries.count, entries[searchStart].pass > virtualTime { searchStart += 1 }
  }
}
