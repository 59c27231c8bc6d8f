import Gateway
import JSON
import Providers
import Vault

// Operations on records: each is an import of one, so that commands and documents cannot disagree.

extension Administration {
  func list(_ kind: Record.Kind, _ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let owner = try arguments.optionalText(kind == .key ? "provider" : "user")
    let ownerField = kind == .key ? "provider" : kind == .token ? "user" : nil
    let values = views(kind) { value in
      guard let owner, let ownerField else { return true }
      return value[ownerField]?.string == owner
    }
    if let owner, values.isEmpty { try requireOwner(kind, owner, in: snapshot) }
    return .object([.init(Self.section(kind), .array(values))])
  }

  func show(_ kind: Record.Kind, _ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    _ = try recordID(kind, arguments)
    return .object([.init(kind.rawValue, try view(kind, arguments))])
  }

  /// Adds or changes one record.
  func put(
    _ kind: Record.Kind, _ arguments: Arguments, isNew: Bool
  ) throws(OperationFailure) -> JSONValue {
    // Looked at again where nobody else writes: two that add one name must not both succeed.
    let check = { (snapshot: Snapshot) throws(OperationFailure) in
      guard isNew else { return _ = try recordID(kind, arguments, in: snapshot) }
      guard try findRecordID(kind, arguments, in: snapshot) == nil else {
        throw OperationFailure(
          code: "already_exists",
          message: "There is already a \(kind.rawValue) '\(try shownName(kind, arguments))'.")
      }
    }
    var arguments = arguments
    let names = kind == .user ? arguments.take("map") : nil
    if kind == .token { try readExpiry(&arguments, isNew: isNew) }
    let isNow = arguments.take("now")?.bool ?? false
    try apply(checking: check) { snapshot in
      var record = arguments.value
      if let names { Self.merge(names, into: &record, snapshot) }
      return .object([.init(Self.section(kind), .array([record]))])
    }
    var result = JSONValue.object([.init(kind.rawValue, try view(kind, arguments))])
    if isNow { result["cut"] = .int(Int64(breakOff(kind, id: try recordID(kind, arguments)))) }
    return result
  }

  /// Ends the requests under way of a user or a token; says how many there were.
  private func breakOff(_ kind: Record.Kind, id: String) -> Int {
    guard let cut else { return 0 }
    switch kind {
    case .user:
      guard let user = snapshot.user(id: id) else { return cut(id, nil, .unknownToken) }
      return cut(id, nil, user.isActive ? .rulesChanged : .userSuspended)
    case .token:
      guard let token = snapshot.token(id: id) else { return 0 }
      do throws(Refusal) {
        try Authentication.check(token, nowMilliseconds: wallClockMilliseconds())
        return cut(token.userID, id, .rulesChanged)
      } catch {
        return cut(token.userID, id, error)
      }
    case .provider, .key, .model, .price, .setting:
      return 0
    }
  }

  private func readExpiry(
    _ arguments: inout Arguments, isNew: Bool
  ) throws(OperationFailure) {
    if let end = try arguments.optionalInt("expires_at_ms") {
      guard !isNew || end > wallClockMilliseconds() else {
        throw OperationFailure(
          code: "invalid",
          message: "expires_at is \(Timestamp.text(end)), which has passed: nobody could use the "
            + "token.")
      }
      arguments.set("expires_at", to: .string(Timestamp.text(end)))
    }
    _ = arguments.take("expires_at_ms")
  }

  /// Puts names into the model map that the user has; a null takes one out.
  private static func merge(
    _ names: JSONValue, into record: inout JSONValue, _ snapshot: Snapshot
  ) {
    let user = record["name"]?.string.flatMap { name -> JSONValue? in
      guard let id = snapshot.id(of: RecordName(kind: .user, name: name)),
        let stored = snapshot.record(.user, id: id)
      else { return nil }
      return ExportDocument.value(of: stored, snapshot, .omitted)
    }
    var map = record["model_map"] ?? user?["model_map"] ?? .object([])
    for name in names.object ?? [] {
      let target: JSONValue? = name.value.isNull ? .none : .some(name.value)
      map[name.name] = target
    }
    record["model_map"] = map.object?.isEmpty == true ? .null : map
  }

