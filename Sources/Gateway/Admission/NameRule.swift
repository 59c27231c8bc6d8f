/// The models that a user or a token may ask for: names and patterns, `!` denies.
///
/// An entry is a name as clients ask for it or a model of a provider, `provider/model`; one `*` in
/// it stands for any text. An entry without a slash speaks of models whatever their provider. What
/// an entry denies no other allows. An empty list allows nothing; a list of denials alone allows
/// everything else.
package struct NameRule: Hashable, Sendable {
  /// As the record has them.
  package let texts: [String]
  private let allowed: Side
  private let denied: Side
  private let allowsOthers: Bool

  /// Throws the first entry that holds more than one `*` or is empty.
  package init(_ texts: [String]) throws(RuleEntryError) {
    var (allowed, denied): ([NamePattern], [NamePattern]) = ([], [])
    for text in texts {
      let isDenial = text.hasPrefix("!")
      let name = isDenial ? String(text.dropFirst()) : text
      guard !name.isEmpty, let pattern = NamePattern(name) else {
        throw RuleEntryError(entry: text)
      }
      if isDenial { denied.append(pattern) } else { allowed.append(pattern) }
    }
    self.texts = texts
    self.allowed = Side(allowed)
    self.denied = Side(denied)
    allowsOthers = allowed.isEmpty && !denied.isEmpty
  }

  /// What the rule says of a name that clients ask for.
  package func verdict(on name: String) -> RuleVerdict {
    if let entry = denied.entry(for: name) { return .denied(by: "!\(entry)") }
    if let entry = allowed.entry(for: name) { return .allowed(by: entry) }
    return allowsOthers ? .allowed(by: nil) : .notListed
  }

  /// What the rule says of a provider's model.
  package func verdict(on model: String, of provider: String) -> RuleVerdict {
    if let entry = denied.entry(for: model, of: provider) { return .denied(by: "!\(entry)") }
    if let entry = allowed.entry(for: model, of: provider) { return .allowed(by: entry) }
    return allowsOthers ? .allowed(by: nil) : .notListed
  }

  /// The entries that allow, or those that deny.
  private struct Side: Hashable {
    let names: NameList
    /// Patterns with a slash: only they are matched with `provider/model`, so that `open*` does
    /// not mean every model of a provider of that name.
    let qualifiedPatterns: [NamePattern]
    /// Providers of the names with a slash, by what follows it.
    let providers: [String: [String]]

    init(_ entries: [NamePattern]) {
      names = NameList(
        literals: entries.filter(\.isLiteral).map(\.text),
        patterns: entries.filter { !$0.isLiteral })
      qualifiedPatterns = names.patterns.filter { $0.text.utf8.contains(UInt8(ascii: "/")) }
      var providers: [String: [String]] = [:]
      for name in names.literals {
        guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { continue }
        let model = String(name[name.utf8.index(after: slash)...])
        providers[model, default: []].append(String(name[..<slash]))
      }
      self.providers = providers
    }

    /// An entry that applies: the name itself before a pattern; nil if none does.
    func entry(for name: String) -> String? { names.entry(for: name) }

    func entry(for model: String, of provider: String) -> String? {
      if let entry = names.entry(for: model) { return entry }
      if providers[model]?.contains(provider) == true { return "\(provider)/\(model)" }
      return qualifiedPatterns.first { $0.matches(model, of: provider) }?.text
    }
  }
}
