import Gateway
import Locks
import Network
import Store
import Synchronization

/// Takes contributed keys back for their owners, who ask with their tokens over HTTP.
///
/// A change of a record waits for the disk and for every loop, so each is made on a thread of its
/// own, of which there are few: who comes beyond those is told to come again.
final class KeyWithdrawals: Sendable {
  struct Request: Sendable {
    let userID: String
    /// As the audit names who asks: `ada/laptop`.
    let actor: String
    /// Where the client came from.
    let address: String?
    let provider: String
    let label: String
  }

  enum Outcome: Equatable, Sendable {
    case withdrawn
    /// There is no such key, or it is not the user's.
    case notFound
    /// Too many are under way.
    case busy
    /// It did not end in time, or could not be stored.
    case failed
  }

  private static let underWayMax = 4

  private let underWay = Atomic<Int>(0)
  private let administration = Guarded<Administration?>(nil)

  /// From now on keys can be withdrawn.
  func begin(_ administration: Administration) {
    self.administration.withLock { $0 = administration }
  }

  /// Withdraws a key and waits for that on a loop.
  func withdraw(
    _ request: Request, on loop: EventLoop, until deadline: MonotonicTime
  ) async -> Outcome {
    guard let administration = administration.withLock({ $0 }) else { return .busy }
    guard underWay.add(1, ordering: .relaxed).newValue <= Self.underWayMax else {
      underWay.subtract(1, ordering: .relaxed)
      return .busy
    }
    let found = Found()
    let isDone = await loop.wait(until: deadline) { [self] done in
      do throws(SystemError) {
        try Thread.start(name: "withdraw") { [self] in
          found.outcome.withLock { $0 = Self.perform(request, administration) }
          underWay.subtract(1, ordering: .relaxed)
          done()
        }
      } catch {
        underWay.subtract(1, ordering: .relaxed)
        found.outcome.withLock { $0 = .busy }
        done()
      }
    }
    return isDone ? found.outcome.withLock { $0 } : .failed
  }

  private final class Found: Sendable {
    let outcome = Guarded(Outcome.failed)
  }

  private static func perform(
    _ request: Request, _ administration: Administration
  ) -> Outcome {
    let actor = AuditActor(
      origin: .client, userID: nil, processID: nil, name: request.actor, address: request.address)
    do throws(OperationFailure) {
      try administration.acting(as: actor, doing: "key.withdraw").withdraw(
        request.provider, request.label, ownedBy: request.userID)
      return .withdrawn
    } catch {
      return error.code == "not_found" ? .notFound : .failed
    }
  }
}
