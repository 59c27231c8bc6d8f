/// The lanes of one provider, one for each pool and model that has been asked for.
///
/// Bounded: beyond `countMax` the one unused for longest is forgotten, and what it knew of its
/// keys is learned again. The lane of the last request is found by one comparison.
struct LaneSet {
  private struct Name: Hashable {
    let level: Int
    let model: String
  }

  private let countMax: Int
  private var lanes: [Lane] = []
  private var places: [Name: Int] = [:]
  private var last = 0

  init(countMax: Int) {
    self.countMax = countMax
  }

  var indices: Range<Int> { lanes.indices }

  subscript(place: Int) -> Lane {
    _read { yield lanes[place] }
    _modify { yield &lanes[place] }
  }

  func place(level: Int, model: String) -> Int? {
    if lanes.indices.contains(last), lanes[last].level == level, lanes[last].model == model {
      return last
    }
    return places[Name(level: level, model: model)]
  }

  /// The place of a lane, which `make` makes if there is none; it goes on with the turns of the
  /// lane of its level that was used last.
  mutating func place(level: Int, model: String, now: Moment, make: () -> Lane) -> Int {
    let place = place(level: level, model: model) ?? add(make())
    lanes[place].usedAt = now
    last = place
    return place
  }

  private mutating func add(_ made: Lane) -> Int {
    var lane = made
    let newest = lanes.filter { $0.level == lane.level }.max { $0.usedAt < $1.usedAt }
    if let newest { lane.continueTurns(of: newest) }
    let place: Int
    if lanes.count < countMax {
      place = lanes.count
      lanes.append(lane)
    } else {
      place = lanes.indices.min { lanes[$0].usedAt < lanes[$1].usedAt } ?? 0
      places[Name(level: lanes[place].level, model: lanes[place].model)] = nil
      lanes[place] = lane
    }
    places[Name(level: lane.level, model: lane.model)] = place
    return place
  }

  /// Puts what `remake` makes of each lane in its place; nil drops the lane.
  mutating func rebuild(_ remake: (Lane) -> Lane?) {
    lanes = lanes.compactMap(remake)
    places = [:]
    last = 0
    for (place, lane) in lanes.enumerated() {
      places[Name(level: lane.level, model: lane.model)] = place
    }
  }

  /// The models that rest on a key, those that come back first before the others.
  func cooling(key: Int, now: Moment) -> [KeyStatus.Cooling] {
    var cooling: [KeyStatus.Cooling] = []
    for lane in lanes where lane.range.contains(key) {
      let pair = lane.pairs[key - lane.range.lowerBound]
      if pair.coolsUntil > now {
        cooling.append(.init(model: lane.model, until: pair.coolsUntil, isRateLimited: true))
      } else if pair.unfitUntil > now {
        cooling.append(.init(model: lane.model, until: pair.unfitUntil, isRateLimited: false))
      }
    }
    return cooling.sorted { $0.until < $1.until }
  }

  /// What is left of a key's limits, model by model.
  func left(key: Int) -> [KeyStatus.Left] {
    var left: [KeyStatus.Left] = []
    for lane in lanes where lane.range.contains(key) {
      let index = key - lane.range.lowerBound
      guard lane.quotas.indices.contains(index), let quota = lane.quotas[index] else { continue }
      left += quota.left(of: lane.model)
    }
    return left.sorted { $0.model < $1.model }
  }
}
