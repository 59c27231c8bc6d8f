import JSON
import Providers

extension ImportDocument {
  /// The writes that make the records what the document says; none where they already are.
  ///
  /// The whole outcome is checked before anything is written. With `replacing`, records that the
  /// document does not name are removed, and fields that it does not give return to their
  /// defaults; a section that is absent is left alone, an empty one removes all of its kind, and
  /// secrets that are not given stay. Keys go with their provider, tokens with their user; a
  /// document that names what would so be removed is refused.
  package func plan(
    on snapshot: Snapshot, replacing: Bool = false, tools: ImportTools
  ) throws(ImportError) -> ImportPlan {
    var planner = ImportPlanner(
      snapshot: snapshot, replaced: replacing ? kinds : nil, tools: tools)
    // Users name providers, and keys the users who contributed them.
    for entry in entries where entry.kind == .provider { try planner.add(entry) }
    for entry in entries where entry.kind == .user { try planner.add(entry) }
    for entry in entries where entry.kind != .provider && entry.kind != .user {
      try planner.add(entry)
    }
    try planner.removeUnnamed()
    let plan = ImportPlan(
      writes: ContributedKeys.withdrawing(planner.plan.writes, on: snapshot),
      unchangedCount: planner.plan.unchangedCount)
    do {
      try plan.check(on: snapshot)
    } catch {
      let path = planner.paths[RecordID(kind: error.kind, id: error.id ?? "")] ?? ""
      throw ImportError(path: path, message: error.description)
    }
    return plan
  }
}

/// Turns the entries of a document into writes, one after the other.
private struct ImportPlanner {
  let snapshot: Snapshot
  /// The kinds of which no record stays that the document does not name; nil: all stay.
  let replaced: Set<Record.Kind>?
  let tools: ImportTools
  /// Where in the document a record stands.
  private(set) var paths: [RecordID: String] = [:]
  private var writes: [RecordWrite] = []
  private var unchangedCount = 0
  /// Names that the document brings.
  private var newIDs: [RecordName: String] = [:]

  init(snapshot: Snapshot, replaced: Set<Record.Kind>?, tools: ImportTools) {
    self.snapshot = snapshot
    self.replaced = replaced
    self.tools = tools
  }

  var plan: ImportPlan { ImportPlan(writes: writes, unchangedCount: unchangedCount) }

  mutating func add(_ entry: ImportDocument.Entry) throws(ImportError) {
    let known = Self.fields(of: entry.kind)
    for member in entry.members where !known.contains(member.name) {
      throw wrong(
        entry,
        "a \(entry.kind.rawValue) has no field '\(member.name.prefix(80))'; its fields are "
          + known.joined(separator: ", "))
    }
    let name = try recordName(entry)
    let existing = snapshot.id(of: name)
    let id = existing ?? newID(entry.kind, name.name)
    guard newIDs.updateValue(id, forKey: name) == nil else {
      throw wrong(entry, "'\(name.name)' stands in the document twice")
    }
    paths[RecordID(kind: entry.kind, id: id)] = entry.path
    let old = snapshot.record(entry.kind, id: id)?.value
    var value = replaced != nil ? kept(of: old, entry.kind) : old ?? .object([])
    var secrets: [SecretWrite] = []
    var seen: Set<String> = []
    for member in entry.members {
      guard seen.insert(member.name).inserted else {
        throw wrong(entry, "\(member.name) is given twice")
      }
      guard member.value != .null else {
        value[member.name] = nil
        continue
      }
      if entry.kind != .price, let name = member.value.repeatedName {
        throw wrong(entry, "\(member.name): \(name.prefix(80)) is given twice")
      }
      try take(member, entry, id: id, into: &value, secrets: &secrets)
    }
    if replaced != nil { value = Self.ordered(value, like: old) }
    guard value != old || !secrets.isEmpty else {
      unchangedCount += 1
      return
    }
    let shown = try shownName(entry, name)
    writes.append(
      RecordWrite(
        kind: entry.kind, id: id, name: shown, change: old == nil ? .created : .changed,
        value: value, secrets: secrets))
  }

  /// Removes every record of the replaced kinds that the document does not name, and what cannot
  /// stay without it.
  mutating func removeUnnamed() throws(ImportError) {
    guard let replaced else { return }
    var gone: Set<RecordID> = []
    for kind in Record.Kind.allCases where replaced.contains(kind) {
      for record in snapshot.records(kind) {
        let id = RecordID(kind: kind, id: record.id)
        guard paths[id] == nil else { continue }
        remove(id, &gone)
        for dependent in snapshot.dependents(of: kind, id: record.id) {
          guard let path = paths[dependent] else {
            remove(dependent, &gone)
            continue
          }
          guard owner(of: dependent) == record.id else { continue }
          throw ImportError(
            path: path,
            message: "it belongs to the user '\(snapshot.shownName(kind, id: record.id))', "
              + Self.isRemoved(kind, or: "give the key another owner, or null for none, "))
        }
      }
    }
  }

