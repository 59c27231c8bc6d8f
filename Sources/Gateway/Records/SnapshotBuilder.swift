import Cluster
import Providers

/// Opens a sealed secret of a record; nil if it does not open.
package typealias Unseal = (
  _ kind: Record.Kind, _ id: String, _ field: String, _ sealedText: String
) -> [UInt8]?

extension Snapshot {
  /// The snapshot after some records changed; this one stays as it is.
  ///
  /// All or nothing: names must be unique, and what a record refers to must be there. A tombstone
  /// takes its record out; one for a provider with keys or a user with tokens must come with
  /// tombstones for those (`dependents`).
  package func applying(_ changes: [Record], unseal: Unseal) throws(RecordError) -> Snapshot {
    var builder = SnapshotBuilder(self)
    try builder.apply(changes, unseal: unseal)
    return Snapshot(builder)
  }

  /// A snapshot of stored records; those that cannot stand are left out and named.
  package static func loading(
    _ records: [Record], basePrices: PriceTable = .empty, zones: ZoneTable = .fixedOffsets,
    unseal: Unseal
  ) -> (snapshot: Snapshot, problems: [RecordError]) {
    let base = Snapshot.empty(basePrices: basePrices, zones: zones)
    var problems: [RecordError] = []
    var rest = records.filter { $0.value != nil }
    while true {
      do {
        return (try base.applying(rest, unseal: unseal), problems)
      } catch {
        problems.append(error)
        let count = rest.count
        rest.removeAll { $0.kind == error.kind && $0.id == error.id }
        guard rest.count < count else { return (base, problems) }
      }
    }
  }
}

/// The working copy while a snapshot is made from another.
struct SnapshotBuilder {
  private(set) var generation: UInt64 = 0
  private(set) var settings = RuntimeSettings()
  private(set) var models = ModelMap()
  private(set) var records = ShardedMap<RecordID, NamedRecord>()
  private(set) var names = ShardedMap<RecordName, String>()
  private(set) var users = ShardedMap<String, User>()
  private(set) var tokens = ShardedMap<String, Token>()
  private(set) var tokensByDigest = ShardedMap<TokenDigestBytes, Token>()
  private(set) var tokensByUser = ShardedMap<String, [String]>()
  private(set) var keys = ShardedMap<String, Key>()
  private(set) var providers: [String: Provider] = [:]
  private(set) var settingValues: [String: SettingDefinition] = [:]
  private(set) var prices: PriceTable
  let basePrices: PriceTable
  let zones: ZoneTable
  private(set) var priceDefinitions: [String: ModelPriceDefinition] = [:]

  init(basePrices: PriceTable = .empty, zones: ZoneTable = .fixedOffsets) {
    self.basePrices = basePrices
    self.zones = zones
    prices = basePrices
  }

  init(_ base: Snapshot) {
    generation = base.generation + 1
    settings = base.settings
    models = base.models
    records = base.records
    names = base.names
    users = base.users
    tokens = base.tokens
    tokensByDigest = base.tokensByDigest
    tokensByUser = base.tokensByUser
    keys = base.keys
    providers = base.providers
    settingValues = base.settingValues
    prices = base.prices
    basePrices = base.basePrices
    zones = base.zones
    priceDefinitions = base.priceDefinitions
  }

  mutating func apply(_ changes: [Record], unseal: Unseal) throws(RecordError) {
    var latest: [RecordID: Record] = [:]
    var order: [RecordID] = []
    for change in changes {
      let id = RecordID(kind: change.kind, id: change.id)
      if latest.updateValue(change, forKey: id) == nil { order.append(id) }
    }
    for id in order {
      guard let old = records[id] else { continue }
      names[old.name] = nil
      records[id] = nil
    }
    let byKind = Dictionary(grouping: order.compactMap { latest[$0] }, by: \.kind)
    let dialectsChanged = try applyProvidersAndKeys(
      byKind[.provider] ?? [], byKind[.key] ?? [], unseal: unseal)
    try applyUsersAndTokens(byKind[.user] ?? [], byKind[.token] ?? [])
    try checkUserModelMaps(byKind[.user] ?? [], checkingAll: dialectsChanged)
    try applyModels(byKind[.model] ?? [], checkingAll: dialectsChanged)
    try applyPrices(byKind[.price] ?? [])
    try applySettings(byKind[.setting] ?? [])
  }

