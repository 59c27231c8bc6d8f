/// Why bytes are not a JSON document, and where.
package struct JSONError: Error, Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    case unexpectedEnd
    case unexpectedByte
    case invalidUTF8
    case invalidEscape
    case invalidNumber
    /// More containers inside each other than the caller allows.
    case tooDeep
    /// An object has more members than the caller allows.
    case tooManyMembers
    case trailingBytes
  }

  /// Bytes from the start of the document to the byte that is wrong.
  package let offset: Int
  package let reason: Reason

  package init(_ reason: Reason, at offset: Int) {
    self.offset = offset
    self.reason = reason
  }

  /// What a person reads; holds nothing of the document itself.
  package var message: String {
    switch reason {
    case .unexpectedEnd: "the JSON ends early, after \(offset) bytes"
    case .unexpectedByte: "the JSON has a byte that cannot stand at offset \(offset)"
    case .invalidUTF8: "the JSON is not valid UTF-8 at offset \(offset)"
    case .invalidEscape: "the JSON has an invalid escape at offset \(offset)"
    case .invalidNumber: "the JSON has an invalid number at offset \(offset)"
    case .tooDeep: "the JSON is nested too deeply at offset \(offset)"
    case .tooManyMembers: "the JSON has an object with too many members at offset \(offset)"
    case .trailingBytes: "the JSON is followed by something else at offset \(offset)"
    }
  }
}

/// The six kinds of value of RFC 8259, section 3.
package enum JSONKind: Equatable, Sendable {
  case object
  case array
  case string
  case number
  case bool
  case null

  /// The kind of a value, which its first byte decides.
  package init?(firstByte: UInt8) {
    switch firstByte {
    case JSONByte.openBrace: self = .object
    case JSONByte.openBracket: self = .array
    case JSONByte.quote: self = .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool
    case UInt8(ascii: "n"): self = .null
    default: return nil
    }
  }
}
