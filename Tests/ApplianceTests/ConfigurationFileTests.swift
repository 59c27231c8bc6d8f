import Testing

@testable import Appliance

@Suite("The syntax of appliance.conf")
struct ConfigurationFileTests {
  @Test(arguments: [
    ("a = 1", SettingValue.integer(1)), ("a=-12", .integer(-12)),
    ("a = 33_554_432", .integer(33_554_432)),
    ("a = +0", .integer(0)), ("a = true # yes", .boolean(true)), ("a = false", .boolean(false)),
    ("a = \"x\"", .text("x")), ("a = 'C:\\x'", .text("C:\\x")),
    ("a = \"\\t\\\"\\u00e9\\U0001F600\"", .text("\t\"é😀")), ("a = \"#\" # c", .text("#")),
    ("a = []", .texts([])), ("a = [\"x\", 'y',]", .texts(["x", "y"])),
    ("a = [ # c\n  \"x\" # d\n  ,\r\n  \"y\"\n]", .texts(["x", "y"])),
    ("\u{FEFF}\n\r\n  # c\n\ta = 1\r\n", .integer(1)),
  ])
  func reads(text: String, value: SettingValue) throws {
    let file = try ConfigurationFile(parsing: Array(text.utf8), fileName: "f")
    #expect(file.entries.map(\.name) == ["a"])
    #expect(file.entries.map(\.value) == [value])
  }

  @Test(arguments: [
    ("a = localhost", "f:1: a text needs quotes: a = \"localhost\""),
    ("\n\na = ", "f:3: a has no value; write: a = value"),
    ("a = 1\nb", "f:2: after b there must be an equals sign: b = value"),
    ("[server]", "f:1: this file has no sections; write each setting as: name = value"),
    ("a = 1 2", "f:1: there is something behind the value of a; a comment begins with #"),
    ("a = 1\n\na = 2", "f:3: a is already set on line 1; remove one of the two"),
    ("a = \"x\nb = 1", "f:1: a text begins on this line and does not end; close it with \""),
    ("a = [\"x\"\n", "f:2: the list of a has no end; close it with ]"),
    ("a = [1]", "f:1: a list holds texts in quotes: a = [\"one\", \"two\"]"),
    (
      "a = [\"x\" \"y\"]",
      "f:1: the texts of a list are parted by commas: a = [\"one\", \"two\"]"
    ),
    (
      "a = \"C:\\dir\"",
      "f:1: unknown escape in a text; for a backslash write \\\\ or use 'single quotes'"
    ),
    (
      "a = 99999999999999999999",
      "f:1: 99999999999999999999 is too large a number, or not a number of TOML"
    ),
    ("= 1", "f:1: a line must be: name = value, or a comment that begins with #"),
  ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile(parsing: Array(text.utf8), fileName: "f")
    }
    #expect(error?.description == message)
  }

  @Test func refusesWhatIsNotUTF8() {
    #expect(throws: ConfigurationError.self) {
      try ConfigurationFile(parsing: [0x61, 0xFF], fileName: "f")
    }
  }

  /// Whatever the bytes, reading ends, with a value or an error.
  @Test func endsOnAnyBytes() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("a=[]\"'\\#, \n\r_1u".utf8)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0..<40, using: &generator)
      let bytes = (0..<count).compactMap { _ in alphabet.randomElement(using: &generator) }
      _ = try? ConfigurationFile(parsing: bytes, fileName: "f")
    }
  }
}
