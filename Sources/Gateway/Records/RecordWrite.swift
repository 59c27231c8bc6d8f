package import Cluster
package import JSON

/// A secret that is still clear: the shell seals it before the record is stored.
package struct SecretWrite: Equatable, Sendable {
  package let field: String
  package let clear: ClearSecret
}

/// One change that is to be made to the records.
///
/// Holds its secrets apart from the value: there is no way to a `Record` but through `record`,
/// which seals them.
package struct RecordWrite: Equatable, Sendable {
  package enum Change: String, Sendable, CaseIterable {
    case created
    case changed
    case removed
  }

  package let kind: Record.Kind
  package let id: String
  /// As an operator knows it: `openai`, `openai/first key`.
  package let name: String
  package let change: Change
  package let secrets: [SecretWrite]
  /// Without the fields of `secrets`; nil for a removal.
  let value: JSONValue?

  init(
    kind: Record.Kind, id: String, name: String, change: Change, value: JSONValue?,
    secrets: [SecretWrite] = []
  ) {
    self.kind = kind
    self.id = id
    self.name = name
    self.change = change
    self.value = value
    self.secrets = secrets
  }

  /// A field of what the record will be.
  func value(of field: String) -> JSONValue? { value?[field] }

  /// The record to store; `seal` turns each clear secret into its sealed text.
  package func record<Failure: Error>(
    version: Version, seal: (SecretWrite) throws(Failure) -> String
  ) throws(Failure) -> Record {
    guard var value else { return Record(kind: kind, id: id, version: version, value: nil) }
    for secret in secrets {
      value[secret.field] = SealedText.value(try seal(secret))
    }
    return Record(kind: kind, id: id, version: version, value: value)
  }
}

/// What an import or a command changes: all of it, or nothing if it does not stand.
package struct ImportPlan: Equatable, Sendable {
  package let writes: [RecordWrite]
  /// Records that the document names and that are as it says.
  package let unchangedCount: Int

  package func count(_ change: RecordWrite.Change) -> Int {
    writes.count { $0.change == change }
  }

  /// The prices of a table, each model named once; what is wrong with one is found when the plan is
  /// carried out.
  package static func prices(
    _ prices: [JSONValue.Member], on snapshot: Snapshot
  ) -> ImportPlan {
    var writes: [RecordWrite] = []
    for price in prices {
      let id = snapshot.id(of: RecordName(kind: .price, name: price.name)) ?? price.name
      let old = snapshot.record(.price, id: id)?.value
      let value = JSONValue.object([
        .init("name", .string(price.name)), .init("price", price.value),
      ])
      guard value != old else { continue }
      writes.append(
        RecordWrite(
          kind: .price, id: id, name: price.name, change: old == nil ? .created : .changed,
          value: value))
    }
    return ImportPlan(writes: writes, unchangedCount: prices.count - writes.count)
  }

  /// The removal of one record and of all that cannot stay without it.
  package static func removing(
    _ kind: Record.Kind, id: String, from snapshot: Snapshot
  ) throws(RecordError) -> ImportPlan {
    var writes: [RecordWrite] = []
    for gone in snapshot.dependents(of: kind, id: id) + [RecordID(kind: kind, id: id)] {
      writes.append(
        RecordWrite(
          kind: gone.kind, id: gone.id, name: snapshot.shownName(gone.kind, id: gone.id),
          change: .removed, value: nil))
    }
    let plan = ImportPlan(writes: writes, unchangedCount: 0)
    try plan.check(on: snapshot)
    return plan
  }

  /// Builds what the plan leads to, with secrets that need no sealing, to see that it stands.
  func check(on snapshot: Snapshot) throws(RecordError) {
    var clear: [String: ClearSecret] = [:]
    var records: [Record] = []
    let version = Version(wallMilliseconds: 0, logical: 0, node: 0)
    for write in writes {
      records.append(
        write.record(version: version) { secret in
          let text = "clear:\(clear.count)"
          clear[text] = secret.clear
          return text
        })
    }
    _ = try snapshot.applying(records) { _, _, _, text in clear[text]?.bytes }
  }
}

extension Snapshot {
  /// A record's name with its owner's: `openai/first key`; the id where there is no record.
  package func shownName(_ kind: Record.Kind, id: String) -> String {
    guard let name = records[RecordID(kind: kind, id: id)]?.name else { return id }
    let owner =
      switch kind {
      case .key: providers[name.ownerID]?.name
      case .token: users[name.ownerID]?.name
      case .provider, .user, .model, .price, .setting: String?.none
      }
    return owner.map { "\($0)/\(name.name)" } ?? name.name
  }
}