  /// Enters a record under its name.
  private mutating func enter(
    _ record: Record, owner: String = "", name: String, shown: String
  ) throws(RecordError) {
    let recordName = RecordName(kind: record.kind, ownerID: owner, name: name)
    guard names[recordName] == nil else {
      let word = record.kind == .key || record.kind == .token ? "label" : "name"
      throw RecordError(
        kind: record.kind, id: record.id, name: shown, field: word,
        message: "\(word) is taken: there is already a \(record.kind.rawValue) of this \(word)")
    }
    names[recordName] = record.id
    records[RecordID(kind: record.kind, id: record.id)] = NamedRecord(
      record: record, name: recordName)
  }

  // MARK: - Providers and keys

  /// Says whether a provider went or changed its dialect, so that mappings must be checked.
  private mutating func applyProvidersAndKeys(
    _ providerChanges: [Record], _ keyChanges: [Record], unseal: Unseal
  ) throws(RecordError) -> Bool {
    guard !providerChanges.isEmpty || !keyChanges.isEmpty else { return false }
    var definitions: [String: ProviderDefinition] = [:]
    var touched: Set<String> = []
    for record in providerChanges {
      touched.insert(record.id)
      guard let value = record.value else { continue }
      let definition = try ProviderDefinition(value, id: record.id)
      try enter(record, name: definition.name, shown: definition.name)
      definitions[record.id] = definition
    }
    let deleted = Set(providerChanges.lazy.filter { $0.value == nil }.map(\.id))
    var changedKeys: [String: [Key]] = [:]
    var changedIDs: Set<String> = []
    for record in keyChanges {
      changedIDs.insert(record.id)
      let old = keys[record.id]
      if let old { touched.insert(old.providerID) }
      keys[record.id] = nil
      guard let value = record.value else { continue }
      let definition = try KeyDefinition(value, id: record.id)
      let provider =
        definitions[definition.providerID]?.profile
        ?? (deleted.contains(definition.providerID)
          ? nil : providers[definition.providerID]?.profile)
      let shown = "\(provider?.name ?? definition.providerID)/\(definition.label)"
      guard let provider else {
        throw RecordError(
          kind: .key, id: record.id, name: shown, field: "provider",
          message: "provider names a provider that does not exist")
      }
      try enter(record, owner: definition.providerID, name: definition.label, shown: shown)
      let key = try key(
        record, definition, old: old, takesNoKey: provider.auth == .none, shown: shown,
        unseal: unseal)
      keys[record.id] = key
      touched.insert(key.providerID)
      changedKeys[key.providerID, default: []].append(key)
    }
    var mustCheckModels = false
    for id in touched.sorted() {
      let old = providers[id]
      let kept = old?.keys.filter { !changedIDs.contains($0.id) } ?? []
      let keys = kept + (changedKeys[id] ?? [])
      guard let profile = definitions[id]?.profile ?? (deleted.contains(id) ? nil : old?.profile)
      else {
        if let old, !keys.isEmpty {
          throw RecordError(
            kind: .provider, id: id, name: old.name,
            message: "still has \(keys.count) keys; delete those with it")
        }
        providers[id] = nil
        mustCheckModels = true
        continue
      }
      var provider = Provider(
        id: id, profile: profile, keys: keys, revision: generation,
        state: old?.state ?? ProviderState())
      if let old {
        if !provider.isSameService(as: old) {
          provider = Provider(
            id: id, profile: profile, keys: keys, revision: generation, state: ProviderState())
        }
        if old.dialect != provider.dialect { mustCheckModels = true }
        if profile.auth != .none,
          let key = keys.first(where: { $0.secret.bytes.isEmpty && $0.status != .withdrawn })
        {
          throw RecordError(
            kind: .key, id: key.id, name: "\(profile.name)/\(key.label)", field: "secret",
            message: "secret is missing: provider '\(profile.name)' now takes a key")
        }
      }
      providers[id] = provider
    }
    return mustCheckModels
  }

