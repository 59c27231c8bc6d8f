import JSON

/// The checked fields of a user's record.
package struct UserDefinition: Equatable, Sendable {
  package enum Status: String, Sendable, CaseIterable {
    case active
    case suspended
  }

  /// Which key of a pool serves a user.
  package enum Affinity: String, Sendable, CaseIterable {
    /// Weighted round robin.
    case none
    /// The same key as long as it is healthy, so that the provider's prompt cache stays warm.
    case user
  }

  /// What becomes of an answer whose client has left.
  package enum Disconnect: String, Sendable, CaseIterable {
    /// The provider is left at once; what was delivered is estimated.
    case cancel
    /// The provider is heard to its end, within a cap, so that its own figures are recorded.
    case drain
  }

  /// A policy field is added here, decoded below, and carried by `User`.
  package static let fields = ["name", "status", "level", "affinity", "disconnect"]

  package let name: String
  package let status: Status
  package let level: Int
  package let affinity: Affinity
  package let disconnect: Disconnect

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(value, kind: .user, id: id, naming: "name", known: Self.fields)
    name = try fields.requiredName("name", example: "ada")
    status = try fields.choice("status") ?? .active
    level = try fields.integer("level", in: Level.range) ?? Level.standard
    affinity = try fields.choice("affinity") ?? .none
    disconnect = try fields.choice("disconnect") ?? .cancel
  }
}
