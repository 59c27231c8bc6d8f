import Gateway
import HTTP
import JSON
import Network
import Providers
import Store

/// The life of one request, from its parsed head to its receipt.
///
/// `run` tells it in order: authenticate, authorize, read the body, route, admit, attempt, relay,
/// meter, record. Policy decides and never waits; only reading and writing is `async`. DESIGN
/// section 3. One object that the steps share: copies of it would cost more than all they do. What
/// is never inlined is so for the reason that `Relay` gives.
/// Belongs to the connection's task.
final class Exchange {
  let connection: ClientConnection
  let worker: Worker
  let snapshot: Snapshot
  let head: RequestHead
  let startedAt: MonotonicTime
  /// Nothing of this exchange may take longer.
  let deadline: MonotonicTime
  /// In whose form the client is answered.
  var dialect = Dialect.openai
  var receipt: Receipt
  var keepsAlive: Bool
  /// What the caller's limits have set aside for it; nil for a caller without.
  var reservation: Reservation?
  /// How a caller with limits stands with them; empty for one without.
  var standings = RateStandings()
  /// What its answer has handed out or settled, to be stored with its end.
  var ids: [OwnedID] = []
  var decoder: BodyDecoder
  private(set) var isBodyRead = false
  private var attemptStart = Moment.distantPast
  /// What was asked of the attempt under way, where its answer may state no usage.
  private var input: RequestTally?
  /// How the request ended by what has been written down of it; nil: nothing has.
  private var recorded: Receipt.Outcome?
  /// Its admission in the journal; nil: not admitted.
  private var ticket: JournalProducer.Ticket?

  init(_ head: RequestHead, on connection: ClientConnection) {
    self.head = head
    self.connection = connection
    worker = connection.worker
    snapshot = worker.snapshot
    startedAt = .now()
    deadline = startedAt + snapshot.settings.requestTimeout
    keepsAlive = head.keepsAlive
    decoder = BodyDecoder(head.framing)
    let now = wallClockMilliseconds()
    receipt = Receipt(
      requestID: worker.nextRequestID(nowMilliseconds: now), startedAtMilliseconds: now)
    receipt.priceVersion = snapshot.prices.version
  }

  /// Serves the request and answers it, whatever happens.
  ///
  /// Returns whether the connection may carry another request.
  func run() async -> Bool {
    if let answer = LocalAnswer.health(head, worker.node) {
      return await send(answer, leavesReceipt: false)
    }
    defer { end() }
    do throws(Interruption) {
      try await serve()
    } catch {
      await answer(error)
    }
    return keepsAlive && !worker.node.isDraining
  }

  private func serve() async throws(Interruption) {
    let route = try refusing { () throws(Refusal) in try Route.match(head) }
    receipt.endpoint = route.endpoint
    // A passthrough speaks its provider's dialect, in refusals too.
    let provider = route.passthroughProvider.flatMap { snapshot.provider(named: $0) }
    dialect = provider?.dialect ?? route.dialect
    receipt.dialect = dialect
    let caller = try authenticate()
    try authorize(caller, route)
    let own = try ownKey()
    if route.endpoint == .ownKeys { return try await answerOwnKeys(route, caller) }
    if route.isAnsweredHere { return try await answerModels(route, caller) }

    var body = RequestBody(budget: worker.node.bodies)
    var decoder = self.decoder
    defer { self.decoder = decoder }
    try await body.read(
      &decoder, framing: head.framing, expectsContinue: head.expectsContinue, from: connection)
    isBodyRead = true
    connection.rest()
    let facts = try refusing { () throws(Refusal) in
      try RequestFacts.read(route, head, body: body.bytes.span)
    }
    receipt.model = facts.model
    receipt.isStream = facts.isStream || route.isStreamPath
    try authorize(caller, model: facts.model, route)
    for other in facts.otherModels {
      try authorize(caller, model: other.isEmpty ? nil : other, route)
    }

    var plan = try self.plan(route, facts, caller, own)
    let request = Request(route: route, facts: facts, caller: caller)
    try admit(request, &plan, body.bytes)
    try noteAdmission(plan, request, bodyBytes: body.bytes.count)
    try await attempt(plan, request, &body)
  }

