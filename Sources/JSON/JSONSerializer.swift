extension JSONValue {
  /// The value as JSON text.
  ///
  /// Pretty text has two spaces a level and a line a member, and no line end at its end; otherwise
  /// there is no white space at all.
  package func serialized(pretty: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    append(to: &out, indent: pretty ? 0 : nil)
    return out
  }

  /// The value as compact JSON text.
  package var text: String { String(decoding: serialized(), as: UTF8.self) }

  /// Appends the value as compact JSON text.
  package func append(to out: inout [UInt8]) {
    append(to: &out, indent: nil)
  }

  /// `indent` is the level for pretty text, nil for compact.
  private func append(to out: inout [UInt8], indent: Int?) {
    switch self {
    case .null: JSONWriter.append(raw: "null", to: &out)
    case .bool(let value): JSONWriter.append(bool: value, to: &out)
    case .string(let value): JSONWriter.append(string: value, to: &out)
    case .number(let text):
      // A text that is no number, which only code can make, must not break the document.
      if JSONInteger(parsing: text) == .notNumber {
        JSONWriter.append(string: text, to: &out)
      } else {
        JSONWriter.append(raw: text, to: &out)
      }
    case .array(let elements):
      out.append(JSONByte.openBracket)
      for (place, element) in elements.enumerated() {
        Self.begin(place, to: &out, indent)
        element.append(to: &out, indent: indent.map { $0 + 1 })
      }
      Self.end(elements.count, to: &out, indent)
      out.append(JSONByte.closeBracket)
    case .object(let members):
      out.append(JSONByte.openBrace)
      for (place, member) in members.enumerated() {
        Self.begin(place, to: &out, indent)
        JSONWriter.append(string: member.name, to: &out)
        out.append(JSONByte.colon)
        if indent != nil { out.append(0x20) }
        member.value.append(to: &out, indent: indent.map { $0 + 1 })
      }
      Self.end(members.count, to: &out, indent)
      out.append(JSONByte.closeBrace)
    }
  }

  private static func begin(_ place: Int, to out: inout [UInt8], _ indent: Int?) {
    if place > 0 { out.append(JSONByte.comma) }
    if let indent { newLine(indent + 1, to: &out) }
  }

  private static func end(_ count: Int, to out: inout [UInt8], _ indent: Int?) {
    if let indent, count > 0 { newLine(indent, to: &out) }
  }

  private static func newLine(_ level: Int, to out: inout [UInt8]) {
    out.append(0x0A)
    out.append(contentsOf: repeatElement(0x20, count: level * 2))
  }
}
