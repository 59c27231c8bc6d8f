import Gateway
import JSON
import Store

/// What this is a version of, and which: in `status`, and in `version`.
package let productVersion = "0.1.0"

extension Administration {
  /// What the appliance holds, and how a running one is doing.
  func status() throws(OperationFailure) -> JSONValue {
    let requests: Int64
    do throws(StoreError) {
      try installation.writer.performAndWait { _ in }
      requests = try LedgerReader(path: installation.directory.databasePath).requestsTotal()
    } catch {
      throw OperationFailure(error)
    }
    var members: [JSONValue.Member] = [
      .init("version", .string(productVersion)), .init("running", .bool(serverStatus != nil)),
    ]
    members += serverStatus?() ?? [.init("listen", .array([]))]
    members += [
      .init("data", .string(installation.directory.path)),
      .init("node", .string(String(installation.node, radix: 16))),
    ]
    for kind in Record.Kind.allCases where kind != .setting {
      // A key that was withdrawn cannot be used.
      let count = snapshot.records(kind).count {
        kind != .key || snapshot.key(id: $0.id)?.status != .withdrawn
      }
      members.append(.init(Self.section(kind), .int(Int64(count))))
    }
    members += [
      .init("price_version", .string(snapshot.prices.version)),
      .init("requests_total", .int(requests)),
    ]
    return .object(members)
  }
}