  /// Tries candidates and keys until one has answered or nothing is left.
  private func attempt(
    _ plan: Plan, _ request: Request, _ body: inout RequestBody
  ) async throws(Interruption) {
    var failover = begin(plan)
    var waitsSince: Moment?
    while true {
      let now = moment()
      // What has failed for a client that is gone since is not tried again for nobody.
      if receipt.attempts > 0, connection.socket.isPeerGone {
        _ = endWait(waitsSince, now)
        throw .clientLeft
      }
      switch failover.next(now: now) {
      case .refuse(let refusal):
        _ = endWait(waitsSince, now)
        throw .refused(refusal)
      case .wait(let until):
        waitsSince = waitsSince ?? now
        let hasLeft = await connection.socket.waitForLeaving(
          until: min(deadline, MonotonicTime(nanoseconds: until.nanoseconds)))
        if hasLeft {
          _ = endWait(waitsSince, moment())
          failover.report(.clientLeft, now: moment())
          throw .clientLeft
        }
      case .attempt(let choice):
        note(choice, waited: endWait(waitsSince, now), now)
        waitsSince = nil
        switch await attempt(choice, request, &body, &failover) {
        case .answered: return
        case .cut: return failover.report(.cutAfterContent, now: moment())
        case .next: break  // It has been reported.
        case .again: preconditionFailure("an attempt that is repeated does not end")
        case .clientLeft:
          failover.report(.clientLeft, now: moment())
          throw .clientLeft
        }
      }
    }
  }

  @inline(never)
  private func begin(_ plan: Plan) -> Failover {
    receipt.plan = plan.candidates.map { ReceiptCandidate($0) }
    return Failover(
      plan: plan, queueWait: snapshot.settings.queueWait,
      deadline: Moment(nanoseconds: deadline.nanoseconds), random: worker.nextRandom())
  }

  /// One attempt with one key, and the relay of its answer if it is one for the client.
  ///
  /// Reports what a good answer says of the key as soon as it goes out, and why a bad one was left.
  private func attempt(
    _ choice: Failover.Choice, _ request: Request, _ body: inout RequestBody,
    _ failover: inout Failover
  ) async -> Relay.End {
    while true {
      let attempt = Attempt(choice, request, of: self)
      forgetInput()
      switch await attempt.send(body.bytes) {
      case .failed(let end):
        if attempt.clientHasLeft { abandon(attempt, body) }
        leave(attempt, end, body)
        failover.report(end, now: moment())
        return .next(end)
      case .clientLeft:
        abandon(attempt, body)
        leave(attempt, .clientLeft, body)
        return .clientLeft
      case .answered(let upstream, let answer):
        note(status: answer.status)
        failover.expectReport()
        let relay = Relay(upstream, answer, attempt, self)
        let end = await relay.run(
          onCommitted: { verdict in
            let now = moment()
            failover.report(verdict, quota: relay.quota(), now: now)
            if choice.isOwn, verdict == .served { noteOwnKey(choice, request.caller) }
            receipt.lastAttempt?.note(verdict, from: attemptStart, to: now)
            // Where the answer states no usage, what was asked is all there is to go by.
            if relay.mayNeedEstimate() { noteInput(request, body) }
            body.release()
          },
          beforeLastByte: {
            relay.settle(into: &receipt, input: input)
            if relay.outcome == .cut { leave(attempt, .cutAfterContent, body, relay) }
            record()
          })
        if case .clientLeft = end, relay.mayNeedEstimate() { noteInput(request, body) }
        if recorded == nil {
          relay.settle(into: &receipt, input: input)
        } else {
          relay.amend(&receipt)
        }
        keepsAlive = keepsAlive && relay.clientMayGoOn
        switch end {
        case .again: continue
        case .answered, .cut: break
        case .clientLeft: leave(attempt, .clientLeft, body, relay)
        case .next(let why):
          if attempt.clientHasLeft { receipt.note(attempt.ending) }
          leave(attempt, why, body)
          failover.report(why, quota: relay.quota(), now: moment())
        }
        return end
      }
    }
  }

  @inline(never)
  private func forgetInput() { input = nil }

  /// Keeps what was asked, while the body is there.
  @inline(never)
  private func noteInput(_ request: Request, _ body: borrowing RequestBody) {
    if input == nil { input = tally(request, body) }
  }

  /// What a request gives its model; for a body that has not been let go of.
  @inline(never)
  private func tally(_ request: Request, _ body: borrowing RequestBody) -> RequestTally {
    RequestText.requestTally(request.route, request.facts, head, body: body.bytes.span)
  }

  /// The client left before its provider had begun to answer: what was asked may be billed.
  @inline(never)
  private func abandon(_ attempt: Attempt, _ body: borrowing RequestBody) {
    receipt.outcome = .abandoned
    receipt.note(connection.cut == nil ? attempt.ending : .revoked)
    guard attempt.wasSent, attempt.answersWithText else { return }
    var nothing = AnswerFacts()
    Meter.settle(
      &nothing, call: attempt.pricedCall, prices: snapshot.prices,
      input: tally(attempt.request, body), into: &receipt)
  }

