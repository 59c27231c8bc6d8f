import Gateway
import HTTP
import Network
import Providers

// Answers that come from here: lists of models, refusals, health.

extension Exchange {
  func answerModels(_ route: Route, _ caller: Caller) async throws(Interruption) {
    if let id = route.resourceID { try authorize(caller, model: id, route) }
    try admitListing(caller)
    let made = receipt.startedAtMilliseconds
    let body: [UInt8]
    if let id = route.resourceID {
      guard
        let entry = ModelListing.entry(id, for: caller, dialect: route.dialect, snapshot: snapshot)
      else { throw .refused(.modelNotFound(model: id)) }
      body = ModelList.single(
        ModelListEntry(name: entry.model, owner: entry.provider, createdMilliseconds: made),
        dialect: route.dialect)
    } else {
      let models = ModelListing.models(for: caller, dialect: route.dialect, snapshot: snapshot)
      body = ModelList.list(
        models.map {
          ModelListEntry(name: $0.model, owner: $0.provider, createdMilliseconds: made)
        }, dialect: route.dialect)
    }
    receipt.outcome = .served
    receipt.model = route.resourceID
    _ = await send(LocalAnswer(status: 200, body: body, allow: nil, retryAfterSeconds: nil))
  }

  /// Answers a request that got no answer from a provider.
  func answer(_ interruption: Interruption) async {
    switch interruption {
    case .clientLeft:
      keepsAlive = false
      if let refusal = connection.cut {
        if !connection.writer.hasBegun { await refuse(refusal) }
      } else {
        receipt.outcome = .abandoned
      }
    case .malformedFraming(let what):
      keepsAlive = false
      await refuse(.malformed(what))
    case .refused(let refusal):
      await refuse(refusal)
    }
  }

  func refuse(_ refusal: Refusal) async {
    if receipt.endpoint == nil { dialect = Route.dialectOfRefusal(head) }
    receipt.outcome = receipt.attempts > 0 && connection.cut == nil ? .failed : .refused
    receipt.anomalies.append(refusal.code)
    receipt.decisions.note(refusal)
    let body = refusal.body(dialect: dialect, requestID: receipt.requestID)
    _ = await send(
      LocalAnswer(
        status: refusal.status, body: body, allow: refusal.allow,
        retryAfterSeconds: refusal.retryAfterSeconds, isFinal: refusal.isFinal))
  }

  /// Sends an answer of ours; before it, what is left of the request's body is read and dropped.
  func send(_ answer: LocalAnswer, leavesReceipt: Bool = true) async -> Bool {
    if !isBodyRead, !decoder.isFinished {
      if head.expectsContinue, !connection.hasBufferedBytes {
        keepsAlive = false  // The client may or may not send its body now: nobody can tell.
      } else {
        keepsAlive = await connection.discard(&decoder) && keepsAlive
      }
    }
    receipt.status = answer.status
    if leavesReceipt { record() }
    var head = answer.head(
      requestID: receipt.requestID, dialect: dialect, keepsAlive: keepsAlive)
    appendLimitFields(to: &head)
    let isHead = self.head.method == .head
    connection.writer.begin(
      head: head, framing: isHead ? .headOnly : .length, length: answer.body.count)
    do throws(StreamError) {
      try await connection.writer.send(answer.body, isLast: true)
    } catch {
      receipt.outcome = .abandoned
      keepsAlive = false
    }
    return keepsAlive
  }
}
