package import Cluster
package import JSON

/// What an operator configures at run time: the unit of storage and of replication.
package struct Record: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case provider
    case key
    case user
    case token
    case model
    case price
    case setting
  }

  package let kind: Kind
  /// Never reused; names may change, ids do not.
  package let id: String
  package let version: Version
  /// Nil: a tombstone.
  package let value: JSONValue?

  package init(kind: Kind, id: String, version: Version, value: JSONValue?) {
    self.kind = kind
    self.id = id
    self.version = version
    self.value = value
  }
}