  private mutating func remove(_ id: RecordID, _ gone: inout Set<RecordID>) {
    guard gone.insert(id).inserted else { return }
    writes.append(
      RecordWrite(
        kind: id.kind, id: id.id, name: snapshot.shownName(id.kind, id: id.id), change: .removed,
        value: nil))
  }

  /// Who will have contributed a key when all is written.
  private func owner(of key: RecordID) -> String? {
    let written = writes.first { $0.kind == key.kind && $0.id == key.id }
    return written.map { $0.value(of: "owner")?.string } ?? snapshot.key(id: key.id)?.ownerID
  }

  /// Ends a sentence about a record that is left out of a document that replaces its kind.
  private static func isRemoved(_ kind: Record.Kind, or way: String = "") -> String {
    "which is not in this document; with --replace everything that it does not name is removed: "
      + "add the \(kind.rawValue), \(way)or import without --replace"
  }

  // MARK: - Names

  private static func fields(of kind: Record.Kind) -> [String] {
    switch kind {
    case .provider: ProviderDefinition.fields
    case .key: KeyDefinition.fields
    case .user: UserDefinition.fields
    case .token: TokenDefinition.fields + ["secret"]
    case .model: ModelDefinition.fields
    case .price: ModelPriceDefinition.fields
    case .setting: SettingDefinition.fields
    }
  }

  private func newID(_ kind: Record.Kind, _ name: String) -> String {
    kind == .price || kind == .setting ? name : tools.makeID(kind)
  }

  private func recordName(_ entry: ImportDocument.Entry) throws(ImportError) -> RecordName {
    switch entry.kind {
    case .provider, .user, .model, .price, .setting:
      return RecordName(kind: entry.kind, name: try text("name", in: entry))
    case .key:
      let owner = try id(.provider, named: try text("provider", in: entry), "provider", entry)
      return RecordName(kind: .key, ownerID: owner, name: try text("label", in: entry))
    case .token:
      let owner = try id(.user, named: try text("user", in: entry), "user", entry)
      return RecordName(kind: .token, ownerID: owner, name: try text("label", in: entry))
    }
  }

  private func shownName(
    _ entry: ImportDocument.Entry, _ name: RecordName
  ) throws(ImportError) -> String {
    switch entry.kind {
    case .key: "\(try text("provider", in: entry))/\(name.name)"
    case .token: "\(try text("user", in: entry))/\(name.name)"
    case .provider, .user, .model, .price, .setting: name.name
    }
  }

  private func text(
    _ field: String, in entry: ImportDocument.Entry
  ) throws(ImportError) -> String {
    guard case .string(let text)? = entry.members.first(where: { $0.name == field })?.value,
      !text.isEmpty
    else { throw wrong(entry, "\(field) is missing: a \(entry.kind.rawValue) needs one") }
    return text
  }

  /// The id of a record that a field of another names.
  private func id(
    _ kind: Record.Kind, named name: String, _ field: String, _ entry: ImportDocument.Entry
  ) throws(ImportError) -> String {
    let recordName = RecordName(kind: kind, name: name)
    if let id = newIDs[recordName] { return id }
    let path = "\(entry.path).\(field)"
    guard let id = snapshot.id(of: recordName) else {
      throw ImportError(
        path: path, message: "there is no \(kind.rawValue) '\(name.prefix(80))'")
    }
    // Providers and users come first, so what is not known yet is not in the document.
    guard replaced?.contains(kind) != true else {
      throw ImportError(
        path: path,
        message: "it names the \(kind.rawValue) '\(name.prefix(80))', " + Self.isRemoved(kind))
    }
    return id
  }

  private func wrong(_ entry: ImportDocument.Entry, _ message: String) -> ImportError {
    ImportError(path: entry.path, message: message)
  }

  // MARK: - Fields

