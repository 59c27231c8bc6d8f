import Testing

@testable import JSON

@Suite("JSON scanner (RFC 8259)")
struct JSONScannerTests {
  @Test(arguments: AcceptCase.all)
  func accepts(_ example: AcceptCase) throws {
    var scanner = JSONScanner(0..<example.document.count, depthMax: 512)
    let span = example.document.span
    scanner.skipWhitespace(span)
    #expect(try scanner.skipValue(span) == example.kind)
    try scanner.expectEnd(span)
    #expect(scanner.index == example.document.count)
  }

  @Test(arguments: RejectCase.all)
  func rejects(_ example: RejectCase) {
    #expect(throws: example.error) {
      var scanner = JSONScanner(0..<example.document.count, depthMax: 512)
      let span = example.document.span
      scanner.skipWhitespace(span)
      _ = try scanner.skipValue(span)
      try scanner.expectEnd(span)
    }
  }

  /// Bytes past the end of the range are not looked at.
  @Test func staysInsideItsRange() throws {
    let document = bytes("[12345]")
    var scanner = JSONScanner(1..<4, depthMax: 1)
    #expect(try scanner.skipValue(document.span) == .number)
    #expect(scanner.index == 4)
  }

  @Test func openContainersCountTowardsTheDepth() {
    let document = bytes("[[]]")
    #expect(throws: JSONError(.tooDeep, at: 1)) {
      var scanner = JSONScanner(0..<4, depthMax: 3)
      _ = try scanner.skipValue(document.span, openContainers: 2)
    }
  }
}
