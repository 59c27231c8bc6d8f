/// One `; name=value` of a field value (RFC 9110 § 5.6.6).
struct FieldParameter: Equatable, Sendable {
  /// In lower case.
  let name: [UInt8]
  /// Without quotes, quoted pairs resolved.
  let value: [UInt8]

  func isNamed(_ text: StaticString) -> Bool {
    name.span.matches(0..<name.count, text)
  }
}

/// Reads the parameters of Content-Type and Content-Disposition.
enum FieldParameters {
  /// Reads from `start`, where a `;` stands or the value ends; empty parameters are left out.
  ///
  /// An unquoted value may hold any visible byte but `;` and `"`, for some senders do not quote
  /// what is not a token.
  ///
  /// - Returns: Nil if it is not a list of `name=value`.
  static func read(_ bytes: Span<UInt8>, from start: Int) -> [FieldParameter]? {
    var parameters: [FieldParameter] = []
    var index = start
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: ";") else { return nil }
      index = skipBlanks(bytes, index + 1)
      guard index < bytes.count, bytes[index] != UInt8(ascii: ";") else { continue }
      var name: [UInt8] = []
      while index < bytes.count, ByteSet.token.contains(bytes[index]) {
        name.append(lowercased(bytes[index]))
        index += 1
      }
      guard !name.isEmpty, index < bytes.count, bytes[index] == UInt8(ascii: "=") else {
        return nil
      }
      index += 1
      guard let value = readValue(bytes, &index) else { return nil }
      parameters.append(FieldParameter(name: name, value: value))
      index = skipBlanks(bytes, index)
    }
    return parameters
  }

  private static func readValue(_ bytes: Span<UInt8>, _ index: inout Int) -> [UInt8]? {
    var value: [UInt8] = []
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
      while index < bytes.count, bytes[index] > 0x20, bytes[index] != 0x7F,
        bytes[index] != UInt8(ascii: ";"), bytes[index] != UInt8(ascii: "\"")
      {
        value.append(bytes[index])
        index += 1
      }
      return value.isEmpty ? nil : value
    }
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return value
      case UInt8(ascii: "\\"):
        guard index < bytes.count else { return nil }
        value.append(bytes[index])
        index += 1
      default: value.append(byte)
      }
    }
    return nil
  }

  private static func skipBlanks(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count, isBlank(bytes[index]) { index += 1 }
    return index
  }
}
