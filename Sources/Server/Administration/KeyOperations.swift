import Gateway
import Glibc
import JSON
import Network
import Locks

// What can be done with an upstream key beyond changing its record.

extension Administration {
  /// How long a command waits for what a provider says of a key.
  private static let checkWait = Duration.seconds(20)

  /// One key, with the models that its provider shows to it.
  func keyShow(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let key = try key(arguments)
    var view = try view(.key, arguments)
    if let models = check(of: key)?.models {
      view["shown_models"] = .array(models.sorted().map { .string($0) })
    }
    return .object([.init("key", view)])
  }

  /// Asks the provider about a key now, and waits a while for the answer.
  func keyCheck(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let key = try key(arguments)
    guard let probe, let provider = snapshot.provider(id: key.providerID) else {
      throw OperationFailure(
        code: "unreachable",
        message: "No appliance runs on this data folder. Start it, then check the key.")
    }
    guard key.status != .withdrawn else {
      throw OperationFailure(code: "conflict", message: "The key was withdrawn by its owner.")
    }
    let found = Found()
    let isAsked = probe.ask(provider, key) { findings in
      found.verdict.withLock { $0 = findings.verdict }
    }
    guard isAsked else {
      throw OperationFailure(
        code: "overloaded", message: "Too many keys are being checked. Try again shortly.")
    }
    let end = MonotonicTime.now() + Self.checkWait
    while MonotonicTime.now() < end, found.verdict.withLock({ $0 }) == nil {
      var pause = timespec(tv_sec: 0, tv_nsec: 10_000_000)
      nanosleep(&pause, nil)
    }
    return try keyShow(arguments)
  }

  private final class Found: Sendable {
    let verdict = Guarded<KeyValidation?>(nil)
  }

  /// Takes a contributed key out for its owner: its secret goes, what it is known by stays.
  func keyWithdraw(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let key = try key(arguments)
    guard key.ownerID != nil else {
      throw OperationFailure(
        code: "conflict",
        message: "The key was not contributed by a user. 'key remove' removes it.")
    }
    try withdraw(arguments)
    return .object([.init("withdrawn", .string(key.label))])
  }

  /// Removes a key; one that a user contributed is withdrawn, so that it does not come back by
  /// itself, and removed when it is removed once more.
  func keyRemove(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let key = try key(arguments)
    guard key.ownerID != nil, key.status != .withdrawn else {
      return try remove(.key, arguments)
    }
    return try keyWithdraw(arguments)
  }

  private func withdraw(_ arguments: Arguments) throws(OperationFailure) {
    try apply(Self.withdrawal(try arguments.text("provider"), try arguments.text("label")))
  }

  private static func withdrawal(_ provider: String, _ label: String) -> JSONValue {
    [
      "keys": [
        [
          "provider": .string(provider), "label": .string(label), "status": "withdrawn",
          "secret": .null,
        ]
      ]
    ]
  }

  /// Takes a key back for the user who contributed it; anybody else's is not found.
  func withdraw(
    _ provider: String, _ label: String, ownedBy userID: String
  ) throws(OperationFailure) {
    let check = { (snapshot: Snapshot) throws(OperationFailure) in
      let isTheirs = snapshot.keys(ownedBy: userID).contains { owner, key in
        owner.name == provider && key.label == label
      }
      guard isTheirs else {
        throw OperationFailure(
          code: "not_found", message: "There is no key '\(provider)/\(label)' of this user.")
      }
    }
    try apply(checking: check) { _ in Self.withdrawal(provider, label) }
  }

  private func key(_ arguments: Arguments) throws(OperationFailure) -> Key {
    let id = try recordID(.key, arguments)
    guard let key = snapshot.key(id: id) else {
      throw OperationFailure(code: "not_found", message: "There is no such key.")
    }
    return key
  }
}
