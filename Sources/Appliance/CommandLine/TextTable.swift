/// A table for a person: columns aligned, numbers to the right, a heading.
struct TextTable {
  struct Column {
    let heading: String
    var isNumeric = false

    init(_ heading: String, isNumeric: Bool = false) {
      self.heading = heading
      self.isNumeric = isNumeric
    }
  }

  let columns: [Column]
  var rows: [[String]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  /// A cell that is empty is shown as a dash; control characters never reach the terminal.
  mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row has a cell for each column")
    rows.append(cells.map { $0.isEmpty ? "-" : printable($0) })
  }

  func rendered(isStyled: Bool) -> String {
    let widths = columns.indices.map { index in
      rows.map { $0[index].count }.reduce(columns[index].heading.count, max)
    }
    var out = line(columns.map(\.heading), widths)
    if isStyled { out = "\u{1B}[1m\(out)\u{1B}[0m" }
    out += "\n"
    for row in rows { out += line(row, widths) + "\n" }
    return out
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var out = ""
    for index in cells.indices {
      let gap = String(repeating: " ", count: widths[index] - cells[index].count)
      let isLast = index == cells.indices.last
      if index > 0 { out += "  " }
      out += columns[index].isNumeric ? gap + cells[index] : cells[index] + (isLast ? "" : gap)
    }
    return out
  }
}

/// The text with control characters replaced: a name from a record must not steer a terminal.
func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
    return text
  }
  var out = ""
  for scalar in text.unicodeScalars {
    out.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
  }
  return out
}
