import Gateway
import Network
import Locks

/// A client's own key that served a request, of a user who contributes keys.
struct KeySighting: Sendable {
  let key: OwnKey
  let providerID: String
  let userID: String
}

/// Keys that were seen working and wait to be looked at: written by all loops, read by one.
///
/// Each is handed on once, until it is `forgotten` for a time. Bounded: what comes while many wait
/// is left, and comes again with its owner's next request.
final class KeySightings: Sendable {
  private static let waitingMax = 64
  private static let knownMax = 4_096

  private struct Place: Hashable {
    let fingerprint: String
    let providerID: String
  }

  private struct State {
    var waiting: [KeySighting] = []
    /// Those that were handed on, and until when they are not handed on again; nil: for good.
    var known: [Place: Moment?] = [:]
  }

  private let state = Guarded(State())

  /// Notes a sighting; says whether it is news.
  @discardableResult
  func note(_ sighting: KeySighting, now: Moment) -> Bool {
    let place = Place(fingerprint: sighting.key.fingerprint, providerID: sighting.providerID)
    return state.withLock { state in
      if let until = state.known[place], until.map({ now < $0 }) ?? true { return false }
      guard state.waiting.count < Self.waitingMax else { return false }
      if state.known.count >= Self.knownMax { state.known = [:] }
      state.known[place] = .some(nil)
      state.waiting.append(sighting)
      return true
    }
  }

  /// Nothing came of it: it may be looked at again after `until`.
  func forget(_ sighting: KeySighting, after until: Moment) {
    let place = Place(fingerprint: sighting.key.fingerprint, providerID: sighting.providerID)
    state.withLock { $0.known[place] = .some(until) }
  }

  /// Takes all that wait.
  func take() -> [KeySighting] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