  /// Puts a field of the document into the record's form: ids for names, digests for tokens,
  /// secrets apart.
  private func take(
    _ member: JSONValue.Member, _ entry: ImportDocument.Entry, id: String,
    into value: inout JSONValue, secrets: inout [SecretWrite]
  ) throws(ImportError) {
    switch (entry.kind, member.name) {
    case (.key, "provider"), (.token, "user"):
      let kind: Record.Kind = entry.kind == .key ? .provider : .user
      value[member.name] = .string(
        try self.id(kind, named: member.value.string ?? "", member.name, entry))
    case (.key, "owner"):
      value["owner"] = .string(
        try self.id(.user, named: member.value.string ?? "", "owner", entry))
    case (.key, "secret"):
      try takeSecret(member.value, entry, id: id, into: &value, secrets: &secrets)
    case (.token, "secret"):
      guard case .string(let text) = member.value, !text.isEmpty else {
        throw wrong(entry, "secret must be a text")
      }
      let digest = tools.digest(Array(text.utf8)).hex
      if let given = entry.members.first(where: { $0.name == "digest" })?.value.string,
        given.lowercased() != digest
      {
        throw wrong(entry, "secret and digest are of different tokens; give one of them")
      }
      value["digest"] = .string(digest)
    case (.token, "digest"):
      guard let digest = TokenDigestBytes(hex: member.value.string ?? "") else {
        throw wrong(entry, "digest must be 64 hexadecimal digits")
      }
      value["digest"] = .string(digest.hex)
    case (.token, "expires_at"):
      guard let moment = Timestamp.read(member.value) else {
        throw wrong(
          entry,
          "expires_at must be a time such as \"2027-01-31T00:00:00Z\" or Unix milliseconds")
      }
      value["expires_at"] = .string(Timestamp.text(moment))
    case (.model, "targets"), (.model, "fallbacks"):
      value[member.name] = try targets(member.value, member.name, entry)
    case (.user, UserModelMap.field):
      value[member.name] = try UserModelMap.replacingProviders(in: member.value) {
        name throws(ImportError) in
        .string(
          try self.id(.provider, named: name.string ?? "", UserModelMap.field, entry))
      }
    case (.user, "budgets"), (.token, "budgets"):
      let old = snapshot.record(entry.kind, id: id)?.value?["budgets"]
      if let fault = BudgetDefinition.fault(in: member.value, of: old) { throw wrong(entry, fault) }
      value["budgets"] =
        replaced != nil
        ? member.value : BudgetDefinition.keepingRaises(in: member.value, of: value["budgets"])
    case (.setting, "value"):
      let name = try text("name", in: entry)
      do {
        value["value"] = try RuntimeSettings.checked(member.value, for: name)
      } catch {
        throw wrong(entry, error.description)
      }
    default:
      value[member.name] = member.value
    }
  }

  /// A clear text, or what an export sealed: `{"sealed": "…", "id": "…"}`.
  private func takeSecret(
    _ given: JSONValue, _ entry: ImportDocument.Entry, id: String,
    into value: inout JSONValue, secrets: inout [SecretWrite]
  ) throws(ImportError) {
    let old = snapshot.key(id: id)
    let clear: [UInt8]
    switch given {
    case .string(let text) where !text.isEmpty:
      clear = Array(text.utf8)
      guard UpstreamRequest.isUsable(keySecret: clear) else {
        throw wrong(
          entry, "secret may not hold spaces, line breaks or letters beyond ASCII; was more copied?"
        )
      }
    default:
      guard let sealed = given["sealed"]?.string else {
        throw wrong(entry, "secret must be a text, or a sealed secret as an export writes it")
      }
      if let old, old.sealedSecret == sealed {
        value["secret"] = SealedText.value(sealed)
        return
      }
      let sealedID = given["id"]?.string ?? id
      guard let opened = tools.unseal(.key, sealedID, "secret", sealed) else {
        throw wrong(entry, "secret was sealed with another master key")
      }
      clear = opened
    }
    if let old, let sealed = old.sealedSecret, old.secret == ClearSecret(clear) {
      value["secret"] = SealedText.value(sealed)
      return
    }
    value["secret"] = nil
    secrets.append(SecretWrite(field: "secret", clear: ClearSecret(clear)))
  }

  private func targets(
    _ value: JSONValue, _ field: String, _ entry: ImportDocument.Entry
  ) throws(ImportError) -> JSONValue {
    guard case .array(let elements) = value else { return value }
    var targets: [JSONValue] = []
    for element in elements {
      guard case .object = element, let name = element["provider"]?.string else {
        targets.append(element)
        continue
      }
      var target = element
      target["provider"] = .string(try id(.provider, named: name, field, entry))
      targets.append(target)
    }
    return .array(targets)
  }

  /// What a replaced record keeps where the document is silent: its secret.
  private func kept(of old: JSONValue?, _ kind: Record.Kind) -> JSONValue {
    var value = JSONValue.object([])
    for field in ["secret", "digest", "public_id", "owner", "fingerprint"]
    where kind == .key || kind == .token {
      if let secret = old?[field] { value[field] = secret }
    }
    return value
  }

  /// The same members in the order of the old value, so that equal values compare equal.
  private static func ordered(_ value: JSONValue, like old: JSONValue?) -> JSONValue {
    guard case .object(let members) = value, case .object(let oldMembers)? = old else {
      return value
    }
    let places = Dictionary(
      zip(oldMembers.map(\.name), oldMembers.indices), uniquingKeysWith: { first, _ in first })
    let sorted = members.enumerated().sorted { left, right in
      let leftPlace = places[left.element.name] ?? oldMembers.count + left.offset
      let rightPlace = places[right.element.name] ?? oldMembers.count + right.offset
      return leftPlace < rightPlace
    }
    return .object(sorted.map(\.element))
  }
}
