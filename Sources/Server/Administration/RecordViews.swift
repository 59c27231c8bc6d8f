import Gateway
import JSON
import Network
import Providers

// How records are shown: the fields of the import document, without secrets, and what is known of
// them.

extension Administration {
  /// The records of a kind that are wanted, in the order of names.
  func views(_ kind: Record.Kind, where isWanted: (JSONValue) -> Bool) -> [JSONValue] {
    let document = ExportDocument.document(snapshot, secrets: .omitted)
    let values = document[Self.section(kind)]?.array?.filter(isWanted) ?? []
    switch kind {
    case .provider: return values.map(providerView)
    case .key: return keyViews(values)
    case .user: return userViews(values)
    case .token: return values.map(tokenView)
    case .model, .price, .setting: return values
    }
  }

  /// One record, by the names that the arguments give.
  func view(_ kind: Record.Kind, _ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let fields =
      switch kind {
      case .key: ["provider", "label"]
      case .token: ["user", "label"]
      case .provider, .user, .model, .price, .setting: ["name"]
      }
    let found = views(kind) { value in fields.allSatisfy { value[$0] == arguments[$0] } }
    guard let found = found.first else {
      throw OperationFailure(code: "not_found", message: "There is no such \(kind.rawValue).")
    }
    return found
  }

  private func providerView(_ value: JSONValue) -> JSONValue {
    guard let provider = value["name"]?.string.flatMap({ snapshot.provider(named: $0) }) else {
      return value
    }
    var view = value
    view["auth"] = .string(authText(provider.profile.auth))
    view["allow_private"] = .bool(provider.profile.allowsPrivate)
    view["stream_usage"] = .string(provider.profile.streamUsage.rawValue)
    view["keys"] = .int(Int64(provider.keys.count))
    return view
  }

  /// As the import document writes it.
  private func authText(_ auth: AuthScheme) -> String {
    switch auth {
    case .bearer: "bearer"
    case .xAPIKey: "x-api-key"
    case .apiKey: "api-key"
    case .xGoogAPIKey: "x-goog-api-key"
    case .query(let name): "query:\(name)"
    case .none: "none"
    }
  }

  private func userViews(_ values: [JSONValue]) -> [JSONValue] {
    let owners = snapshot.records(.token).compactMap { snapshot.token(id: $0.id)?.userID }
    let counts = Dictionary(owners.map { ($0, Int64(1)) }, uniquingKeysWith: +)
    return values.map { value in
      guard let user = value["name"]?.string.flatMap({ snapshot.user(named: $0) }) else {
        return value
      }
      var view = value
      view["status"] = .string(user.isActive ? "active" : "suspended")
      view["level"] = .int(Int64(user.level))
      view["affinity"] = .string(user.affinity.rawValue)
      view["tokens"] = .int(counts[user.id] ?? 0)
      return view
    }
  }

  private func tokenView(_ value: JSONValue) -> JSONValue {
    var view = value
    view["digest"] = nil
    if view["status"] == nil { view["status"] = "active" }
    return view
  }
}