  func tokenAdd(_ given: Arguments) throws(OperationFailure) -> JSONValue {
    var arguments = given
    let user = try arguments.text("user")
    try requireOwner(.token, user, in: snapshot)
    let isLabelGiven = try arguments.optionalText("label") != nil
    let secret = try arguments.optionalText("secret") ?? TokenFormat.make().token
    arguments.set("secret", to: .string(secret))
    if let publicID = TokenFormat.publicID(of: secret) {
      arguments.set("public_id", to: .string(publicID))
    }
    while true {
      if !isLabelGiven { arguments.set("label", to: .string(freeLabel(user))) }
      do throws(OperationFailure) {
        var result = try put(.token, arguments, isNew: true)
        result["secret"] = .string(secret)
        return result
      } catch {
        // Another token took the free label meanwhile.
        guard !isLabelGiven, error.code == "already_exists" else { throw error }
      }
    }
  }

  func remove(_ kind: Record.Kind, _ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let id = try recordID(kind, arguments)
    let owner = snapshot.token(id: id)?.userID
    var dependents = 0
    try write { snapshot throws(OperationFailure) in
      let counted: Record.Kind = kind == .provider ? .key : .token
      dependents = snapshot.dependents(of: kind, id: id).count {
        $0.kind == counted && snapshot.key(id: $0.id)?.status != .withdrawn
      }
      guard kind != .provider || dependents == 0 || arguments.flag("force") else {
        throw OperationFailure(
          code: "conflict",
          message: dependents == 1
            ? "The provider has a key. Remove it first, or use --force."
            : "The provider has \(dependents) keys. Remove them first, or use --force.")
      }
      if kind == .model, !arguments.flag("force"),
        let name = snapshot.record(kind, id: id)?.value?["name"]?.string,
        let dependent = snapshot.dependent(onModelNamed: name)
      {
        throw OperationFailure(
          code: "conflict",
          message: "It is what \(dependent) leads to, which would ask providers for a model of "
            + "that name. Change that first, or use --force.")
      }
      return try removal(of: kind, id: id, from: snapshot)
    }
    var result: [JSONValue.Member] = [
      .init("removed", .string(try shownLabel(kind, arguments)))
    ]
    if kind == .provider { result.append(.init("keys", .int(Int64(dependents)))) }
    if kind == .user { result.append(.init("tokens", .int(Int64(dependents)))) }
    if arguments.flag("now"), kind == .user || kind == .token {
      let count = cut?(owner ?? id, kind == .token ? id : nil, .unknownToken) ?? 0
      result.append(.init("cut", .int(Int64(count))))
    }
    return .object(result)
  }

  func removal(
    of kind: Record.Kind, id: String, from snapshot: Snapshot
  ) throws(OperationFailure) -> [RecordWrite] {
    do throws(RecordError) {
      return try ImportPlan.removing(kind, id: id, from: snapshot).writes
    } catch {
      throw OperationFailure(code: "conflict", message: error.description)
    }
  }

  func importDocument(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    guard let document = arguments["document"] else {
      throw OperationFailure(code: "invalid", message: "'document' is missing.")
    }
    let plan = try apply(
      replacing: arguments.flag("replace"), isGiven: true, checking: { _ in },
      document: { _ in document })
    return .object([
      .init("created", .int(Int64(plan.count(.created)))),
      .init("changed", .int(Int64(plan.count(.changed)))),
      .init("unchanged", .int(Int64(plan.unchangedCount))),
      .init("removed", .int(Int64(plan.count(.removed)))),
    ])
  }

  func exportDocument(_ arguments: Arguments) -> JSONValue {
    .object([
      .init(
        "document",
        ExportDocument.document(
          snapshot, secrets: arguments.flag("clear_secrets") ? .clear : .sealed))
    ])
  }

  // MARK: the one way to write

  /// Plans and writes a document, all of it or nothing.
  @discardableResult
  func apply(_ document: JSONValue) throws(OperationFailure) -> ImportPlan {
    try apply(checking: { _ in }, document: { _ in document })
  }

