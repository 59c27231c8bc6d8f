package import JSON

/// Why an import document was refused: where in it, and what would be right.
package struct ImportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `keys[2]`; empty for the document itself.
  package let path: String
  package let message: String

  package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// Records as a person writes them: by name, secrets clear, sections by kind.
///
/// `{"providers":[…],"keys":[…],"users":[…],"tokens":[…],"models":[…],"prices":{…},
/// "settings":{…}}`. An upsert: a record that is not named stays, a field that is not given stays,
/// a null returns a field to its default. `prices` and `settings` are keyed by name.
package struct ImportDocument: Equatable, Sendable {
  /// In the order in which they are written.
  static let sections: [(name: String, kind: Record.Kind)] = [
    ("providers", .provider), ("keys", .key), ("users", .user), ("tokens", .token),
    ("models", .model), ("prices", .price), ("settings", .setting),
  ]

  /// One record of the document, its fields as given.
  struct Entry: Equatable, Sendable {
    let path: String
    let kind: Record.Kind
    let members: [JSONValue.Member]
  }

  /// In the order of `sections`.
  let entries: [Entry]
  /// Kinds whose section is in the document, if only as an empty one.
  let kinds: Set<Record.Kind>

  package init(_ document: JSONValue) throws(ImportError) {
    let names = Self.sections.map(\.name).joined(separator: ", ")
    guard case .object(let members) = document else {
      throw ImportError(path: "", message: "The document must be an object with \(names).")
    }
    var bySection: [String: JSONValue] = [:]
    for member in members {
      guard Self.sections.contains(where: { $0.name == member.name }) else {
        throw ImportError(
          path: "",
          message: "The document has no section '\(member.name.prefix(80))'; it has \(names).")
      }
      guard bySection.updateValue(member.value, forKey: member.name) == nil else {
        throw ImportError(path: member.name, message: "This section is given twice.")
      }
    }
    var entries: [Entry] = []
    var kinds: Set<Record.Kind> = []
    for (name, kind) in Self.sections {
      guard let section = bySection[name], section != .null else { continue }
      kinds.insert(kind)
      entries += try Self.entries(of: section, name: name, kind: kind)
    }
    self.entries = entries
    self.kinds = kinds
  }

  private static func entries(
    of section: JSONValue, name: String, kind: Record.Kind
  ) throws(ImportError) -> [Entry] {
    var entries: [Entry] = []
    switch (kind, section) {
    case (.price, .object(let members)), (.setting, .object(let members)):
      let field = kind == .price ? "price" : "value"
      for member in members {
        entries.append(
          Entry(
            path: "\(name)['\(member.name.prefix(80))']", kind: kind,
            members: [.init("name", .string(member.name)), .init(field, member.value)]))
      }
    case (.price, _), (.setting, _):
      throw ImportError(path: name, message: "This section must be an object keyed by name.")
    case (_, .array(let elements)):
      for (index, element) in elements.enumerated() {
        let path = "\(name)[\(index)]"
        guard case .object(let members) = element else {
          throw ImportError(path: path, message: "Each \(kind.rawValue) must be an object.")
        }
        entries.append(Entry(path: path, kind: kind, members: members))
      }
    default:
      throw ImportError(path: name, message: "This section must be a list.")
    }
    return entries
  }
}

/// What planning an import needs of the shell.
package struct ImportTools {
  /// A new id; see `RecordIDMaker`.
  package let makeID: (Record.Kind) -> String
  /// The keyed digest of a token.
  package let digest: ([UInt8]) -> TokenDigestBytes
  package let unseal: Unseal

  package init(
    makeID: @escaping (Record.Kind) -> String,
    digest: @escaping ([UInt8]) -> TokenDigestBytes,
    unseal: @escaping Unseal
  ) {
    self.makeID = makeID
    self.digest = digest
    self.unseal = unseal
  }
}
