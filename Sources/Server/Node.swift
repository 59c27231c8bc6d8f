import Locks
package import Gateway
import Log
package import Network
import Providers
package import Store
import Synchronization
package import Vault

/// What all loops of this process share: adapters, caps and the flags of its life.
package final class Node: Sendable {
  let configuration: ServerConfiguration
  let resolver = Resolver()
  let bodies: BodyBudget
  let connections: ConnectionCount
  /// What users and tokens with limits have used.
  let accounts: Accounts
  private let ownedIDs: OwnedIDs
  /// Providers that have refused `stream_options`.
  private let refusesStreamUsage = Guarded<Set<String>>([])
  /// When it was last logged that a provider could not be reached.
  private let unreachable = Guarded<[String: MonotonicTime]>([:])
  private let digester: TokenDigester
  /// Clients' own keys that worked and may join the pool.
  let sightings = KeySightings()
  /// Takes those back for whom they are from.
  let withdrawals = KeyWithdrawals()
  private let draining = Atomic<Bool>(false)
  private let readiness: @Sendable () -> String?
  let log: EventLog
  private let listenerTLS: Guarded<TLSContext?>

  /// Reads the certificates of the listener.
  ///
  /// `readiness` says why the node cannot serve, or nil; `log` takes lines.
  package init(
    configuration: ServerConfiguration, digester: TokenDigester, ownedIDs: OwnedIDs,
    accounts: Accounts = Accounts(), readiness: @escaping @Sendable () -> String?, log: EventLog
  ) throws(TLSContext.Failure) {
    self.configuration = configuration
    self.digester = digester
    self.ownedIDs = ownedIDs
    self.accounts = accounts
    self.readiness = readiness
    self.log = log
    bodies = BodyBudget(bytesMax: configuration.bufferedBytesMax)
    connections = ConnectionCount(max: configuration.connectionsMax)
    listenerTLS = Guarded(try Self.listenerTLS(configuration))
  }

  private static func listenerTLS(
    _ configuration: ServerConfiguration
  ) throws(TLSContext.Failure) -> TLSContext? {
    guard let files = configuration.tlsFiles else { return nil }
    return try TLSContext.server(certificateFile: files.certificate, keyFile: files.key)
  }

  /// What a new connection is secured with; nil for plain text.
  var tls: TLSContext? { listenerTLS.withLock { $0 } }

  /// Reads the certificates anew; if they are no good the old ones stay.
  package func reload() {
    guard configuration.tlsFiles != nil else {
      return log.log(.warn, "reload.nothing") {
        $0.text("reason", "no TLS files are set; a changed configuration needs a restart")
      }
    }
    do throws(TLSContext.Failure) {
      let context = try Self.listenerTLS(configuration)
      listenerTLS.withLock { $0 = context }
      log.log(.info, "certificates.loaded") { _ in }
    } catch {
      log.log(.error, "certificates.refused") { $0.text("reason", error.message) }
    }
  }

  package var isDraining: Bool { draining.load(ordering: .relaxed) }

  /// From now on: no new connections, the answers under way are finished.
  package func drain() { draining.store(true, ordering: .relaxed) }

  /// Requests and idle connections that are still open.
  package var openConnections: Int { connections.value }

  var notReadyReason: String? { isDraining ? "draining" : readiness() }

  func digest(_ credential: [UInt8]) -> TokenDigestBytes {
    TokenDigestBytes(bigEndianWords: digester.digest(credential.span).bigEndianWords)
  }

  /// A share of a budget has been reached.
  func tell(_ notice: BudgetNotice) {
    log.log(.warn, BudgetNotice.event) { line in
      line.field("subject", notice.name)
      line.field("period", notice.period.rawValue)
      line.field("percent", notice.percent)
      line.field("spent_usd", DollarAmount(nanoUSD: notice.spentNanoUSD).description)
      line.field("limit_usd", DollarAmount(nanoUSD: notice.limitNanoUSD).description)
    }
  }

  /// What a key that a client brings is known by; not the digest of a token with the same bytes.
  func fingerprint(_ secret: ClearSecret) -> String? {
    let digest = digester.digest((Array("upstream key".utf8) + [0] + secret.bytes).span)
    return TokenDigestBytes(digest.bytes)?.hex
  }

  // MARK: ids that live on one key

  /// Where the ids live; throws for one that is not the user's, or not that provider's.
  func owner(
    of ids: [String], userID: String, at providerID: String? = nil
  ) throws(Refusal) -> HandedOutIDs.Owner? {
    let now = wallClockMilliseconds()
    return try HandedOutIDs.owner(of: ids, userID: userID, at: providerID) { id throws(Refusal) in
      do throws(StoreError) {
        guard
          case .own(let owned) = try ownedIDs.find(id, user: userID, nowMilliseconds: now)
        else { return nil }
        return HandedOutIDs.Owner(
          keyID: owned.key, providerID: owned.provider, userID: owned.user)
      } catch {
        log.log(.error, "owned_ids.unreadable") { $0.text("reason", error.message) }
        throw .overloaded("The appliance cannot look up the ids in this request. Try again later.")
      }
    }
  }

  /// Takes note of an id that an answer has handed out, and returns it for the journal; nil: it
  /// cannot be kept.
  ///
  /// `owed`: it is that of a response of these models, whose usage a later answer will state.
  func note(
    _ id: String, user: User, provider: Provider, key: Key, owed: OwedModels? = nil
  ) -> OwnedID? {
    let owned = OwnedID(
      id: id, user: user.id, provider: provider.id, key: key.id,
      expiresAtMilliseconds: wallClockMilliseconds() + HandedOutIDs.lifetimeMilliseconds(of: id),
      debt: owed == nil ? .unknown : .owed, owed: owed ?? OwedModels())
    return ownedIDs.note(owned) ? owned : nil
  }

  /// Has ids stored for which the journal had no room.
  func store(_ noted: ArraySlice<OwnedID>) { ownedIDs.store(noted) }

  /// The id of a response whose usage is owed, now settled, to the first answer that states it; nil
  /// to all others, which do not account for it.
  ///
  /// Where that cannot be looked up it counts nothing, and a later reading will.
  func claimUsage(of id: String, userID: String) -> OwnedID? {
    do throws(StoreError) {
      return try ownedIDs.claimUsage(
        of: id, user: userID, nowMilliseconds: wallClockMilliseconds())
    } catch {
      log.log(.error, "owned_ids.unreadable") { $0.text("reason", error.message) }
      return nil
    }
  }

  // MARK: what is learned of providers

  /// Whether a stream's usage may be asked for: as configured, unless the provider has refused it.
  func streamUsage(of provider: Provider) -> ProviderProfile.StreamUsage {
    guard provider.profile.streamUsage == .ask else { return .never }
    return refusesStreamUsage.withLock { $0.contains(provider.id) } ? .never : .ask
  }

  func noteStreamUsageRefused(by providerID: String) {
    refusesStreamUsage.withLock { _ = $0.insert(providerID) }
  }

  /// A provider that cannot be reached is worth a line in the log, once a second.
  func noteConnectFailure(_ provider: String, _ error: ConnectError) {
    let now = MonotonicTime.now()
    let isNew = unreachable.withLock { seen in
      if let last = seen[provider], now - last < .seconds(1) { return false }
      seen[provider] = now
      return true
    }
    guard isNew else { return }
    log.log(.warn, "upstream.unreachable") { line in
      line.field("provider", provider)
      line.text("reason", "\(error)")
    }
  }
}
