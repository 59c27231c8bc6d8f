package import JSON

/// Writes records in the form that an import takes.
package enum ExportDocument {
  package enum Secrets: Sendable, CaseIterable {
    /// Only an appliance with the same master key can import them.
    case sealed
    case clear
    case omitted
  }

  /// Every record by name; importing it again changes nothing.
  package static func document(_ snapshot: Snapshot, secrets: Secrets) -> JSONValue {
    var sections: [JSONValue.Member] = []
    for (name, kind) in ImportDocument.sections {
      switch kind {
      case .price, .setting:
        sections.append(.init(name, .object(members(kind, snapshot))))
      case .provider, .key, .user, .token, .model:
        let values = records(kind, snapshot).compactMap { value(of: $0.record, snapshot, secrets) }
        sections.append(.init(name, .array(values)))
      }
    }
    return .object(sections)
  }

  /// Every record of a kind with the name that it is shown by, in the order of names.
  package static func records(
    _ kind: Record.Kind, _ snapshot: Snapshot
  ) -> [(name: String, record: Record)] {
    snapshot.records(kind)
      .map { (name: snapshot.shownName(kind, id: $0.id), record: $0) }
      .sorted { ($0.name, $0.record.id) < ($1.name, $1.record.id) }
  }

  /// The section of the prices or the settings.
  package static func members(_ kind: Record.Kind, _ snapshot: Snapshot) -> [JSONValue.Member] {
    let field = kind == .price ? "price" : "value"
    return records(kind, snapshot).compactMap { entry in
      entry.record.value?[field].map { JSONValue.Member(entry.name, $0) }
    }
  }

  /// One record by name with its secrets masked, for the audit; nil for a tombstone.
  ///
  /// A secret that is not that of `old` is said to be new.
  package static func masked(
    _ record: Record, in snapshot: Snapshot, since old: Record? = nil
  ) -> JSONValue? {
    guard var value = value(of: record, snapshot, .omitted) else { return nil }
    for field in ["secret", "digest"] {
      guard let secret = record.value?[field] else { continue }
      let isNew = old?.value.map { $0[field] != secret } ?? false
      value[field] = .string(isNew ? "[new secret]" : "[secret]")
    }
    if record.kind == .provider, let headers = value["headers"]?.object {
      let known = old?.value?["headers"]
      value["headers"] = .object(
        headers.map { header in
          guard mayHoldSecret(header.name) else { return header }
          let isNew = old != nil && known?[header.name] != header.value
          return .init(header.name, .string(isNew ? "[new secret]" : "[secret]"))
        })
    }
    return value
  }

  /// Whether a header field has a name as those have that carry credentials.
  private static func mayHoldSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["auth", "key", "token", "secret", "password", "credential", "cookie"].contains {
      name.contains($0)
    }
  }

  /// One record as it stands in a document; nil for a tombstone.
  package static func value(
    of record: Record, _ snapshot: Snapshot, _ secrets: Secrets
  ) -> JSONValue? {
    guard var value = record.value else { return nil }
    switch record.kind {
    case .key:
      guard let key = snapshot.key(id: record.id) else { return nil }
      value["provider"] = snapshot.provider(id: key.providerID).map { .string($0.name) }
      value["secret"] = secret(of: key, secrets)
      if let owner = key.ownerID {
        value["owner"] = snapshot.user(id: owner).map { .string($0.name) }
      }
    case .token:
      guard let token = snapshot.token(id: record.id) else { return nil }
      value["user"] = snapshot.user(id: token.userID).map { .string($0.name) }
      if secrets == .omitted { value["digest"] = nil }
    case .model:
      for field in ["targets", "fallbacks"] {
        guard case .array(let targets)? = value[field] else { continue }
        value[field] = .array(targets.map { named($0, snapshot) })
      }
    case .user:
      guard let map = value[UserModelMap.field] else { break }
      value[UserModelMap.field] = UserModelMap.replacingProviders(in: map) { id in
        id.string.flatMap { snapshot.provider(id: $0) }.map { .string($0.name) } ?? id
      }
    case .provider, .price, .setting:
      break
    }
    return value
  }

  private static func secret(of key: Key, _ secrets: Secrets) -> JSONValue? {
    guard let sealed = key.sealedSecret else { return nil }
    return switch secrets {
    case .sealed: .object([.init("sealed", .string(sealed)), .init("id", .string(key.id))])
    case .clear: .string(String(decoding: key.secret.bytes, as: UTF8.self))
    case .omitted: nil
    }
  }

  private static func named(_ target: JSONValue, _ snapshot: Snapshot) -> JSONValue {
    guard let id = target["provider"]?.string, let provider = snapshot.provider(id: id) else {
      return target
    }
    var named = target
    named["provider"] = .string(provider.name)
    return named
  }
}
