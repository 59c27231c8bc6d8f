/// Why a record was refused: which one, which field, and what would be right.
///
/// Never holds a secret or the value of a field that may be one.
package struct RecordError: Error, Equatable, Sendable, CustomStringConvertible {
  package let kind: Record.Kind
  /// Nil where the record has none yet.
  package let id: String?
  /// As an operator knows it (`openai`, `openai/first key`); its id if it has no readable name.
  package let name: String
  package let field: String?
  /// A sentence without the record's name; says what would be right.
  package let message: String

  package init(
    kind: Record.Kind, id: String?, name: String, field: String? = nil, message: String
  ) {
    self.kind = kind
    self.id = id
    self.name = name
    self.field = field
    self.message = message
  }

  /// `provider 'openai': dialect must be one of 'openai', 'anthropic', 'gemini'`.
  package var description: String {
    name.isEmpty ? "\(kind.rawValue): \(message)" : "\(kind.rawValue) '\(name)': \(message)"
  }
}
