import JSON

/// Reads the fields of one record's value; every refusal names the record, the field and what
/// would be right.
///
/// A field whose value is null reads as absent.
struct RecordFields {
  let kind: Record.Kind
  let id: String?
  /// What errors call the record.
  private(set) var name: String
  private let members: [JSONValue.Member]

  /// Checks the field names: `known` are all that such a record may have.
  ///
  /// `naming` is the field that names the record, for errors.
  init(
    _ value: JSONValue, kind: Record.Kind, id: String?, naming: String, known: [String]
  ) throws(RecordError) {
    self.kind = kind
    self.id = id
    self.name = id ?? ""
    guard case .object(let members) = value else {
      throw RecordError(
        kind: kind, id: id, name: id ?? "",
        message: "must be a JSON object with the fields "
          + known.joined(separator: ", "))
    }
    self.members = members
    if case .string(let text)? = members.first(where: { $0.name == naming })?.value, !text.isEmpty {
      self.name = String(text.prefix(80))
    }
    var seen: Set<String> = []
    for member in members {
      guard known.contains(member.name) else {
        throw error(
          member.name,
          "has no field '\(member.name.prefix(80))'; its fields are \(known.joined(separator: ", "))"
        )
      }
      guard seen.insert(member.name).inserted else {
        throw error(member.name, "\(member.name) is given twice")
      }
    }
  }

  /// An error about one of the fields.
  func error(_ field: String?, _ message: String) -> RecordError {
    RecordError(kind: kind, id: id, name: name, field: field, message: message)
  }

  /// The field's value; nil if absent or null.
  func value(_ field: String) -> JSONValue? {
    guard let value = members.first(where: { $0.name == field })?.value, value != .null else {
      return nil
    }
    return value
  }

  func text(_ field: String) throws(RecordError) -> String? {
    guard let value = value(field) else { return nil }
    guard case .string(let text) = value else { throw error(field, "\(field) must be a text") }
    return text
  }

  func requiredText(_ field: String, example: String) throws(RecordError) -> String {
    guard let text = try text(field), !text.isEmpty else {
      throw error(field, "\(field) is missing; for example \"\(example)\"")
    }
    return text
  }

  /// A text that names something: one line, within bounds.
  func requiredName(
    _ field: String, example: String, bytesMax: Int = 256
  ) throws(RecordError) -> String {
    let text = try requiredText(field, example: example)
    try check(name: text, field: field, bytesMax: bytesMax)
    return text
  }

  func check(name text: String, field: String, bytesMax: Int = 256) throws(RecordError) {
    guard text.utf8.count <= bytesMax,
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
      text.unicodeScalars.first != " ", text.unicodeScalars.last != " "
    else {
      throw error(
        field,
        "\(field) must be 1 to \(bytesMax) bytes on one line, without spaces around it")
    }
  }

  func integer(_ field: String, in range: ClosedRange<Int>) throws(RecordError) -> Int? {
    guard let value = value(field) else { return nil }
    guard let number = value.int, let number = Int(exactly: number), range.contains(number) else {
      throw error(
        field,
        "\(field) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A list of levels, ascending; an empty list is not an absent one.
  func levels(_ field: String) throws(RecordError) -> [Int]? {
    guard let elements = try list(field, countMax: 1_000) else { return nil }
    var levels: Set<Int> = []
    for element in elements {
      guard let number = element.int, let level = Int(exactly: number), Level.range.contains(level)
      else {
        throw error(
          field,
          "\(field) must be a list of whole numbers from \(Level.range.lowerBound) to "
            + "\(Level.range.upperBound)")
      }
      levels.insert(level)
    }
    return levels.sorted()
  }

  func flag(_ field: String) throws(RecordError) -> Bool? {
    guard let value = value(field) else { return nil }
    guard case .bool(let flag) = value else {
      throw error(field, "\(field) must be true or false")
    }
    return flag
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ field: String
  ) throws(RecordError) -> Choice? {
    guard let value = value(field) else { return nil }
    if case .string(let text) = value, let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    throw error(field, "\(field) must be one of \(names)")
  }

  /// A list of texts; an empty list is not an absent one.
  func texts(_ field: String, countMax: Int = 1_000) throws(RecordError) -> [String]? {
    guard let value = value(field) else { return nil }
    guard case .array(let elements) = value else {
      throw error(field, "\(field) must be a list of texts")
    }
    guard elements.count <= countMax else {
      throw error(field, "\(field) may hold at most \(countMax) texts")
    }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element, !text.isEmpty else {
        throw error(field, "\(field) must be a list of texts, none of them empty")
      }
      texts.append(text)
    }
    return texts
  }

  func list(_ field: String, countMax: Int = 100) throws(RecordError) -> [JSONValue]? {
    guard let value = value(field) else { return nil }
    guard case .array(let elements) = value else {
      throw error(field, "\(field) must be a list")
    }
    guard elements.count <= countMax else {
      throw error(field, "\(field) may hold at most \(countMax) entries")
    }
    return elements
  }
}

/// Levels of keys, users and tokens: higher is better.
package enum Level {
  package static let range = 0...1_000_000
  package static let standard = 1
}
