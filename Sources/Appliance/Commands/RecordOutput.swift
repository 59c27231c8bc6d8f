import JSON

/// A column of a table made from JSON records.
struct RecordColumn: Sendable {
  let heading: String
  let isNumeric: Bool
  let text: @Sendable (JSONValue) -> String

  /// The member of that name.
  init(_ heading: String, _ member: String, isNumeric: Bool = false) {
    self.init(heading, isNumeric: isNumeric) { cellText($0[member]) }
  }

  init(_ heading: String, isNumeric: Bool = false, text: @escaping @Sendable (JSONValue) -> String)
  {
    self.heading = heading
    self.isNumeric = isNumeric
    self.text = text
  }
}

/// A value as a cell shows it: lists joined, nothing for null.
func cellText(_ value: JSONValue?) -> String {
  switch value {
  case nil, .null: ""
  case .string(let text): text
  case .number(let text): text
  case .bool(let flag): flag ? "yes" : "no"
  case .array(let elements): elements.map(cellText).joined(separator: ", ")
  case .object: value?.text ?? ""
  }
}

extension Invocation {
  /// Whether `--json` was given.
  var wantsJSON: Bool { has("--json") }

  /// JSON for a program: indented, with a line end.
  func printJSON(_ value: JSONValue) {
    console.writeLine(String(decoding: value.serialized(pretty: true), as: UTF8.self))
  }

  /// The list `member` of a result, as JSON or as a table.
  ///
  /// `hint` says what to do when the list is empty; it goes to standard error.
  func printList(_ result: JSONValue, _ member: String, _ columns: [RecordColumn], hint: String) {
    let records = result[member]?.array ?? []
    if wantsJSON {
      printJSON(.array(records))
    } else if records.isEmpty {
      console.writeError(hint + "\n")
    } else {
      printTable(records, columns)
    }
  }

  func printTable(_ records: [JSONValue], _ columns: [RecordColumn]) {
    var table = TextTable(
      columns.map { TextTable.Column($0.heading, isNumeric: $0.isNumeric) })
    for record in records { table.append(columns.map { $0.text(record) }) }
    console.write(table.rendered(isStyled: console.isStyled))
  }

  /// The record `member` of a result, as JSON or as a line for each of its fields.
  ///
  /// An empty list allows nothing, which an absent one does not: it is said to be there.
  func printRecord(_ result: JSONValue, _ member: String) {
    let record = result[member] ?? result
    guard !wantsJSON else { return printJSON(record) }
    for field in record.object ?? [] where !field.value.isNull {
      let text = field.value.array?.isEmpty == true ? "an empty list" : cellText(field.value)
      console.writeLine("\(field.name): \(printable(text))")
    }
  }

  /// What an operation has changed: the record as JSON, or a sentence.
  func printChange(_ result: JSONValue, _ member: String, _ sentence: String) {
    if wantsJSON {
      var record = result[member] ?? result
      if let cut = result["cut"] { record["cut"] = cut }
      printJSON(record)
    } else {
      let cut = result["cut"]?.int.map { $0 == 0 ? "" : " \($0) under way were broken off." }
      console.writeLine(sentence + (cut ?? ""))
    }
  }
}
