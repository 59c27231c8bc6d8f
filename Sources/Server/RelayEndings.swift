import Gateway
import HTTP
import Network
import Providers
import Store

// What a relay does when its client has left, and what it says in the account.

extension Relay {
  /// How often a provider that is heard without its client is asked whether it is still worth it.
  private static let drainPace = Duration.seconds(1)

  // MARK: the client has left

  /// The client is gone; its user may want the provider to be heard to its end.
  ///
  /// To read a response costs its provider nothing: that is always heard, for the usage that it may
  /// owe.
  func hearOut(_ beforeLastByte: () -> Void) async -> End {
    if let refusal = connection.cut {
      ending = .revoked
      guard hasBegun else { return leave() }
      await tellOfCut(refusal, beforeLastByte)
      return .clientLeft
    }
    let readsResponse =
      attempt.request.route.endpoint == .response && exchange.head.method == .get
    if !hasFacts, attempt.drains || readsResponse { await drain() }
    return leave()
  }

  @inline(never)
  func leave() -> End {
    outcome = .abandoned
    clientMayGoOn = false
    if !hasFacts {
      finishReading()
      upstream.close()
    } else {
      attempt.lane.put(upstream, now: worker.loop.now)
    }
    ending = ending ?? .clientLeft
    return .clientLeft
  }

  /// Reads the rest of the answer for its usage alone, within the caps for that.
  private func drain() async {
    let settings = exchange.snapshot.settings
    let until = min(exchange.deadline, worker.loop.now + settings.drainTime)
    var bytes = 0
    connection.socket.close()
    reader.release(into: &out)
    ending = .drainCapped
    while bytes < settings.drainBytesMax, reader.failure == nil, !worker.node.isDraining,
      connection.cut == nil
    {
      out.removeAll(keepingCapacity: true)
      let now = worker.loop.now
      guard now < until else { return }
      do throws(UpstreamFailure) {
        let hasMore = try await upstream.readBody(
          for: nil, until: min(until, now + Self.drainPace)
        ) { content in
          bytes += content.count
          reader.feed(content, into: &out)
        }
        guard !hasMore || upstream.isBodyFinished else { continue }
        finishReading()
        ending = lacksItsEnd ? .providerBrokeOff : .drained
        return
      } catch {
        guard error == .timedOut else {
          ending = cameToItsEnd() ? .drained : .providerBrokeOff
          return
        }
      }
    }
    if connection.cut != nil { ending = .revoked }
  }

  // MARK: the account

  /// What the answer says is left of its key's limits.
  @inline(never)
  func quota() -> QuotaReading? {
    QuotaHeaders.read(answer.fields, nowMilliseconds: { wallClockMilliseconds() })
  }

  /// Ids that the answer hands out live on this key from now on.
  ///
  /// `owed`: the answer's own is that of a response of these models, whose usage a later answer
  /// states.
  @inline(never)
  private func rememberIDs(owed: OwedModels?) {
    guard outcome != .rejected else { return }
    let endpoint = attempt.request.route.endpoint
    // The ids of other answers cannot be named in a request.
    if endpoint == .responses || endpoint == .passthrough, let id = facts.id {
      remember(id, owed: owed)
    }
    for id in facts.handles { remember(id) }
  }

  private func remember(_ id: String, owed: OwedModels? = nil) {
    let choice = attempt.choice
    let owned = worker.node.note(
      id, user: attempt.request.caller.user, provider: choice.candidate.provider, key: choice.key,
      owed: owed)
    if let owned { exchange.ids.append(owned) }
  }

  /// Whether the answer is one of what was made before.
  private var isReading: Bool {
    let request = attempt.request
    switch request.route.endpoint {
    case .response: return true
    case .passthrough: return facts.id.map { request.facts.namedIDs.contains($0) } ?? false
    default: return false
    }
  }

  /// What was asked for, where this reading is the one that accounts for a response made in the
  /// background: the first that states what it has used, whatever becomes of the rest of it.
  ///
  /// One that has used nothing may yet be told what it has.
  @inline(never)
  private func claimUsage() -> OwedModels? {
    guard facts.statesFinalUsage, let tokens = facts.usage?.totalTokens, tokens > 0,
      let id = facts.id
    else { return nil }
    let claimed = worker.node.claimUsage(of: id, userID: attempt.request.caller.user.id)
    guard let claimed else { return nil }
    exchange.ids.append(claimed)
    return claimed.owed
  }

  /// Whether the answer may turn out to state no usage; known for one that is whole.
  @inline(never)
  func mayNeedEstimate() -> Bool {
    answer.status < 300 && !isRejected && (facts.usage == nil || facts.usageIsPartial)
      && attempt.answersWithText
  }

  /// The text of the answer as far as it came and was read to its end.
  var outputText: TextTally { facts.outputText }

  /// Says in a settled receipt that its last bytes found no client.
  @inline(never)
  func amend(_ receipt: inout Receipt) {
    guard receipt.outcome != outcome else { return }
    receipt.outcome = outcome
    if let ending { receipt.note(ending) }
  }

  /// Writes what this relay knows into the receipt.
  ///
  /// `input` is what was asked, for an estimate.
  @inline(never)
  func settle(into receipt: inout Receipt, input: RequestTally?) {
    receipt.outcome = outcome
    guard hasBegun || outcome == .abandoned else { return }
    if hasBegun { receipt.status = answer.status }
    if let firstContentAt {
      receipt.timeToFirstTokenMilliseconds =
        firstContentAt.milliseconds(since: exchange.startedAt)
    }
    if facts.errorEvent != nil, outcome == .served || outcome == .rejected { ending = .errorEvent }
    if let ending { receipt.note(ending) }
    var call = attempt.pricedCall
    call.isError = isRejected || !(200..<300).contains(answer.status)
    call.isReading = isReading
    if call.isReading, !call.isError, let owed = claimUsage() {
      call.accountsForResponse = true
      call.requestedModel = owed.upstreamModel ?? call.requestedModel
      receipt.model = receipt.model ?? owed.model
      receipt.upstreamModel = receipt.upstreamModel ?? owed.upstreamModel
    }
    Meter.settle(
      &facts, call: call, prices: exchange.snapshot.prices, input: input, into: &receipt)
    rememberIDs(
      owed: receipt.usageFollows
        ? OwedModels(model: receipt.model, upstreamModel: call.requestedModel) : nil)
  }
}
