import Gateway
import Network
import Providers

/// What a connection is doing, for whoever must end it or break its request off.
///
/// The worker finds it by the connection's ticket; only their loop looks at it.
struct InFlight {
  /// Nil between requests, and until a request has said who sends it.
  var caller: Caller?
  /// The connection waits for a request, and nothing of one has come.
  var isIdle = false
  /// Why the request under way is broken off; the connection ends with it.
  private(set) var cut: Refusal?

  /// Breaks the request off if it is of this user, and of this token if one is given.
  mutating func cut(userID: String, tokenID: String?, because refusal: Refusal) -> Bool {
    guard cut == nil, let caller, caller.user.id == userID,
      tokenID.map({ $0 == caller.token.id }) ?? true
    else { return false }
    cut = refusal
    return true
  }
}
