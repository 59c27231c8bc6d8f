/// A name, mostly of a model, in which one `*` may stand for any text, the empty one included.
package struct NamePattern: Hashable, Sendable {
  package let text: String
  private let prefix: [UInt8]
  /// Nil: there is no `*`.
  private let suffix: [UInt8]?

  /// Nil if there is more than one `*`.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    let parts = bytes.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let head = parts.first else { return nil }
    self.text = text
    self.prefix = Array(head)
    self.suffix = parts.count == 2 ? Array(parts[1]) : nil
  }

  /// Whether the name must be met exactly.
  package var isLiteral: Bool { suffix == nil }

  /// Bytes that a name must share; the longer, the more a pattern says.
  package var literalBytes: Int { prefix.count + (suffix?.count ?? 0) }

  package func matches(_ model: String) -> Bool {
    range(in: model) != nil
  }

  /// What the `*` stands for in `model`; empty for a literal that is met, nil if nothing matches.
  package func capture(in model: String) -> Substring? {
    guard let range = range(in: model) else { return nil }
    let bytes = model.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    let end = bytes.index(bytes.startIndex, offsetBy: range.upperBound)
    return model[start..<end]
  }

  /// Whether it matches `provider/model`, without that text being made.
  package func matches(_ model: String, of provider: String) -> Bool {
    let (provider, model) = (provider.utf8.span, model.utf8.span)
    let count = provider.count + 1 + model.count
    let suffixCount = suffix?.count ?? 0
    guard suffix == nil ? count == prefix.count : count >= prefix.count + suffixCount else {
      return false
    }
    for index in prefix.indices
    where prefix[index] != Self.joinedByte(provider, model, at: index) { return false }
    guard let suffix else { return true }
    let start = count - suffixCount
    for index in suffix.indices
    where suffix[index] != Self.joinedByte(provider, model, at: start + index) { return false }
    return true
  }

  /// A byte of `provider/model`.
  private static func joinedByte(
    _ provider: Span<UInt8>, _ model: Span<UInt8>, at index: Int
  ) -> UInt8 {
    if index < provider.count { return provider[index] }
    return index == provider.count ? UInt8(ascii: "/") : model[index - provider.count - 1]
  }

  /// Bytes of `model` that the `*` stands for.
  private func range(in model: String) -> Range<Int>? {
    let bytes = model.utf8.span
    let end = bytes.count - (suffix?.count ?? 0)
    guard suffix == nil ? end == prefix.count : end >= prefix.count else { return nil }
    for index in prefix.indices where prefix[index] != bytes[index] { return nil }
    guard let suffix else { return end..<end }
    for index in suffix.indices where suffix[index] != bytes[end + index] { return nil }
    return prefix.count..<end
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.prefix == right.prefix && left.suffix == right.suffix
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(prefix)
    hasher.combine(suffix)
  }
}

/// A list of names as a rule writes it: plain ones and patterns.
///
/// An empty list allows nothing; where a list is absent there is no rule at all.
package struct NameList: Hashable, Sendable {
  /// The names without a `*`, in order.
  package let literals: [String]
  package let patterns: [NamePattern]
  private let names: Set<String>

  package init(literals: [String], patterns: [NamePattern]) {
    self.literals = literals
    self.patterns = patterns
    self.names = Set(literals)
  }

  package var isEmpty: Bool { literals.isEmpty && patterns.isEmpty }

  package func contains(_ model: String) -> Bool {
    names.contains(model) || patterns.contains { $0.matches(model) }
  }

  /// The entry that has `model`: the name itself before a pattern; nil if none does.
  package func entry(for model: String) -> String? {
    names.contains(model) ? model : patterns.first { $0.matches(model) }?.text
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.literals == right.literals && left.patterns == right.patterns
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(literals)
    hasher.combine(patterns)
  }
}
