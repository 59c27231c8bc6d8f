import Testing

@testable import JSON

@Suite("Captures and their bound")
struct JSONCapturesTests {
  @Test(arguments: [1, 2, 3, 4096])
  func allValuesOfAPathShareTheBound(pieceBytes: Int) {
    let document = bytes(#"["12345",1,"123456",23,4]"#)
    let findings = extract(
      document, JSONPaths([.capture("*"), .last("*")]), pieceBytes: pieceBytes, captureBytesMax: 10)
    #expect(findings.values == [[#""12345""#, "1", "23"], ["4"]])
    #expect(findings.counts == [5, 5])
    #expect(findings.overflows == [true, false])
  }

  @Test(arguments: [1, 2, 3, 4096])
  func aLastThatDoesNotFitLeavesNothingOld(pieceBytes: Int) {
    let findings = extract(
      bytes(#"[1,"12345678"]"#), JSONPaths([.last("*")]), pieceBytes: pieceBytes, captureBytesMax: 5
    )
    #expect(findings.values == [[]])
    #expect(findings.overflows == [true])
    #expect(findings.kinds == [.string])
  }

  /// What is void gives its bytes back, and takes its flag along.
  @Test(arguments: [1, 2, 3, 4096])
  func repeatedNamesDoNotUseUpTheBound(pieceBytes: Int) {
    let document = bytes(#"{"a":"12345","a":"12345","a":"123456789","a":"1234"}"#)
    let findings = extract(
      document, JSONPaths([.capture("a")]), pieceBytes: pieceBytes, captureBytesMax: 8)
    #expect(findings.values == [[#""1234""#]])
    #expect(findings.overflows == [false])
    #expect(findings.counts == [1])
  }

  @Test func aCutOffValueIsNotGiven() {
    let findings = extract(bytes(#"{"a":[1,2"#), JSONPaths([.capture("a"), .size("a")]))
    #expect(findings.values == [[], []])
    #expect(findings.counts == [1, 1])
    #expect(findings.kinds == [.array, .array])
    #expect(findings.lengths == [0, 4])
  }

  @Test(arguments: [1, 2, 3, 4096])
  func whatAFailureCutsOffDoesNotDependOnTheCut(pieceBytes: Int) {
    let findings = extract(
      bytes(#"{"a":"12345678901\u00^"}"#),
      JSONPaths([.capture("a"), .size("a"), .length("a")]), pieceBytes: pieceBytes,
      captureBytesMax: 8)
    #expect(findings.error == JSONError(.invalidEscape, at: 21))
    #expect(findings.overflows == [true, false, false])
    #expect(findings.lengths == [0, 16, 11])
  }

  @Test func resetForgetsOpenValues() throws {
    var captures = JSONCaptures(JSONPaths([.capture("a")]), bytesMax: 100)
    let chunk = bytes("12345")
    captures.enterMember(1)
    captures.match(0, .number)
    captures.begin(0, depth: 1, at: 2)
    captures.takeRest(of: chunk.span, upTo: 5)
    captures.reset()
    captures.endValues(depth: 1, at: 3, chunk.span)
    #expect(captures.tally(0).matches == 0)
    #expect(captures.range(0, at: 0) == nil)
    #expect(captures.bytes(of: 0).isEmpty)
  }
}
