import Gateway
import JSON
import Store

extension Administration {
  /// The newest changes of records.
  func auditList(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let limit = Int(clamping: try arguments.optionalInt("limit") ?? 20)
    var filter = AuditLog.Filter()
    if let kind = try arguments.optionalText("kind") {
      guard let known = Record.Kind(rawValue: kind) else {
        let all = Record.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw OperationFailure(code: "invalid", message: "'kind' must be one of: \(all).")
      }
      filter.kind = known
    }
    filter.name = try arguments.optionalText("name")
    filter.sinceMilliseconds = try arguments.optionalInt("since_ms")
    let wanted = max(0, min(limit, 100_000))
    do throws(StoreError) {
      let database = try Database(path: installation.directory.databasePath, .reader)
      let entries = try AuditLog.newest(limit: wanted, matching: filter, in: database)
      return .object([.init("entries", .array(entries.map(Self.view)))])
    } catch {
      throw OperationFailure(error)
    }
  }

  private static func view(_ entry: AuditEntry) -> JSONValue {
    .object([
      .init("time", .string(Timestamp.text(entry.atMilliseconds))),
      .init("actor", entry.actor.name.map(JSONValue.string) ?? .null),
      .init("uid", entry.actor.userID.map { .int(Int64($0)) } ?? .null),
      .init("pid", entry.actor.processID.map { .int(Int64($0)) } ?? .null),
      .init("origin", .string(entry.actor.origin.rawValue)),
      .init("address", entry.actor.address.map(JSONValue.string) ?? .null),
      .init("operation", .string(entry.operation)),
      .init("kind", .string(entry.kind.rawValue)), .init("name", .string(entry.name)),
      .init("id", .string(entry.recordID)), .init("change", .string(entry.change.rawValue)),
      .init("before", entry.before ?? .null), .init("after", entry.after ?? .null),
    ])
  }
}
