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
/// Each is handed on once in a while, and not once for ever: a key that could not join, or was
/// removed, may join later. Bounded: what comes while many wait is left, and comes again with its
/// owner's next request.
final class KeySightings: Sendable {
  private static let waitingMax = 64
  private static let knownMax = 4_096
  /// How long one that was handed on is not handed on again.
  private static let pause = Duration.seconds(600)

  private struct Place: Hashable {
    let fingerprint: String
    let providerID: String
  }

  private struct State {
    var waiting: [KeySighting] = []
    /// Those that were handed on, and until when they are not handed on again.
    var known: [Place: Moment] = [:]
  }

  private let state = Guarded(State())

  /// Notes a sighting; says whether it is news.
  @discardableResult
  func note(_ sighting: KeySighting, now: Moment) -> Bool {
    let place = Place(fingerprint: sighting.key.fingerprint, providerID: sighting.providerID)
    return state.withLock { state in
      if let until = state.known[place], now < until { return false }
      guard state.waiting.count < Self.waitingMax else { return false }
      if state.known.count >= Self.knownMax { state.known = [:] }
      state.known[place] = now + Self.pause
      state.waiting.append(sighting)
      return true
    }
  }

  /// Takes all that wait.
  func take() -> [KeySighting] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
