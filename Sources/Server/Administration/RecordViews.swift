import Gateway
import JSON
import Network
import Providers

// How records are shown: the fields of the import document, without secrets, and what is known of
// them.

extension Administration {
  /// The records of a kind that are wanted, in the order of names.
  func views(_ kind: Record.Kind, where isWanted: (JSONValue) -> Bool) -> [JSONValue] {
    let snapshot = snapshot
    let values = ExportDocument.records(kind, snapshot).compactMap { _, record in
      ExportDocument.value(of: record, snapshot, .omitted)
    }
    return views(kind, values.filter(isWanted), in: snapshot)
  }

  /// One record, by the names that the arguments give.
  ///
  /// Made of that record alone: a change to one of many costs what one of few does.
  func view(_ kind: Record.Kind, _ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let snapshot = snapshot
    let id = try recordID(kind, arguments, in: snapshot)
    guard let record = snapshot.record(kind, id: id),
      let value = ExportDocument.value(of: record, snapshot, .omitted),
      let view = views(kind, [value], in: snapshot).first
    else {
      throw OperationFailure(code: "not_found", message: "There is no such \(kind.rawValue).")
    }
    return view
  }

  private func views(
    _ kind: Record.Kind, _ values: [JSONValue], in snapshot: Snapshot
  ) -> [JSONValue] {
    switch kind {
    case .provider: values.map { providerView($0, snapshot) }
    case .key: keyViews(values, in: snapshot)
    case .user: values.map { userView($0, snapshot) }
    case .token: values.map(tokenView)
    case .model, .price, .setting: values
    }
  }

  private func providerView(_ value: JSONValue, _ snapshot: Snapshot) -> JSONValue {
    guard let provider = value["name"]?.string.flatMap({ snapshot.provider(named: $0) }) else {
      return value
    }
    var view = value
    view["auth"] = .string(authText(provider.profile.auth))
    view["allow_private"] = .bool(provider.profile.allowsPrivate)
    view["stream_usage"] = .string(provider.profile.streamUsage.rawValue)
    view["keys"] = .int(Int64(provider.keys.count { $0.status != .withdrawn }))
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

  private func userView(_ value: JSONValue, _ snapshot: Snapshot) -> JSONValue {
    guard let user = value["name"]?.string.flatMap({ snapshot.user(named: $0) }) else {
      return value
    }
    var view = value
    view["status"] = .string(user.isActive ? "active" : "suspended")
    view["level"] = .int(Int64(user.level))
    view["affinity"] = .string(user.affinity.rawValue)
    view["tokens"] = .int(Int64(snapshot.tokenCount(ofUser: user.id)))
    return view
  }

  private func tokenView(_ value: JSONValue) -> JSONValue {
    var view = value
    view["digest"] = nil
    if view["status"] == nil { view["status"] = "active" }
    return view
  }
}
