import JSON
import Testing

@Suite("JSON errors")
struct JSONErrorTests {
  @Test func messagesSayWhatAndWhere() {
    let reasons: [JSONError.Reason] = [
      .unexpectedEnd, .unexpectedByte, .invalidUTF8, .invalidEscape, .invalidNumber, .tooDeep,
      .tooManyMembers, .trailingBytes,
    ]
    let messages = reasons.map { JSONError($0, at: 4711).message }
    #expect(Set(messages).count == reasons.count)
    for message in messages { #expect(message.contains("4711")) }
  }

  @Test func theFirstByteTellsTheKind() {
    let kinds: [(String, JSONKind?)] = [
      ("{", .object), ("[", .array), ("\"", .string), ("-", .number), ("0", .number),
      ("9", .number), ("t", .bool), ("f", .bool), ("n", .null), ("N", nil), ("+", nil), ("}", nil),
    ]
    for (letter, kind) in kinds {
      #expect(JSONKind(firstByte: bytes(letter)[0]) == kind, "\(letter)")
    }
  }
}
