/// Which key of a lane goes next, and why.
struct Turn: Equatable {
  /// Where the key stands in the lane.
  let index: Int
  /// A failing key goes before one with a good record, to see whether it works again.
  var isTrial = false
  /// It comes by weighted round robin, and moves the others on.
  var isInTurn = true
  /// It is asked because it served last.
  var hasServedLast = false
}

/// Finds the key that goes first, in one pass over those that may be used.
///
/// First come keys with a good record, which neither fail nor are in doubt; then failing ones whose
/// doubt is over; then those in doubt. Among equals the least rank decides.
struct KeyOrder {
  private struct Leader {
    var index = -1
    var rank = UInt64.max

    var isFound: Bool { index >= 0 }

    mutating func offer(_ index: Int, rank: UInt64) {
      guard !isFound || rank < self.rank else { return }
      self.index = index
      self.rank = rank
    }
  }

  private var good = Leader()
  private var failing = Leader()
  private var doubtful = Leader()

  mutating func offer(_ index: Int, rank: UInt64, _ entry: Lane.Entry, now: Moment) {
    if entry.doubtUntil > now {
      doubtful.offer(index, rank: rank)
    } else if entry.isFailing {
      failing.offer(index, rank: rank)
    } else {
      good.offer(index, rank: rank)
    }
  }

  /// Who goes first; with `mayTry`, a failing key whose turn has come goes before a good one.
  func first(mayTry: Bool) -> Turn? {
    guard good.isFound else {
      if failing.isFound { return Turn(index: failing.index) }
      return doubtful.isFound ? Turn(index: doubtful.index) : nil
    }
    if mayTry, failing.isFound, failing.rank <= good.rank {
      return Turn(index: failing.index, isTrial: true)
    }
    return Turn(index: good.index)
  }
}
