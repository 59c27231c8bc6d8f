/// What `appliance.conf` holds, before the settings have checked it.
///
/// The file is a strict subset of TOML 1.0: `name = value` with bare names, whole numbers, `true`
/// and `false`, basic and literal strings on one line, arrays of strings, and comments. Tables,
/// dotted names, dates and fractions are errors that say what to write.
struct ConfigurationFile: Equatable {
  struct Entry: Equatable {
    let name: String
    let value: SettingValue
    /// From 1.
    let line: Int
  }

  private(set) var entries: [Entry] = []

  /// Reads a whole file; `fileName` stands before the line number of an error.
  init(parsing bytes: [UInt8], fileName: String) throws(ConfigurationError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(file: fileName, line: nil, message: "this is not UTF-8 text")
    }
    var reader = ConfigurationReader(text: Array(text.unicodeScalars), fileName: fileName)
    while let entry = try reader.next() {
      if let earlier = entries.first(where: { $0.name == entry.name }) {
        throw ConfigurationError(
          file: fileName, line: entry.line,
          message: "\(entry.name) is already set on line \(earlier.line); remove one of the two")
      }
      entries.append(entry)
    }
  }
}

/// What is wrong with the configuration, and where: `appliance.conf:12: <message>`.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  let file: String
  /// Nil: the file as a whole, or an option of the command line.
  let line: Int?
  let message: String

  var description: String {
    guard let line else { return file.isEmpty ? message : "\(file): \(message)" }
    return "\(file):\(line): \(message)"
  }
}

/// Reads one entry after the other.
private struct ConfigurationReader {
  private let text: [Unicode.Scalar]
  private let fileName: String
  private var position = 0
  private var line = 1

  init(text: [Unicode.Scalar], fileName: String) {
    self.text = text
    self.fileName = fileName
    if text.first == "\u{FEFF}" { position = 1 }
  }

  /// The next entry, or nil at the end of the file.
  mutating func next() throws(ConfigurationError) -> ConfigurationFile.Entry? {
    try skipBlank(acrossLines: true)
    guard let first = peek else { return nil }
    guard first != "[" else {
      throw error("this file has no sections; write each setting as: name = value")
    }
    let start = line
    var name = ""
    while let scalar = peek, isNameScalar(scalar) {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard !name.isEmpty else {
      throw error("a line must be: name = value, or a comment that begins with #")
    }
    try skipBlank(acrossLines: false)
    guard peek == "=" else {
      throw error("after \(name) there must be an equals sign: \(name) = value")
    }
    position += 1
    try skipBlank(acrossLines: false)
    let value = try readValue(of: name)
    try skipBlank(acrossLines: false)
    guard peek == nil || isLineEnd else {
      throw error("there is something behind the value of \(name); a comment begins with #")
    }
    return ConfigurationFile.Entry(name: name, value: value, line: start)
  }

  private mutating func readValue(of name: String) throws(ConfigurationError) -> SettingValue {
    switch peek {
    case "\"", "'": return .text(try readString())
    case "[": return .texts(try readArray(of: name))
    case nil: throw error("\(name) has no value; write: \(name) = value")
    default: break
    }
    guard !isLineEnd else { throw error("\(name) has no value; write: \(name) = value") }
    var word = ""
    while let scalar = peek, !isLineEnd, scalar != "#", scalar != " ", scalar != "\t" {
      word.unicodeScalars.append(scalar)
      position += 1
    }
    if word == "true" { return .boolean(true) }
    if word == "false" { return .boolean(false) }
    if let number = wholeNumber(word) { return .integer(number) }
    let isNumeric = word.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x5F }
    if isNumeric { throw error("\(word) is too large a number, or not a number of TOML") }
    throw error("a text needs quotes: \(name) = \(quoted(word))")
  }

  /// A number as TOML writes it: no leading zero, underscores only between digits.
  private func wholeNumber(_ word: String) -> Int? {
    var digits = word[...]
    if let sign = digits.first, sign == "+" || sign == "-" { digits = digits.dropFirst() }
    guard !digits.hasPrefix("_"), !digits.hasSuffix("_"), !digits.contains("__"),
      digits == "0" || !digits.hasPrefix("0")
    else { return nil }
    return Int(word.filter { $0 != "_" })
  }

  private mutating func readArray(of name: String) throws(ConfigurationError) -> [String] {
    position += 1
    var texts: [String] = []
    while true {
      try skipBlank(acrossLines: true)
      switch peek {
      case "]":
        position += 1
        return texts
      case "\"", "'":
        texts.append(try readString())
      case nil:
        throw error("the list of \(name) has no end; close it with ]")
      default:
        throw error("a list holds texts in quotes: \(name) = [\"one\", \"two\"]")
      }
      try skipBlank(acrossLines: true)
      if peek == "," {
        position += 1
      } else if peek != "]" && peek != nil {
        throw error("the texts of a list are parted by commas: \(name) = [\"one\", \"two\"]")
      }
    }
  }

  private mutating func readString() throws(ConfigurationError) -> String {
    let quote = text[position]
    position += 1
    var out = ""
    while let scalar = peek, !isLineEnd {
      position += 1
      if scalar == quote { return out }
      if scalar.value < 0x20 && scalar != "\t" || scalar.value == 0x7F {
        throw error("a text may not hold control characters; write \\n or \\u000A")
      }
      if scalar == "\\" && quote == "\"" {
        out.unicodeScalars.append(try readEscape())
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    throw error("a text begins on this line and does not end; close it with \(quote)")
  }

  private mutating func readEscape() throws(ConfigurationError) -> Unicode.Scalar {
    let kind = peek
    position += 1
    switch kind {
    case "b": return "\u{8}"
    case "t": return "\t"
    case "n": return "\n"
    case "f": return "\u{C}"
    case "r": return "\r"
    case "\"": return "\""
    case "\\": return "\\"
    case "u", "U":
      let count = kind == "u" ? 4 : 8
      guard position + count <= text.count else { break }
      var digits = ""
      digits.unicodeScalars.append(contentsOf: text[position..<position + count])
      guard digits.utf8.allSatisfy({ isHexDigit($0) }), let value = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(value)
      else { break }
      position += count
      return scalar
    default: break
    }
    throw error("unknown escape in a text; for a backslash write \\\\ or use 'single quotes'")
  }

  /// Skips spaces and comments, and line ends if `acrossLines`.
  private mutating func skipBlank(acrossLines: Bool) throws(ConfigurationError) {
    while let scalar = peek {
      if scalar == " " || scalar == "\t" {
        position += 1
      } else if scalar == "#" {
        while peek != nil && !isLineEnd { position += 1 }
      } else if acrossLines && isLineEnd {
        position += scalar == "\r" ? 2 : 1
        line += 1
      } else {
        return
      }
    }
  }

  private var peek: Unicode.Scalar? { position < text.count ? text[position] : nil }

  /// LF or CR LF, as TOML has it.
  private var isLineEnd: Bool {
    guard let scalar = peek else { return false }
    if scalar == "\n" { return true }
    return scalar == "\r" && position + 1 < text.count && text[position + 1] == "\n"
  }

  private func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      || scalar == "_" || scalar == "-"
  }

  private func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  private func error(_ message: String) -> ConfigurationError {
    ConfigurationError(file: fileName, line: line, message: message)
  }
}