  private func key(
    _ record: Record, _ definition: KeyDefinition, old: Key?, takesNoKey: Bool, shown: String,
    unseal: Unseal
  ) throws(RecordError) -> Key {
    func wrong(_ message: String) -> RecordError {
      RecordError(kind: .key, id: record.id, name: shown, field: "secret", message: message)
    }
    guard let sealed = definition.sealedSecret else {
      guard takesNoKey || definition.status == .withdrawn else { throw wrong("secret is missing") }
      return Key(
        id: record.id, definition: definition, secret: ClearSecret([]), incarnation: generation)
    }
    if let old, old.sealedSecret == sealed {
      return Key(
        id: record.id, definition: definition, secret: old.secret, incarnation: old.incarnation)
    }
    guard let clear = unseal(.key, record.id, "secret", sealed) else {
      throw wrong("secret does not open with this master key")
    }
    // It stands in a header field (RFC 9110 section 5.5) or a query.
    guard !clear.isEmpty, clear.count <= 8_192, clear.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw wrong("secret must be 1 to 8192 visible ASCII characters without spaces")
    }
    let secret = ClearSecret(clear)
    let incarnation = old.map { $0.secret == secret ? $0.incarnation : generation } ?? generation
    return Key(id: record.id, definition: definition, secret: secret, incarnation: incarnation)
  }

  // MARK: - Users and tokens

  private mutating func applyUsersAndTokens(
    _ userChanges: [Record], _ tokenChanges: [Record]
  ) throws(RecordError) {
    var deleted: [User] = []
    for record in userChanges {
      guard let value = record.value else {
        if let old = users[record.id] { deleted.append(old) }
        users[record.id] = nil
        continue
      }
      let definition = try UserDefinition(value, id: record.id)
      try enter(record, name: definition.name, shown: definition.name)
      users[record.id] = User(
        id: record.id, definition: definition,
        allowance: try Allowance(record.id, definition, zones: zones, generation: generation))
    }
    for record in tokenChanges {
      if let old = tokens[record.id] {
        tokensByDigest[old.digest] = nil
        tokens[record.id] = nil
        let rest = tokensByUser[old.userID]?.filter { $0 != record.id } ?? []
        tokensByUser[old.userID] = rest.isEmpty ? nil : rest
      }
    }
    for record in tokenChanges {
      guard let value = record.value else { continue }
      let definition = try TokenDefinition(value, id: record.id)
      let owner = users[definition.userID]
      let shown = "\(owner?.name ?? definition.userID)/\(definition.label)"
      guard owner != nil else {
        throw RecordError(
          kind: .token, id: record.id, name: shown, field: "user",
          message: "user names a user that does not exist")
      }
      try enter(record, owner: definition.userID, name: definition.label, shown: shown)
      let token = Token(
        id: record.id, definition: definition,
        allowance: try Allowance(
          record.id, definition, shown: shown, zones: zones, generation: generation))
      guard tokensByDigest[token.digest] == nil else {
        throw RecordError(
          kind: .token, id: record.id, name: shown, field: "digest",
          message: "secret is that of another token; each token needs its own")
      }
      tokens[record.id] = token
      tokensByDigest[token.digest] = token
      tokensByUser[token.userID] = (tokensByUser[token.userID] ?? []) + [token.id]
    }
    if let user = deleted.first(where: { users[$0.id] == nil && tokensByUser[$0.id] != nil }) {
      throw RecordError(
        kind: .user, id: user.id, name: user.name,
        message: "still has tokens; delete those with it")
    }
  }

  // MARK: - Models, prices, settings

  private mutating func applyModels(
    _ changes: [Record], checkingAll: Bool
  ) throws(RecordError) {
    guard !changes.isEmpty || checkingAll else { return }
    if !changes.isEmpty {
      var mappings: [String: ModelMapping?] = [:]
      for record in changes {
        guard let value = record.value else {
          mappings[record.id] = .some(nil)
          continue
        }
        let definition = try ModelDefinition(value, id: record.id)
        try enter(record, name: definition.name, shown: definition.name)
        mappings[record.id] = ModelMapping(id: record.id, definition: definition)
      }
      models.change(mappings)
    }
    let toCheck = checkingAll ? models.mappings : changes.compactMap { models[id: $0.id] }
    for mapping in toCheck {
      try check(mapping) { message in
        RecordError(
          kind: .model, id: mapping.id, name: mapping.name, field: "targets", message: message)
      }
    }
  }

  /// The maps that users have of their own, as those of the system.
  private func checkUserModelMaps(
    _ changes: [Record], checkingAll: Bool
  ) throws(RecordError) {
    var toCheck = changes.compactMap { users[$0.id] }
    if checkingAll { toCheck = users.values }
    for user in toCheck {
      for mapping in user.modelMap?.mappings ?? [] {
        try check(mapping) { message in
          RecordError(
            kind: .user, id: user.id, name: user.name, field: UserModelMap.field,
            message: "\(UserModelMap.field) '\(mapping.name)': \(message)")
        }
      }
    }
  }

  /// Every target must be there, and all must speak one dialect.
  private func check(
    _ mapping: ModelMapping, _ wrong: (String) -> RecordError
  ) throws(RecordError) {
    var first: Provider?
    for target in mapping.allTargets {
      guard let provider = providers[target.providerID] else {
        throw wrong(
          "a target's provider does not exist, or is about to be removed: "
            + "change the mapping first")
      }
      if let first, first.dialect != provider.dialect {
        throw wrong(
          "all targets must speak one dialect: '\(first.name)' speaks \(first.dialect.rawValue), "
            + "'\(provider.name)' speaks \(provider.dialect.rawValue)")
      }
      first = first ?? provider
    }
  }

  private mutating func applyPrices(_ changes: [Record]) throws(RecordError) {
    guard !changes.isEmpty else { return }
    var fieldNames = PriceNames()
    for record in changes {
      guard let value = record.value else {
        priceDefinitions[record.id] = nil
        continue
      }
      let definition = try ModelPriceDefinition(value, id: record.id, names: &fieldNames)
      try enter(record, name: definition.name, shown: definition.name)
      priceDefinitions[record.id] = definition
    }
    guard !priceDefinitions.isEmpty else {
      prices = basePrices
      return
    }
    // What the table holds names it: the same prices have the same name, on every node and after
    // every start, and other prices have another.
    let sum = priceDefinitions.values.reduce(UInt64(0)) { $0 &+ $1.fingerprint }
    let digits = String(StableHash.mix(sum), radix: 16)
    let name = String(repeating: "0", count: 16 - digits.count) + digits
    let version = "\(basePrices.version)+\(name)"
    prices = basePrices.overlaid(with: priceDefinitions.values.map(\.entry), version: version)
  }

  private mutating func applySettings(_ changes: [Record]) throws(RecordError) {
    guard !changes.isEmpty else { return }
    for record in changes {
      guard let value = record.value else {
        settingValues[record.id] = nil
        continue
      }
      let definition = try SettingDefinition(value, id: record.id)
      try enter(record, name: definition.name, shown: definition.name)
      settingValues[record.id] = definition
    }
    var settings = RuntimeSettings()
    for definition in settingValues.values {
      try settings.apply(definition.value, to: definition.name)
    }
    self.settings = settings
  }
}
