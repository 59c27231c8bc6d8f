/// What a request wants of a provider: a key of one pool that can serve a model.
struct KeyRequest {
  var level: Int
  var model: String
  /// The user's hash where its requests should stay on one key.
  var affinity: UInt64?
  /// Keys that are not to be chosen: this request has tried them.
  var tried: [Key] = []
  /// The only key that will do.
  var pinned: Key?
  /// It is this request's first attempt on the provider.
  var isFirst = true
  /// The provider has just failed it, here: it is to be paid from the retry budget.
  var isRetry = false
  /// The provider has just failed it, wherever: where it is known to fail here too, this is a retry.
  var followsFailure = false
  /// Nothing else can serve it: an open pool may be asked before its time, at the budget's expense.
  var isLastResort = false
  /// It has been counted already, as one that had nowhere to go.
  var isCounted = false
  /// It has been paid for already, with the trial before it.
  var isPaid = false
  /// The ticket by which the request waits, wherever it does.
  var ticket: UInt64?
}

/// A key lent for one attempt; its end is reported with it.
package struct Grant: Sendable {
  package let key: Key
  package let level: Int
  package let model: String
  package let grantedAt: Moment
  /// The attempt is the probe of an open circuit.
  let isPoolProbe: Bool
  let isKeyProbe: Bool
  let isProviderProbe: Bool
  /// The key was failing, and others were not; the retry that may follow is set aside.
  let isTrial: Bool
  /// The provider had just failed the same request.
  let isRetry: Bool
  /// Where the key stands in the roster of this revision.
  let place: Int
  let revision: UInt64
  let memory: GrantMemory
}

/// Why a pool had no key for a request, and when it may have one.
struct Obstacle: Equatable {
  /// When it is worth asking again; nil if time alone changes nothing.
  var againAt: Moment?
  /// When a key is usable as far as is known: the honest `Retry-After`.
  var usableAt: Moment?
  /// When a rest is over whose end is known.
  var restEndsAt: Moment?
  var isCooling = false
  var isCircuitOpen = false
  /// Keys can serve, and others are before the request: it is worth waiting.
  var isInLine = false
  /// A key is known not to do the model.
  var isUnfit = false
  var isBudgetSpent = false

  /// What is known of two pools together.
  mutating func merge(_ other: Obstacle) {
    againAt = Self.earlier(againAt, other.againAt)
    usableAt = Self.earlier(usableAt, other.usableAt)
    restEndsAt = Self.earlier(restEndsAt, other.restEndsAt)
    isCooling = isCooling || other.isCooling
    isCircuitOpen = isCircuitOpen || other.isCircuitOpen
    isInLine = isInLine || other.isInLine
    isUnfit = isUnfit || other.isUnfit
    isBudgetSpent = isBudgetSpent || other.isBudgetSpent
  }

  static func earlier(_ left: Moment?, _ right: Moment?) -> Moment? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
  }
}

/// How a request waits in a line.
struct Stay {
  /// The ticket that it holds, or held when it waited before.
  var ticket: UInt64?
  var deadline: Moment
  /// It asks for nothing before; the past for one that others need not wait for.
  var looksAt = Moment.distantPast
  /// Whether it is for keys that are rate limited, or for a circuit; nil: not known.
  var isForCooling: Bool?
}

enum KeyAnswer {
  case use(Grant)
  case none(Obstacle)
}
