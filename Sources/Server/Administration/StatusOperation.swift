import Gateway
import JSON
import Store

extension Administration {
  /// What the appliance holds, and how a running one is doing.
  func status() throws(OperationFailure) -> JSONValue {
    let requests: Int64
    do throws(StoreError) {
      requests = try installation.writer.performAndWait { database throws(StoreError) in
        try database.integer("SELECT count(*) FROM request")
      }
    } catch {
      throw OperationFailure(error)
    }
    var members: [JSONValue.Member] = [.init("running", .bool(serverStatus != nil))]
    members += serverStatus?() ?? [.init("listen", .array([]))]
    members += [
      .init("data", .string(installation.directory.path)),
      .init("node", .string(String(installation.node, radix: 16))),
    ]
    for kind in Record.Kind.allCases where kind != .setting {
      members.append(.init(Self.section(kind), .int(Int64(snapshot.records(kind).count))))
    }
    members.append(.init("requests_total", .int(requests)))
    return .object(members)
  }
}
