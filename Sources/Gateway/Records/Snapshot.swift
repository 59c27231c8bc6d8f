package import Providers

/// Everything the hot path reads of the configuration: immutable, shared by all loops.
///
/// A change makes a new snapshot that shares all that did not change with the old one
/// (`applying`), so publishing costs what the change costs. What is learned while serving is not
/// in it but in each provider's `state`, which goes along.
package final class Snapshot: Sendable {
  /// Rises by one with each change.
  package let generation: UInt64
  package let settings: RuntimeSettings
  package let models: ModelMap

  let records: ShardedMap<RecordID, NamedRecord>
  let names: ShardedMap<RecordName, String>
  let users: ShardedMap<String, User>
  let tokens: ShardedMap<String, Token>
  let tokensByDigest: ShardedMap<TokenDigestBytes, Token>
  /// Ids of tokens by the id of their user.
  let tokensByUser: ShardedMap<String, [String]>
  let keys: ShardedMap<String, Key>
  let providers: [String: Provider]
  let settingValues: [String: SettingDefinition]
  /// The built-in prices under the operator's.
  package let prices: PriceTable
  package let basePrices: PriceTable
  let zones: ZoneTable
  let priceDefinitions: [String: ModelPriceDefinition]
  private let providersByName: ProviderNames
  private let providersByDialect: [Dialect: [Provider]]

  package static let empty = Snapshot(SnapshotBuilder())

  /// A snapshot without records over a table of prices and the time zones that there are.
  package static func empty(
    basePrices: PriceTable, zones: ZoneTable = .fixedOffsets
  ) -> Snapshot {
    Snapshot(SnapshotBuilder(basePrices: basePrices, zones: zones))
  }

  init(_ builder: SnapshotBuilder) {
    generation = builder.generation
    settings = builder.settings
    models = builder.models
    records = builder.records
    names = builder.names
    users = builder.users
    tokens = builder.tokens
    tokensByDigest = builder.tokensByDigest
    tokensByUser = builder.tokensByUser
    keys = builder.keys
    providers = builder.providers
    settingValues = builder.settingValues
    prices = builder.prices.taking(unpricedAsFree: builder.settings.unpriced == .free)
    basePrices = builder.basePrices
    zones = builder.zones
    priceDefinitions = builder.priceDefinitions
    providersByName = ProviderNames(builder.providers.values)
    var byDialect: [Dialect: [Provider]] = [:]
    for provider in builder.providers.values {
      byDialect[provider.dialect, default: []].append(provider)
    }
    providersByDialect = byDialect.mapValues { $0.sorted { $0.id < $1.id } }
  }

  /// The owner of a token and the token; nil for a stranger.
  package func caller(digest: TokenDigestBytes) -> Caller? {
    guard let token = tokensByDigest[digest], let user = users[token.userID] else { return nil }
    return Caller(user: user, token: token)
  }

  package func provider(named name: String) -> Provider? {
    providersByName.find(name.utf8.span)
  }

  /// The provider that the first segment of `provider/model` names, and the rest.
  func providerNamed(in model: String) -> (Provider, rest: String)? {
    let bytes = model.utf8.span
    var slash = 0
    while slash < bytes.count, bytes[slash] != UInt8(ascii: "/") { slash += 1 }
    guard slash + 1 < bytes.count,
      let provider = providersByName.find(bytes.extracting(first: slash)),
      let rest = try? UTF8Span(validating: bytes.extracting(droppingFirst: slash + 1))
    else { return nil }
    return (provider, String(copying: rest))
  }

  package func provider(id: String) -> Provider? { providers[id] }
  package func key(id: String) -> Key? { keys[id] }
  package func user(id: String) -> User? { users[id] }
  package func token(id: String) -> Token? { tokens[id] }
  package func tokenCount(ofUser id: String) -> Int { tokensByUser[id]?.count ?? 0 }

  /// In the order in which they were made.
  package func providers(of dialect: Dialect) -> [Provider] { providersByDialect[dialect] ?? [] }

  /// Those of all users and tokens that have limits or budgets, in no order.
  package var allowances: [Allowance] {
    users.values.compactMap(\.allowance) + tokens.values.compactMap(\.allowance)
  }

  /// Of a user and its tokens, the user's first; only those that have limits or budgets.
  package func allowances(ofUser id: String) -> [Allowance] {
    let tokens = (tokensByUser[id] ?? []).sorted().compactMap { self.tokens[$0]?.allowance }
    return [users[id]?.allowance].compactMap { $0 } + tokens
  }

  /// By name.
  package var allProviders: [Provider] { providers.values.sorted { $0.name < $1.name } }

  package func user(named name: String) -> User? {
    id(of: RecordName(kind: .user, name: name)).flatMap { users[$0] }
  }

  /// The id of the record of this name.
  package func id(of name: RecordName) -> String? { names[name] }

  /// The record as it is stored.
  package func record(_ kind: Record.Kind, id: String) -> Record? {
    records[RecordID(kind: kind, id: id)]?.record
  }

  /// Every record of a kind, in the order of ids.
  package func records(_ kind: Record.Kind) -> [Record] {
    var all: [Record] = []
    records.forEachEntry { id, named in
      if id.kind == kind { all.append(named.record) }
    }
    return all.sorted { $0.id < $1.id }
  }

  /// Records that cannot stay when one goes: a provider's keys, a user's tokens and
  /// the keys that it has contributed.
  ///
  /// Who deletes a record deletes these in the same change.
  package func dependents(of kind: Record.Kind, id: String) -> [RecordID] {
    switch kind {
    case .provider:
      return providers[id]?.keys.map { RecordID(kind: .key, id: $0.id) } ?? []
    case .user:
      var contributed: [String] = []
      keys.forEachEntry { keyID, key in
        if key.ownerID == id { contributed.append(keyID) }
      }
      return (tokensByUser[id] ?? []).sorted().map { RecordID(kind: .token, id: $0) }
        + contributed.sorted().map { RecordID(kind: .key, id: $0) }
    case .key, .token, .model, .price, .setting:
      return []
    }
  }
}

extension Snapshot {
  /// The keys that a user has contributed, withdrawn ones among them, by provider and label.
  package func keys(ownedBy userID: String) -> [(provider: Provider, key: Key)] {
    var owned: [(provider: Provider, key: Key)] = []
    for provider in allProviders {
      for key in provider.keys where key.ownerID == userID { owned.append((provider, key)) }
    }
    return owned.sorted { ($0.provider.name, $0.key.label) < ($1.provider.name, $1.key.label) }
  }
}

/// Kind and id: what tells records apart.
package struct RecordID: Hashable, Sendable, ShardKey {
  package let kind: Record.Kind
  package let id: String

  package init(kind: Record.Kind, id: String) {
    self.kind = kind
    self.id = id
  }

  package var shardHash: UInt64 { id.shardHash }
}

/// The name of a record, unique among those of its kind and owner.
package struct RecordName: Hashable, Sendable, ShardKey {
  package let kind: Record.Kind
  /// The id of the provider of a key, of the user of a token; else empty.
  package let ownerID: String
  package let name: String

  package init(kind: Record.Kind, ownerID: String = "", name: String) {
    self.kind = kind
    self.ownerID = ownerID
    self.name = name
  }

  package var shardHash: UInt64 { name.shardHash ^ ownerID.shardHash }
}

struct NamedRecord: Sendable {
  let record: Record
  let name: RecordName
}
