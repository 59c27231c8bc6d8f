import Testing

@testable import Providers

@Suite("Values that are passed over")
struct PassedValueTests {
  /// What follows the opening bracket, and how much of it belongs to the value.
  static let cases: [(text: String, length: Int)] = [
    ("]", 1),
    ("}x", 1),
    ("1,2,[3,{\"a\":[]}],4],5]", 19),
    (#""a":"}]","b":"\"]","c":"\\"}]"#, 28),
    (#""\\\\","x"]]"#, 11),
    ("\n 1 ,\n 2 ]\n", 10),
  ]

  @Test(arguments: cases, [1, 2, 3, 100])
  func passes(_ example: (text: String, length: Int), chunkBytes: Int) {
    var value = PassedValue()
    value.begin()
    let bytes = Array(example.text.utf8)
    var passed = 0
    while passed < bytes.count, !value.isDone {
      let chunk = Array(bytes[passed..<min(passed + chunkBytes, bytes.count)])
      passed += value.pass(chunk.span, from: 0, stopsAtLineEnd: false)
    }
    #expect(value.isDone)
    #expect(passed == example.length)
  }

  @Test func stopsAtALineEndInAndOutOfStrings() {
    var value = PassedValue()
    value.begin()
    for (line, end) in [("1,\n", 2), ("\"a\r", 2), ("b\\\n", 2), ("\"\n", 1)] {
      let bytes = Array(line.utf8)
      let stop = value.pass(bytes.span, from: 0, stopsAtLineEnd: true)
      #expect(stop == end)
      #expect(!value.isDone)
    }
    let stop = value.pass(Array("\"]x".utf8).span, from: 0, stopsAtLineEnd: true)
    #expect(stop == 2)
    #expect(value.isDone)
  }
}
