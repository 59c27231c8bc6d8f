import Gateway
import HTTP
import JSON
import Network
import Providers

// What users ask of the keys that they have contributed: which there are, and to have one back.

extension Exchange {
  /// How long the change of a record may take.
  private static let withdrawalPatience = Duration.seconds(20)

  func answerOwnKeys(_ route: Route, _ caller: Caller) async throws(Interruption) {
    guard let provider = route.keyProvider, let label = route.resourceID else {
      try admitListing(caller)
      let keys = snapshot.keys(ownedBy: caller.user.id).map { provider, key in
        JSONValue.object([
          .init("provider", .string(provider.name)), .init("label", .string(key.label)),
          .init("status", .string(key.status.rawValue)),
        ])
      }
      return await answer(["keys": .array(keys)])
    }
    // Nothing of it counts against a limit: what was given can be taken back at any time.
    let isTheirs = snapshot.keys(ownedBy: caller.user.id).contains { owner, key in
      owner.name == provider && key.label == label
    }
    guard isTheirs else { throw .refused(.resourceNotFound(id: "\(provider)/\(label)")) }
    let outcome = await worker.node.withdrawals.withdraw(
      KeyWithdrawals.Request(
        userID: caller.user.id, actor: "\(caller.user.name)/\(caller.token.label)",
        address: clientAddress()?.description, provider: provider, label: label),
      on: worker.loop, until: min(deadline, MonotonicTime.now() + Self.withdrawalPatience))
    switch outcome {
    case .withdrawn:
      await answer(["withdrawn": ["provider": .string(provider), "label": .string(label)]])
    case .notFound: throw .refused(.resourceNotFound(id: "\(provider)/\(label)"))
    case .busy: throw .refused(.overloaded("keys are being withdrawn"))
    case .failed: throw .refused(.overloaded("it could not store that the key is withdrawn"))
    }
  }

  private func answer(_ body: JSONValue) async {
    receipt.outcome = .served
    _ = await send(
      LocalAnswer(status: 200, body: body.serialized(), allow: nil, retryAfterSeconds: nil))
  }
}
