/// The addresses from which a user or a token may be used: addresses and blocks, `!` denies.
///
/// An empty list allows nothing; a list of denials alone allows every other address.
package struct AddressRule: Hashable, Sendable {
  /// As the record has them.
  package let texts: [String]
  private let allowed: [AddressRange]
  private let denied: [AddressRange]
  private let allowsOthers: Bool

  /// Throws the first entry that is neither an address nor a block.
  package init(_ texts: [String]) throws(RuleEntryError) {
    var allowed: [AddressRange] = []
    var denied: [AddressRange] = []
    for text in texts {
      let isDenial = text.hasPrefix("!")
      guard let range = AddressRange(String(isDenial ? text.dropFirst() : text[...])) else {
        throw RuleEntryError(entry: text)
      }
      if isDenial { denied.append(range) } else { allowed.append(range) }
    }
    self.texts = texts
    self.allowed = allowed
    self.denied = denied
    allowsOthers = allowed.isEmpty && !denied.isEmpty
  }

  /// What the rule says of an address; nil is one that nobody knows, which no rule allows.
  package func verdict(on address: IPAddress?) -> RuleVerdict {
    guard let address else { return .notListed }
    if denied.contains(where: { $0.contains(address) }) {
      return .denied(by: entry(denying: address))
    }
    return allowsOthers || allowed.contains { $0.contains(address) } ? .allowed : .notListed
  }

  private func entry(denying address: IPAddress) -> String {
    texts.first {
      $0.hasPrefix("!") && AddressRange(String($0.dropFirst()))?.contains(address) == true
    } ?? "!"
  }
}

/// What a list says of one thing.
package enum RuleVerdict: Equatable, Sendable {
  case allowed
  /// By an entry that begins with `!`, given as it is written.
  case denied(by: String)
  case notListed
}

/// An entry of a list that has not the form of one.
package struct RuleEntryError: Error, Equatable, Sendable {
  package let entry: String
}
