import Gateway
import HTTP
import Network
import Providers

// Who asks, whether they may, and where the request could go: the steps before admission.

extension Exchange {
  @inline(never)
  func authenticate() throws(Interruption) -> Caller {
    let credential = try refusing { () throws(Refusal) in try ClientCredential.find(head) }
    guard var caller = connection.caller(credential, snapshot) else {
      throw .refused(.unknownToken)
    }
    try refusing { () throws(Refusal) in
      do throws(Refusal) {
        try Authentication.check(
          caller.token, nowMilliseconds: receipt.startedAtMilliseconds)
      } catch {
        receipt.decisions.note(error, of: caller)
        throw error
      }
    }
    receipt.user = caller.user.name
    receipt.token = caller.token.label
    connection.carries(caller)
    caller.requestedLevel = try refusing { () throws(Refusal) in
      try RequestedLevel.read(head.fields)
    }
    return caller
  }

  /// On the head alone: no body is read for a request that may not be made.
  func authorize(_ caller: Caller, _ route: Route) throws(Interruption) {
    let denial = AccessControl.denial(
      caller, endpoint: route.endpoint, noting: { receipt.decisions.grants.append($0) }
    ) { clientAddress() }
    receipt.decisions.access = caller.hasRules ? .rules : .noRules
    try obey(denial)
  }

  /// Where the client came from, by the proxies that are believed; nil: nobody knows.
  func clientAddress() -> IPAddress? {
    ClientAddress.find(
      peer: connection.peer, fields: head.fields,
      trusted: worker.node.configuration.trustedProxies)
  }

  func authorize(
    _ caller: Caller, model: String?, _ route: Route
  ) throws(Interruption) {
    let denial = AccessControl.denial(
      caller, model: model, endpoint: route.endpoint,
      passthroughProvider: route.passthroughProvider, snapshot: snapshot,
      noting: { receipt.decisions.grants.append($0) })
    try obey(denial)
  }

  func obey(_ denial: AccessControl.Denial?) throws(Interruption) {
    guard let denial else { return }
    receipt.decisions.refusedBy = denial.rule
    throw .refused(denial.refusal)
  }

  /// The provider key that the client brought for this request; nil: it brought none.
  func ownKey() throws(Interruption) -> OwnKey? {
    try refusing { () throws(Refusal) in
      guard let secret = try OwnKey.read(head.fields) else { return nil }
      let node = worker.node
      guard snapshot.caller(digest: node.digest(secret.bytes)) == nil else {
        throw OwnKey.isToken
      }
      return node.fingerprint(secret).map { OwnKey(secret: secret, fingerprint: $0) }
    }
  }

  /// A key that a client brought works: it may join the pool.
  func noteOwnKey(_ choice: Failover.Choice, _ caller: Caller) {
    guard snapshot.settings.keyDiscovery != .off, caller.user.contributesKeys,
      let fingerprint = worker.node.fingerprint(choice.key.secret)
    else { return }
    worker.node.sightings.note(
      KeySighting(
        key: OwnKey(secret: choice.key.secret, fingerprint: fingerprint),
        providerID: choice.candidate.provider.id, userID: caller.user.id), now: moment())
  }

  /// The plan of the request: from its model, or from the key that holds an id it names.
  ///
  /// `own` is the key that the client brought, which then serves at the route's provider.
  @inline(never)
  func plan(
    _ route: Route, _ facts: RequestFacts, _ caller: Caller, _ own: OwnKey?
  ) throws(Interruption) -> Plan {
    do throws(Interruption) {
      return try findPlan(route, facts, caller, own)
    } catch {
      try admitMiss(caller, error)
      throw error
    }
  }

  private func findPlan(
    _ route: Route, _ facts: RequestFacts, _ caller: Caller, _ own: OwnKey?
  ) throws(Interruption) -> Plan {
    let plan = try refusing { () throws(Refusal) in
      var question = Router.Question(route: route, model: facts.model)
      question.bringsKey = own != nil
      var ids = facts.namedIDs
      if route.endpoint == .response, let id = route.resourceID { ids.append(id) }
      if let id = ids.first,
        let owner = try worker.node.owner(
          of: ids, userID: caller.user.id, at: question.providerOfIDs(snapshot))
      {
        try question.bind(to: owner, id: id, ownKeyID: own?.id)
      }
      do throws(Refusal) {
        let plan = try Router.plan(
          question, caller: caller, snapshot: snapshot, random: worker.nextRandom())
        guard let own else { return plan }
        return plan.served(by: own)
      } catch {
        receipt.decisions.note(error, of: caller, to: question, snapshot)
        throw error
      }
    }
    receipt.decisions.foundBy = plan.foundBy
    receipt.decisions.level = Decisions.Level(plan, caller)
    return plan
  }
}