  /// The same; the document is made of the records that nobody else changes meanwhile.
  ///
  /// Whoever has not given it himself is not told of places in it.
  @discardableResult
  func apply(
    replacing: Bool = false, isGiven: Bool = false,
    checking check: (Snapshot) throws(OperationFailure) -> Void,
    document: (Snapshot) -> JSONValue
  ) throws(OperationFailure) -> ImportPlan {
    let digester = installation.keyring.digester
    let records = installation.records
    let seed = Random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var ids = RecordIDMaker(nowMilliseconds: wallClockMilliseconds(), random: seed)
    var made: ImportPlan?
    try write { snapshot throws(OperationFailure) in
      try check(snapshot)
      do throws(ImportError) {
        let tools = ImportTools(
          makeID: { ids.next($0) },
          digest: { token in
            guard let digest = TokenDigestBytes(digester.digest(token.span).bytes) else {
              preconditionFailure("an HMAC-SHA256 has 32 bytes")
            }
            return digest
          },
          unseal: records.unseal)
        let plan = try ImportDocument(document(snapshot)).plan(
          on: snapshot, replacing: replacing, tools: tools)
        made = plan
        return plan.writes
      } catch {
        throw OperationFailure(
          code: "invalid", message: isGiven ? error.description : error.message)
      }
    }
    guard let made else { throw OperationFailure(code: "storage", message: "Nothing was planned.") }
    return made
  }

  // MARK: names

  static func section(_ kind: Record.Kind) -> String { kind.rawValue + "s" }

  func recordID(_ kind: Record.Kind, _ arguments: Arguments) throws(OperationFailure) -> String {
    try recordID(kind, arguments, in: snapshot)
  }

  func recordID(
    _ kind: Record.Kind, _ arguments: Arguments, in snapshot: Snapshot
  ) throws(OperationFailure) -> String {
    if let id = try findRecordID(kind, arguments, in: snapshot) { return id }
    throw OperationFailure(
      code: "not_found",
      message: "There is no \(kind.rawValue) '\(try shownName(kind, arguments))'.")
  }

  private func findRecordID(
    _ kind: Record.Kind, _ arguments: Arguments, in snapshot: Snapshot
  ) throws(OperationFailure) -> String? {
    switch kind {
    case .provider, .user, .model:
      return snapshot.id(of: RecordName(kind: kind, name: try arguments.text("name")))
    case .price:
      return snapshot.id(of: RecordName(kind: kind, name: try arguments.text("model")))
    case .setting:
      return snapshot.id(of: RecordName(kind: kind, name: try arguments.text("name")))
    case .key, .token:
      let owner = try arguments.text(kind == .key ? "provider" : "user")
      let ownerKind: Record.Kind = kind == .key ? .provider : .user
      try requireOwner(kind, owner, in: snapshot)
      let ownerID = snapshot.id(of: RecordName(kind: ownerKind, name: owner)) ?? ""
      return snapshot.id(
        of: RecordName(kind: kind, ownerID: ownerID, name: try arguments.text("label")))
    }
  }

  private func requireOwner(
    _ kind: Record.Kind, _ owner: String, in snapshot: Snapshot
  ) throws(OperationFailure) {
    let ownerKind: Record.Kind = kind == .key ? .provider : .user
    guard kind == .key || kind == .token,
      snapshot.id(of: RecordName(kind: ownerKind, name: owner)) == nil
    else { return }
    throw OperationFailure(
      code: "not_found", message: "There is no \(ownerKind.rawValue) '\(owner)'.")
  }

  private func shownLabel(
    _ kind: Record.Kind, _ arguments: Arguments
  ) throws(OperationFailure) -> String {
    switch kind {
    case .provider, .user, .model, .setting: try arguments.text("name")
    case .price: try arguments.text("model")
    case .key, .token: try arguments.text("label")
    }
  }

  private func shownName(
    _ kind: Record.Kind, _ arguments: Arguments
  ) throws(OperationFailure) -> String {
    let label = try shownLabel(kind, arguments)
    switch kind {
    case .key: return "\(try arguments.text("provider"))/\(label)"
    case .token: return "\(try arguments.text("user"))/\(label)"
    case .provider, .user, .model, .setting, .price: return label
    }
  }

  /// The first of `default`, `default-2`, … that the user has no token of.
  private func freeLabel(_ user: String) -> String {
    let userID = snapshot.id(of: RecordName(kind: .user, name: user)) ?? ""
    var label = "default"
    var number = 1
    while snapshot.id(of: RecordName(kind: .token, ownerID: userID, name: label)) != nil {
      number += 1
      label = "default-\(number)"
    }
    return label
  }
}