  /// Takes note of why an attempt was left, and of what it may have cost.
  ///
  /// The `relay` of its answer tells what of that has come.
  @inline(never)
  private func leave(
    _ attempt: Attempt, _ end: AttemptEnd, _ body: borrowing RequestBody, _ relay: Relay? = nil
  ) {
    guard var record = receipt.lastAttempt else { return }
    record.note(end, from: attemptStart, to: moment())
    let request = attempt.request
    if record.mayBeBilled, attempt.wasSent, receipt.costNanoUSD == nil,
      attempt.answersWithText, input != nil || !body.bytes.isEmpty
    {
      record.possibleCostNanoUSD = Meter.possibleCost(
        input: input ?? tally(request, body), output: relay?.outputText ?? TextTally(),
        outputTokensMax: record.end == .timedOutBillable ? request.facts.outputTokensMax : nil,
        call: attempt.pricedCall, prices: snapshot.prices)
    }
    receipt.lastAttempt = record
  }

  // MARK: notes

  /// Writes down that the request is admitted, with what a crash would have it booked at.
  @inline(never)
  private func noteAdmission(
    _ plan: Plan, _ request: Request, bodyBytes: Int
  ) throws(Interruption) {
    let first = plan.candidates.first
    receipt.provider = first?.provider.name
    receipt.upstreamModel = first?.model
    receipt.usage = Admission.usualUsage(
      endpoint: request.route.endpoint, facts: request.facts, bodyBytes: bodyBytes)
    ticket = worker.withJournal { $0.admit(&receipt) }
    receipt.provider = nil
    receipt.upstreamModel = nil
    receipt.usage = Usage()
    guard ticket != nil else { throw .refused(.overloaded("its journal is full")) }
  }

  /// Takes note of an attempt that begins.
  @inline(never)
  private func note(_ choice: Failover.Choice, waited: Int64, _ now: Moment) {
    receipt.attempts += 1
    receipt.provider = choice.candidate.provider.name
    receipt.upstreamModel = choice.candidate.model.isEmpty ? nil : choice.candidate.model
    receipt.key = choice.key.label
    receipt.usesOwnKey = choice.isOwn
    receipt.level = choice.isOwn ? nil : choice.level
    receipt.append(ReceiptAttempt(choice, waitMilliseconds: waited))
    attemptStart = now
  }

  /// Takes note of what the provider of the attempt under way has answered.
  @inline(never)
  private func note(status: Int) { receipt.lastAttempt?.status = status }

  /// A wait in line, if there was one, is over; returns its milliseconds.
  private func endWait(_ start: Moment?, _ now: Moment) -> Int64 {
    guard let start else { return 0 }
    let waited = now.milliseconds(since: start)
    receipt.waitMilliseconds = min(receipt.waitMilliseconds, .max - waited) + waited
    return waited
  }

  func refusing<Value>(
    _ body: () throws(Refusal) -> Value
  ) throws(Interruption) -> Value {
    do throws(Refusal) { return try body() } catch { throw .refused(error) }
  }

  func moment() -> Moment { Moment(nanoseconds: MonotonicTime.now().nanoseconds) }

  /// Writes the receipt down, once; before the last byte of the answer, so that what a client has
  /// is on record whatever becomes of this process.
  @inline(never)
  func record() {
    guard recorded == nil else { return }
    let now = MonotonicTime.now()
    receipt.durationMilliseconds = now.milliseconds(since: startedAt)
    settle(now)
    let left = worker.withJournal { $0.end(&receipt, ticket, ids: ids) }
    if !left.isEmpty { worker.node.store(left) }
    recorded = receipt.outcome
  }

  /// The end of every request, those included that got no answer.
  private func end() {
    // Whoever found the client gone: what is not said of it yet is that it left.
    receipt.noteLeaving(connection.cut == nil ? .clientLeft : .revoked)
    connection.carries(nil)
    record()
    // The client left while its last bytes were on the way.
    if receipt.outcome != recorded { worker.withJournal { $0.amend(&receipt) } }
    if worker.node.log.wants(receipt.outcome) { worker.node.log.log(receipt) }
    leaveReadings()
  }
}

/// What an exchange knows of its request once it has been read.
final class Request: Sendable {
  let route: Route
  let facts: RequestFacts
  let caller: Caller

  init(route: Route, facts: RequestFacts, caller: Caller) {
    self.route = route
    self.facts = facts
    self.caller = caller
  }
}
