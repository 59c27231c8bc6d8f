import Gateway

/// One setting of `appliance.conf`: its name, default, meaning and check, in one place.
///
/// The parser, the options of `serve`, `appliance.conf.sample` and `appliance config explain` are
/// all made from these, so they cannot disagree.
struct Setting<Value: Sendable & Equatable>: Sendable {
  let name: String
  let defaultValue: Value
  let help: String
  /// What the file may hold for it: "a whole number from 1 to 10".
  let accepts: String
  let kind: SettingKind
  /// Checks what the file or the command line holds.
  let read: @Sendable (SettingValue) throws(SettingError) -> Value
  /// The value as `appliance.conf` writes it.
  let write: @Sendable (Value) -> String
}

/// The form of a setting's value.
enum SettingKind: Sendable {
  case integer
  case text
  case texts

  /// Stands for the value in help texts.
  var symbol: String {
    switch self {
    case .integer: "N"
    case .text: "TEXT"
    case .texts: "TEXT"
    }
  }
}

/// A value as `appliance.conf` can write it: the subset of TOML that the file may hold.
enum SettingValue: Equatable, Sendable {
  case integer(Int)
  case boolean(Bool)
  case text(String)
  case texts([String])

  /// A list, or the text that stands for a list of one.
  var texts: [String]? {
    switch self {
    case .text(let text): [text]
    case .texts(let list): list
    case .integer, .boolean: nil
    }
  }

  /// As the file would write it; used to show what was found.
  var written: String {
    switch self {
    case .integer(let number): String(number)
    case .boolean(let flag): flag ? "true" : "false"
    case .text(let text): quoted(text)
    case .texts(let texts): "[" + texts.map(quoted).joined(separator: ", ") + "]"
    }
  }
}

/// Why a value was refused; printed as `appliance.conf:12: <message>`.
struct SettingError: Error, Equatable {
  let message: String
}

/// What all settings share, whatever the type of their value.
protocol AnySetting: Sendable {
  var name: String { get }
  var help: String { get }
  var accepts: String { get }
  var kind: SettingKind { get }
  /// The default as the file writes it.
  var defaultText: String { get }
  /// The checked value, of the setting's own type.
  func checked(_ value: SettingValue) throws(SettingError) -> any Sendable
  /// The value that `configuration` holds, as the file writes it.
  func written(in configuration: Configuration) -> String
}

extension Setting: AnySetting {
  var defaultText: String { write(defaultValue) }

  func checked(_ value: SettingValue) throws(SettingError) -> any Sendable { try read(value) }

  func written(in configuration: Configuration) -> String { write(configuration[self]) }
}

extension Setting<Int> {
  static func integer(
    _ name: String, default value: Int, in range: ClosedRange<Int>, help: String
  ) -> Self {
    precondition(range.contains(value), "\(name): the default must itself be valid")
    let accepts = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return Self(
      name: name, defaultValue: value, help: help, accepts: accepts, kind: .integer,
      read: { found throws(SettingError) in
        guard case .integer(let number) = found, range.contains(number) else {
          throw SettingError(message: "\(name) must be \(accepts), not \(found.written)")
        }
        return number
      }, write: { String($0) })
  }
}

extension Setting<String> {
  /// A text; `allowed` lists its values where only some are.
  static func text(
    _ name: String, default value: String, allowed: [String] = [], form: String = "a text",
    help: String
  ) -> Self {
    precondition(allowed.isEmpty || allowed.contains(value), "\(name): default is not allowed")
    let accepts =
      allowed.isEmpty
      ? "\(form) in quotes" : "one of " + allowed.map(quoted).joined(separator: ", ")
    return Self(
      name: name, defaultValue: value, help: help, accepts: accepts, kind: .text,
      read: { found throws(SettingError) in
        guard case .text(let text) = found, allowed.isEmpty || allowed.contains(text),
          !text.utf8.contains(0)
        else { throw SettingError(message: "\(name) must be \(accepts), not \(found.written)") }
        return text
      }, write: { quoted($0) })
  }
}

extension Setting<[ListenAddress]> {
  static func addresses(_ name: String, default value: [ListenAddress], help: String) -> Self {
    let accepts = "a list of addresses as [\"127.0.0.1:8080\"]"
    return Self(
      name: name, defaultValue: value, help: help, accepts: accepts, kind: .texts,
      read: { found throws(SettingError) in
        guard let texts = found.texts, !texts.isEmpty else {
          throw SettingError(message: "\(name) must be \(accepts), not \(found.written)")
        }
        var addresses: [ListenAddress] = []
        for text in texts {
          guard let address = ListenAddress(text) else {
            throw SettingError(
              message: "\(name): \(quoted(text)) is not HOST:PORT, as \"127.0.0.1:8080\", "
                + "\"[::1]:8080\" or \"0.0.0.0:443\"")
          }
          addresses.append(address)
        }
        return addresses
      },
      write: { "[" + $0.map { quoted($0.description) }.joined(separator: ", ") + "]" })
  }
}

extension Setting<[String]> {
  /// Addresses and blocks of addresses.
  static func addressRanges(_ name: String, default value: [String], help: String) -> Self {
    let accepts = "a list of addresses or blocks as [\"10.0.0.0/8\", \"::1\"]"
    return Self(
      name: name, defaultValue: value, help: help, accepts: accepts, kind: .texts,
      read: { found throws(SettingError) in
        guard let texts = found.texts else {
          throw SettingError(message: "\(name) must be \(accepts), not \(found.written)")
        }
        for text in texts where AddressRange(text) == nil {
          throw SettingError(
            message: "\(name): \(quoted(text)) is no address or block, as \"10.0.0.0/8\"")
        }
        return texts
      },
      write: { "[" + $0.map(quoted).joined(separator: ", ") + "]" })
  }
}

/// A basic string of TOML.
func quoted(_ text: String) -> String {
  var out = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "\n": out += "\\n"
    case "\t": out += "\\t"
    case "\r": out += "\\r"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out + "\""
}
