/// How much a line matters.
package enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
  case debug
  case info
  case warn
  case error

  /// As it stands in the line and in the setting.
  package var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warn: "warn"
    case .error: "error"
    }
  }

  /// From the setting.
  package init?(name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  package static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// One line of the log: a time, a level, an event name that never changes, then its fields.
///
/// `ts=2026-01-02T03:04:05.678Z level=warn event=upstream.failed provider=openai status=503`
///
/// A value can neither end the line nor look like another field: it is quoted where it could.
package struct LogLine: ~Copyable {
  private var bytes: [UInt8] = []

  /// Longest value of `text`, in bytes, before it is cut.
  package static let textBytesMax = 1_024

  /// - Parameters:
  ///   - level: How much it matters.
  ///   - event: A noun and what befell it: `upstream.failed`. Constant, so that it can be searched.
  ///   - milliseconds: Unix time.
  package init(_ level: LogLevel, _ event: StaticString, atMilliseconds milliseconds: Int64) {
    bytes.reserveCapacity(256)
    append("ts=")
    Timestamp.append(milliseconds, to: &bytes)
    append(" level=")
    append(level.name)
    append(" event=")
    append(event.description)
  }

  /// Adds a value that is ours or was checked: a name, an id, a code.
  package mutating func field(_ name: StaticString, _ value: String) {
    begin(name)
    let isPlain =
      !value.isEmpty
      && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }
    if isPlain { append(value) } else { appendQuoted(value) }
  }

  /// The same; nothing at all if there is no value.
  package mutating func field(_ name: StaticString, _ value: String?) {
    if let value { field(name, value) }
  }

  package mutating func field(_ name: StaticString, _ value: some BinaryInteger) {
    begin(name)
    append(String(value))
  }

  package mutating func field(_ name: StaticString, _ value: Bool) {
    begin(name)
    append(value ? "true" : "false")
  }

  /// Adds free text that may come from anywhere: what looks like a credential is masked, and what is
  /// too long is cut.
  package mutating func text(_ name: StaticString, _ value: String) {
    var value = value
    if value.utf8.count > 4 * Self.textBytesMax {
      // A cut through a credential leaves its start, which is masked like the whole.
      value = String(decoding: value.utf8.prefix(4 * Self.textBytesMax), as: UTF8.self)
    }
    value = Redaction.redacted(value)
    if value.utf8.count > Self.textBytesMax {
      value = String(decoding: value.utf8.prefix(Self.textBytesMax), as: UTF8.self) + "…"
    }
    field(name, value)
  }

  /// The whole line with its line end, ready to be written in one call.
  package consuming func finish() -> [UInt8] {
    append("\n")
    return bytes
  }

  private mutating func begin(_ name: StaticString) {
    append(" ")
    append(name.description)
    append("=")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func appendQuoted(_ value: String) {
    append("\"")
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case _ where Self.isHidden(scalar): append("\\u{\(String(scalar.value, radix: 16))}")
      default: append(String(scalar))
      }
    }
    append("\"")
  }

  /// Controls, line separators, and marks that make a terminal show text in another order.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
  }
}
