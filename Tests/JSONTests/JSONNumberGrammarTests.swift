import Testing

@testable import JSON

@Suite("Number grammar (RFC 8259 § 6)")
struct JSONNumberGrammarTests {
  /// All texts of up to five letters of the number alphabet, against the scanner.
  @Test func agreesWithTheScanner() {
    let alphabet = bytes("01-+.eE")
    var level: [[UInt8]] = [[]]
    var failures: [String] = []
    for _ in 0..<5 {
      level = level.flatMap { text in alphabet.map { text + [$0] } }
      for number in level
      where isNumber(number) != (JSONInteger(parsing: number.span) != .notNumber) {
        failures.append(text(number))
      }
    }
    #expect(failures.isEmpty)
  }

  private func isNumber(_ text: [UInt8]) -> Bool {
    var state = JSONNumberGrammar.start
    for byte in text {
      guard let next = state.next(byte) else { return false }
      if state.takesDigits, JSONByte.isDigit(byte) { #expect(next == state) }
      state = next
    }
    return state.isWhole
  }

  @Test func nothingElseBelongsToANumber() {
    for byte in UInt8.min...UInt8.max where !bytes("0123456789-+.eE").contains(byte) {
      #expect(JSONNumberGrammar.integer.next(byte) == nil)
      #expect(JSONNumberGrammar.start.next(byte) == nil)
    }
  }
}
