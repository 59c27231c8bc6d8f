import JSON
import Testing

/// A text that is JSON; each names what it is about.
struct AcceptCase: Sendable, CustomTestStringConvertible {
  let name: String
  let document: [UInt8]
  let kind: JSONKind
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ kind: JSONKind) {
    self.init(name, bytes(text), kind)
  }

  init(_ name: String, _ document: [UInt8], _ kind: JSONKind) {
    self.name = name
    self.document = document
    self.kind = kind
  }

  static let all: [AcceptCase] = [
    AcceptCase("null", "null", .null),
    AcceptCase("true", "true", .bool),
    AcceptCase("false", " false ", .bool),
    AcceptCase("every white space", "\t\n\r [ \t\n\r ] \t\n\r ", .array),
    AcceptCase("zero", "0", .number),
    AcceptCase("minus zero", "-0", .number),
    AcceptCase("fraction", "0.25", .number),
    AcceptCase("fraction of zeros", "10.000", .number),
    AcceptCase("exponent", "1e5", .number),
    AcceptCase("upper exponent with plus", "1E+2", .number),
    AcceptCase("exponent with minus and zeros", "-0.5e-003", .number),
    AcceptCase("more digits than any integer", "123456789012345678901234567890", .number),
    AcceptCase("exponent beyond any float", "1e99999999999999999999", .number),
    AcceptCase("number before a bracket", "[1]", .array),
    AcceptCase("empty string", "\"\"", .string),
    AcceptCase("all short escapes", #""\"\\\/\b\f\n\r\t""#, .string),
    AcceptCase("escape of NUL", #""\u0000""#, .string),
    AcceptCase("escapes in either case", #""\u00eF\u00Ef""#, .string),
    AcceptCase("surrogate pair", #""\uD83D\uDE00""#, .string),
    AcceptCase("lone high surrogate", #""\ud800""#, .string),
    AcceptCase("lone low surrogate", #""\udc00x""#, .string),
    AcceptCase("surrogates the wrong way round", #""\udc00\ud800""#, .string),
    AcceptCase("DEL", "\"\u{7F}\"", .string),
    AcceptCase("two to four bytes of UTF-8", "\"é漢😀\"", .string),
    AcceptCase("the last scalar", "\"\u{10FFFF}\"", .string),
    AcceptCase("a non-character", "\"\u{FFFF}\"", .string),
    AcceptCase("the scalars around the surrogates", "\"\u{D7FF}\u{E000}\"", .string),
    AcceptCase("quote behind 15 bytes", "\"123456789012345\"", .string),
    AcceptCase("quote behind 16 bytes", "\"1234567890123456\"", .string),
    AcceptCase("escape behind 31 bytes", #""1234567890123456789012345678901\n""#, .string),
    AcceptCase("empty object", "{}", .object),
    AcceptCase("empty array", "[ ]", .array),
    AcceptCase("empty name", #"{"":0}"#, .object),
    AcceptCase("repeated name", #"{"a":1,"a":2}"#, .object),
    AcceptCase("escaped name", #"{"\u0061":1}"#, .object),
    AcceptCase("spaces everywhere", " { \"a\" : [ 1 , 2 ] , \"b\" : { } } ", .object),
    AcceptCase("mixed nesting", #"[{"a":[{"b":[[],{}]}]},[]]"#, .array),
    AcceptCase("every kind", #"[null,true,false,1,"s",[],{}]"#, .array),
    AcceptCase(
      "as deep as allowed", String(repeating: "[", count: 512) + String(repeating: "]", count: 512),
      .array),
    AcceptCase(
      "deep and mixed",
      String(repeating: #"[{"a":"#, count: 200) + "1" + String(repeating: "}]", count: 200), .array),
  ]
}

/// A text that is not JSON, and what is wrong where.
struct RejectCase: Sendable, CustomTestStringConvertible {
  let name: String
  let document: [UInt8]
  let error: JSONError
  /// The extractor lets it pass.
  let isLenient: Bool
  var testDescription: String { name }

  init(
    _ name: String, _ text: String, _ reason: JSONError.Reason, at offset: Int,
    isLenient: Bool = false
  ) {
    self.init(name, bytes(text), reason, at: offset, isLenient: isLenient)
  }

  init(
    _ name: String, _ document: [UInt8], _ reason: JSONError.Reason, at offset: Int,
    isLenient: Bool = false
  ) {
    self.name = name
    self.document = document
    error = JSONError(reason, at: offset)
    self.isLenient = isLenient
  }

  /// A string with raw bytes in it.
  private static func quoted(_ raw: [UInt8]) -> [UInt8] { [0x22] + raw + [0x22] }

  static let all: [RejectCase] = [
    RejectCase("nothing", "", .unexpectedEnd, at: 0),
    RejectCase("white space only", " \n", .unexpectedEnd, at: 2),
    RejectCase("byte order mark", [0xEF, 0xBB, 0xBF, 0x31], .unexpectedByte, at: 0),
    RejectCase("UTF-16", [0x5B, 0x00, 0x5D, 0x00], .unexpectedByte, at: 1),
    RejectCase("form feed as white space", "[\u{0C}]", .unexpectedByte, at: 1),
    RejectCase("no-break space", "[\u{A0}]", .unexpectedByte, at: 1),
    RejectCase("letter", "a", .unexpectedByte, at: 0),
    RejectCase("cut true", "tru", .unexpectedEnd, at: 3),
    RejectCase("misspelt true", "trux", .unexpectedByte, at: 3),
    RejectCase("upper case", "[True]", .unexpectedByte, at: 1),
    RejectCase("misspelt null", "[nul]", .unexpectedByte, at: 4),
    RejectCase("word run on", "[nulll]", .unexpectedByte, at: 5),
    RejectCase("NaN", "[NaN]", .unexpectedByte, at: 1, isLenient: true),
    RejectCase("Infinity", "[Infinity]", .unexpectedByte, at: 1, isLenient: true),
    RejectCase("-Infinity", "[-Infinity]", .invalidNumber, at: 2, isLenient: true),
    RejectCase("minus alone", "-", .unexpectedEnd, at: 1),
    RejectCase("minus and letter", "[-x]", .invalidNumber, at: 2),
    RejectCase("two minus", "--1", .invalidNumber, at: 1),
    RejectCase("plus", "+1", .unexpectedByte, at: 0),
    RejectCase("leading zero", "01", .trailingBytes, at: 1),
    RejectCase("leading zero in an array", "[-01]", .unexpectedByte, at: 3),
    RejectCase("point first", ".5", .unexpectedByte, at: 0),
    RejectCase("point last", "[1.]", .invalidNumber, at: 3),
    RejectCase("two points", "[1.2.3]", .unexpectedByte, at: 4),
    RejectCase("exponent without digits", "[1e]", .invalidNumber, at: 3),
    RejectCase("exponent with sign alone", "[1e+]", .invalidNumber, at: 4),
    RejectCase("cut exponent", "1e", .unexpectedEnd, at: 2),
    RejectCase("hexadecimal", "[0x1]", .unexpectedByte, at: 2),
    RejectCase("digit of another script", "[１]", .unexpectedByte, at: 1),
    RejectCase("open string", "\"abc", .unexpectedEnd, at: 4),
    RejectCase("open string of 20 bytes", "\"12345678901234567890", .unexpectedEnd, at: 21),
    RejectCase("single quotes", "'a'", .unexpectedByte, at: 0),
    RejectCase("cut escape", "\"\\", .unexpectedEnd, at: 2),
    RejectCase("escaped end", "\"\\\"", .unexpectedEnd, at: 3),
    RejectCase("unknown escape", #""ab\x""#, .invalidEscape, at: 3),
    RejectCase("escaped apostrophe", #""\'""#, .invalidEscape, at: 1),
    RejectCase("short unicode escape", #""\u12""#, .invalidEscape, at: 1),
    RejectCase("cut unicode escape", #""\u12"#, .unexpectedEnd, at: 5),
    RejectCase("unicode escape with a letter", #""\u12G4""#, .invalidEscape, at: 1),
    RejectCase("upper U", #""\U0041""#, .invalidEscape, at: 1),
    RejectCase("raw line feed", "\"a\nb\"", .unexpectedByte, at: 2, isLenient: true),
    RejectCase("raw NUL", "\"\u{0}\"", .unexpectedByte, at: 1, isLenient: true),
    RejectCase(
      "raw tab behind 20 bytes", "\"12345678901234567890\t\"", .unexpectedByte, at: 21,
      isLenient: true),
    RejectCase("lone continuation", quoted([0x80]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase("lead without more", quoted([0xC3]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase("overlong slash", quoted([0xC0, 0xAF]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase(
      "overlong of three", quoted([0xE0, 0x80, 0x80]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase("raw surrogate", quoted([0xED, 0xA0, 0x80]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase(
      "overlong of four", quoted([0xF0, 0x8F, 0xBF, 0xBF]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase(
      "past the last scalar", quoted([0xF4, 0x90, 0x80, 0x80]), .invalidUTF8, at: 1,
      isLenient: true),
    RejectCase("byte FF", quoted([0x61, 0xFF]), .invalidUTF8, at: 2, isLenient: true),
    RejectCase(
      "sequence cut by the end", [0x22, 0xE6, 0xBC], .invalidUTF8, at: 1, isLenient: true),
    RejectCase(
      "sequence cut by the quote", quoted([0xE6, 0xBC]), .invalidUTF8, at: 1, isLenient: true),
    RejectCase("open array", "[", .unexpectedEnd, at: 1),
    RejectCase("open array behind a value", "[1", .unexpectedEnd, at: 2),
    RejectCase("open array behind a comma", "[1,", .unexpectedEnd, at: 3),
    RejectCase("close alone", "]", .unexpectedByte, at: 0),
    RejectCase("closed twice", "[]]", .trailingBytes, at: 2),
    RejectCase("closed by the wrong one", "[1}", .unexpectedByte, at: 2),
    RejectCase("object closed by the wrong one", #"{"a":1]"#, .unexpectedByte, at: 6),
    RejectCase("empty object closed by the wrong one", "{]", .unexpectedByte, at: 1),
    RejectCase("empty array closed by the wrong one", "[}", .unexpectedByte, at: 1),
    RejectCase("comma first", "[,1]", .unexpectedByte, at: 1),
    RejectCase("comma last", "[1,]", .unexpectedByte, at: 3),
    RejectCase("two commas", "[1,,2]", .unexpectedByte, at: 3),
    RejectCase("no comma", "[1 2]", .unexpectedByte, at: 3),
    RejectCase("colon in an array", "[1:2]", .unexpectedByte, at: 2),
    RejectCase("open object", "{", .unexpectedEnd, at: 1),
    RejectCase("name alone", #"{"a"}"#, .unexpectedByte, at: 4),
    RejectCase("name and colon", #"{"a":}"#, .unexpectedByte, at: 5),
    RejectCase("cut behind the name", #"{"a""#, .unexpectedEnd, at: 4),
    RejectCase("cut behind the colon", #"{"a":"#, .unexpectedEnd, at: 5),
    RejectCase("cut behind the value", #"{"a":1"#, .unexpectedEnd, at: 6),
    RejectCase("bare name", "{a:1}", .unexpectedByte, at: 1),
    RejectCase("number as a name", "{1:1}", .unexpectedByte, at: 1),
    RejectCase("two colons", #"{"a"::1}"#, .unexpectedByte, at: 5),
    RejectCase("comma for colon", #"{"a",1}"#, .unexpectedByte, at: 4),
    RejectCase("comma last in an object", #"{"a":1,}"#, .unexpectedByte, at: 7),
    RejectCase("no comma in an object", #"{"a":1 "b":2}"#, .unexpectedByte, at: 7),
    RejectCase("comment", "[1/*x*/]", .unexpectedByte, at: 2),
    RejectCase("two documents", "{} {}", .trailingBytes, at: 3),
    RejectCase("NUL behind the document", "1\u{0}", .trailingBytes, at: 1),
    RejectCase(
      "one level too deep", String(repeating: "[", count: 513), .tooDeep, at: 512),
    RejectCase(
      "100,000 arrays", String(repeating: "[", count: 100_000), .tooDeep, at: 512),
    RejectCase(
      "100,000 objects", String(repeating: #"{"a":"#, count: 100_000), .tooDeep, at: 512 * 5),
  ]
}
