import Gateway
package import JSON
package import Providers
package import Store

/// Does the operations of the administration, for the socket and for a command that works alone.
///
/// Names and shapes are those of `Operation` in the program: one contract. Every call blocks and
/// may be made from any thread but a loop's.
package struct Administration: Sendable {
  let installation: Installation
  /// What a running server adds to `status`; nil when none runs.
  let serverStatus: (@Sendable () -> [JSONValue.Member])?
  /// Breaks off the requests of a user or of one of its tokens, and says how many; nil when no
  /// server runs.
  let cut: Cut?
  /// Who asks, for the audit.
  private(set) var actor: AuditActor
  /// What is being done, by its name.
  private(set) var operation = ""

  /// Asks providers about keys; nil when no server runs.
  var probe: KeyProbe?

  package typealias Cut =
    @Sendable (_ userID: String, _ tokenID: String?, _ refusal: Refusal) -> Int

  package init(
    installation: Installation, actor: AuditActor = .ownProcess,
    serverStatus: (@Sendable () -> [JSONValue.Member])? = nil, cut: Cut? = nil
  ) {
    self.installation = installation
    self.actor = actor
    self.cut = cut
    self.serverStatus = serverStatus
  }

  /// The same on behalf of somebody else, who may do something of a name of its own.
  func acting(as actor: AuditActor, doing operation: String = "") -> Administration {
    var copy = self
    copy.actor = actor
    copy.operation = operation
    return copy
  }

  /// Changes records on behalf of the actor; see `RecordBook.write`.
  @discardableResult
  func write(
    _ plan: (Snapshot) throws(OperationFailure) -> [RecordWrite]
  ) throws(OperationFailure) -> Snapshot {
    try installation.records.write(by: actor, operation: operation, plan)
  }

  var snapshot: Snapshot { installation.records.snapshot }

  /// Does one operation.
  package func perform(
    _ operation: String, _ arguments: JSONValue
  ) throws(OperationFailure) -> JSONValue {
    guard let request = OperationName(operation) else {
      throw OperationFailure(code: "invalid", message: "There is no operation '\(operation)'.")
    }
    var performer = self
    performer.operation = operation
    return try performer.perform(request, Arguments(arguments))
  }

  private func perform(
    _ request: OperationName, _ arguments: Arguments
  ) throws(OperationFailure) -> JSONValue {
    switch request {
    case .record(.setting, .list): return settingList()
    case .record(.setting, _): return try settingSet(arguments)
    case .record(.price, .list): return priceList(arguments)
    case .record(.price, .remove): return try priceRemove(arguments)
    case .record(.price, .add), .record(.price, .set): return try priceSet(arguments)
    case .record(.key, .show): return try keyShow(arguments)
    case .record(.key, .remove): return try keyRemove(arguments)
    case .record(let kind, .list): return try list(kind, arguments)
    case .record(let kind, .show): return try show(kind, arguments)
    case .record(.token, .add): return try tokenAdd(arguments)
    case .keyCheck: return try keyCheck(arguments)
    case .keyWithdraw: return try keyWithdraw(arguments)
    case .record(let kind, .add): return try put(kind, arguments, isNew: true)
    case .record(let kind, .set): return try put(kind, arguments, isNew: false)
    case .record(let kind, .remove): return try remove(kind, arguments)
    case .priceImport: return try priceImport(arguments)
    case .importDocument: return try importDocument(arguments)
    case .exportDocument: return exportDocument(arguments)
    case .status: return try status()
    case .requestsList: return try requestsList(arguments)
    case .requestShow: return try requestShow(arguments)
    case .usageSummary: return try usageSummary(arguments)
    case .auditList: return try auditList(arguments)
    case .explain: return try explain(arguments)
    case .budgetShow: return try budgetShow(arguments)
    case .budgetRaise: return try budgetRaise(arguments)
    case .backup: return try backup(arguments)
    }
  }

  /// Answers the body of a request to the admin socket.
  package func answer(_ body: [UInt8]) -> (status: Int, body: [UInt8]) {
    do throws(OperationFailure) {
      let request: JSONValue
      do throws(JSONError) {
        request = try JSONValue(parsing: body.span)
      } catch {
        throw OperationFailure(
          code: "invalid", message: "The request is not JSON: \(error.message)")
      }
      guard let operation = request["operation"]?.string else {
        throw OperationFailure(code: "invalid", message: "The request names no 'operation'.")
      }
      let result = try perform(operation, request["arguments"] ?? .object([]))
      return (200, JSONValue.object([.init("result", result)]).serialized())
    } catch {
      let failure = JSONValue.object([
        .init("message", .string(error.message)), .init("code", .string(error.code)),
      ])
      return (400, JSONValue.object([.init("error", failure)]).serialized())
    }
  }
}

/// An operation as it is written: `provider.add`, `status`.
enum OperationName {
  enum Verb: String { case list, show, add, set, remove }

  case record(Record.Kind, Verb)
  case backup, priceImport, importDocument, exportDocument, status, requestsList, requestShow
  case usageSummary
  case auditList, explain
  case budgetShow, budgetRaise
  case keyCheck, keyWithdraw

  init?(_ text: String) {
    switch text {
    case "backup": self = .backup
    case "key.check": self = .keyCheck
    case "key.withdraw": self = .keyWithdraw
    case "price.import": self = .priceImport
    case "import": self = .importDocument
    case "export": self = .exportDocument
    case "status": self = .status
    case "requests.list": self = .requestsList
    case "request.show": self = .requestShow
    case "usage.summary": self = .usageSummary
    case "audit.list": self = .auditList
    case "explain": self = .explain
    case "budget.show": self = .budgetShow
    case "budget.raise": self = .budgetRaise
    default:
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let kind = Record.Kind(rawValue: String(parts[0])),
        let verb = Verb(rawValue: String(parts[1]))
      else { return nil }
      self = .record(kind, verb)
    }
  }
}

/// The arguments of an operation, with clear errors for what is missing or of the wrong form.
struct Arguments {
  private(set) var value: JSONValue

  init(_ value: JSONValue) { self.value = value.object == nil ? .object([]) : value }

  subscript(_ name: String) -> JSONValue? { value[name] }

  func optionalText(_ name: String) throws(OperationFailure) -> String? {
    guard let found = value[name], !found.isNull else { return nil }
    guard let text = found.string else { throw wrong(name, "a text") }
    return text
  }

  func text(_ name: String) throws(OperationFailure) -> String {
    guard let text = try optionalText(name), !text.isEmpty else {
      throw OperationFailure(code: "invalid", message: "'\(name)' is missing.")
    }
    return text
  }

  func optionalInt(_ name: String) throws(OperationFailure) -> Int64? {
    guard let found = value[name], !found.isNull else { return nil }
    guard let number = found.int else { throw wrong(name, "a whole number") }
    return number
  }

  func flag(_ name: String) -> Bool { value[name]?.bool ?? false }

  mutating func take(_ name: String) -> JSONValue? {
    defer { value[name] = nil }
    return value[name]
  }

  mutating func set(_ name: String, to new: JSONValue) { value[name] = new }

  private func wrong(_ name: String, _ form: String) -> OperationFailure {
    OperationFailure(code: "invalid", message: "'\(name)' must be \(form).")
  }
}
