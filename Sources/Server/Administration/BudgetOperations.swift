import Gateway
import JSON
import Store

extension Administration {
  /// How the budgets of a user and its tokens stand.
  func budgetShow(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let user = try budgetOwner(arguments)
    do throws(StoreError) {
      // What was just handed over is counted: the writer stores it first.
      try installation.writer.performAndWait { _ in }
    } catch {
      throw OperationFailure(error)
    }
    let wall = wallClockMilliseconds()
    var views: [JSONValue] = []
    for allowance in snapshot.allowances(ofUser: user.id) {
      let token = snapshot.token(id: allowance.key.id)?.label
      for standing in installation.accounts.budgets(allowance, wall: wall) {
        views.append(Self.view(standing, token: token))
      }
    }
    return .object([.init("budgets", .array(views))])
  }

  /// Adds dollars to a budget until a time.
  func budgetRaise(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let user = try budgetOwner(arguments)
    let label = try arguments.optionalText("token")
    let kind: Record.Kind = label == nil ? .user : .token
    var name: [JSONValue.Member] = [.init("name", .string(user.name))]
    var id = user.id
    if let label {
      name = [.init("user", .string(user.name)), .init("label", .string(label))]
      let key = RecordName(kind: .token, ownerID: user.id, name: label)
      guard let found = snapshot.id(of: key) else {
        throw OperationFailure(
          code: "not_found", message: "There is no token '\(user.name)/\(label)'.")
      }
      id = found
    }
    guard let until = try arguments.optionalInt("until_ms") else {
      throw OperationFailure(code: "invalid", message: "'until_ms' is missing.")
    }
    let wall = wallClockMilliseconds()
    guard until > wall else {
      throw OperationFailure(code: "invalid", message: "A raise must end in the future.")
    }
    let raise = JSONValue.object([
      .init("usd", arguments["usd"] ?? .null), .init("until", .string(Timestamp.text(until))),
    ])
    let period = try arguments.optionalText("period")
    let zone = try arguments.optionalText("timezone")
    let isRolling = arguments["rolling"]?.bool
    var budgets = snapshot.record(kind, id: id)?.value?["budgets"]?.array ?? []
    let places = budgets.indices.filter { place in
      let budget = budgets[place]
      let rolls = budget["aligned"] == .bool(false)
      return (period == nil || budget["period"]?.string == period)
        && (zone == nil || !rolls && budget["timezone"]?.string ?? "UTC" == zone)
        && (isRolling == nil || rolls == isRolling)
    }
    guard let place = places.first else {
      throw OperationFailure(
        code: "not_found", message: "There is no such budget. 'appliance budget show' lists them.")
    }
    guard places.count == 1 else {
      throw OperationFailure(
        code: "conflict",
        message: "There are several such budgets: say which by its period, and by its time zone or "
          + "that it is rolling.")
    }
    let current = (budgets[place]["raises"]?.array ?? []).filter { old in
      old["until"].flatMap { Timestamp.read($0) }.map { $0 > wall } ?? false
    }
    budgets[place]["raises"] = .array(current + [raise])
    try apply(
      .object([
        .init(Self.section(kind), .array([.object(name + [.init("budgets", .array(budgets))])]))
      ]))
    return try budgetShow(arguments)
  }

  private func budgetOwner(_ arguments: Arguments) throws(OperationFailure) -> User {
    let name = try arguments.text("user")
    guard let user = snapshot.user(named: name) else {
      throw OperationFailure(code: "not_found", message: "There is no user '\(name)'.")
    }
    return user
  }

  static func view(_ standing: BudgetStanding, token: String?) -> JSONValue {
    func dollars(_ nano: Int64) -> JSONValue {
      .number(DollarAmount(nanoUSD: nano).description)
    }
    let definition = standing.definition
    let reset = standing.resetsAtMilliseconds.map { JSONValue.string(Timestamp.text($0)) }
    return .object([
      .init("usd", dollars(standing.limitNanoUSD)),
      .init("period", .string(definition.period.rawValue)),
      .init("spent_usd", dollars(standing.spentNanoUSD)),
      .init("reserved_usd", dollars(standing.reservedNanoUSD)),
      .init("left_usd", dollars(standing.leftNanoUSD)),
      .init("resets_at", reset ?? .null),
      .init("token", token.map(JSONValue.string) ?? .null),
      .init("aligned", .bool(definition.isAligned)),
      .init("timezone", .string(definition.zoneName)),
      .init("mode", .string(definition.mode.rawValue)),
      .init("raised_usd", dollars(standing.limitNanoUSD - definition.nanoUSD)),
    ])
  }
}
