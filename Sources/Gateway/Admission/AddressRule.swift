/// The addresses from which a user or a token may be used: addresses and blocks, `!` denies.
///
/// An empty list allows nothing; a list of denials alone allows every other address.
package struct AddressRule: Hashable, Sendable {
  /// As the record has them.
  package let texts: [String]
  private let allowed: [Entry]
  private let denied: [Entry]
  private let allowsOthers: Bool

  private struct Entry: Hashable {
    let range: AddressRange
    let text: String
  }

  /// Throws the first entry that is neither an address nor a block.
  package init(_ texts: [String]) throws(RuleEntryError) {
    var (allowed, denied): ([Entry], [Entry]) = ([], [])
    for text in texts {
      let isDenial = text.hasPrefix("!")
      guard let range = AddressRange(String(isDenial ? text.dropFirst() : text[...])) else {
        throw RuleEntryError(entry: text)
      }
      let entry = Entry(range: range, text: text)
      if isDenial { denied.append(entry) } else { allowed.append(entry) }
    }
    self.texts = texts
    self.allowed = allowed
    self.denied = denied
    allowsOthers = allowed.isEmpty && !denied.isEmpty
  }

  /// What the rule says of an address; nil is one that nobody knows, which no rule allows.
  package func verdict(on address: IPAddress?) -> RuleVerdict {
    guard let address else { return .notListed }
    if let entry = Self.entry(denied, address) { return .denied(by: entry) }
    if let entry = Self.entry(allowed, address) { return .allowed(by: entry) }
    return allowsOthers ? .allowed(by: nil) : .notListed
  }

  private static func entry(_ entries: [Entry], _ address: IPAddress) -> String? {
    entries.first { $0.range.contains(address) }?.text
  }
}

/// What a list says of one thing.
package enum RuleVerdict: Equatable, Sendable {
  /// By an entry, given as it is written; nil: by a list of denials alone, none of which applies.
  case allowed(by: String?)
  /// By an entry that begins with `!`, given as it is written.
  case denied(by: String)
  case notListed

  var isAllowed: Bool {
    if case .allowed = self { true } else { false }
  }
}

/// An entry of a list that has not the form of one.
package struct RuleEntryError: Error, Equatable, Sendable {
  package let entry: String
}
