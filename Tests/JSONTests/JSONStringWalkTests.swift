import Testing

@testable import JSON

@Suite("Walks over strings")
struct JSONStringWalkTests {
  /// Each string as it is written: `name:` or `value`, with a `\` in front if it has escapes.
  private func walk(_ document: String) -> [String] {
    let document = bytes(document)
    var walk = JSONStringWalk()
    var found: [String] = []
    while let string = walk.next(document.span) {
      let text = String(decoding: document[string.inside], as: UTF8.self)
      #expect(string.hasEscapes == text.contains("\\"))
      found.append(text + (string.isName ? ":" : ""))
    }
    return found
  }

  @Test(arguments: [
    (#"{"a":"b"}"#, ["a:", "b"]), (#"{"a" : "b" , "c":[ "d" ]}"#, ["a:", "b", "c:", "d"]),
    ("{\"a\"\r\n\t :1}", ["a:"]), (#""a""#, ["a"]), (#"["",""]"#, ["", ""]),
    (#"{"":""}"#, [":", ""]),
    (#"{"a":{"b":[{"c":null}]}}"#, ["a:", "b:", "c:"]),
    (#"["a:b","{\"c\":1}"]"#, ["a:b", #"{\"c\":1}"#]),
    (#"["\\","a"]"#, [#"\\"#, "a"]), (#"["\\\"","a"]"#, [#"\\\""#, "a"]),
    (#"{"\u0061":"\n"}"#, [#"\u0061:"#, #"\n"#]), ("[1,true,-2.5e3,null]", []), ("", []),
    // What is not sound ends early.
    ("\"", []), ("\"a", []), (#""a\"#, []), (#""a\""#, []), (#"["a","b"#, ["a"]), (#"\"a""#, ["a"]),
    (#"{"a"#, []), (#"{"a""#, ["a"]), (#"{"a":"#, ["a:"]), ("\\", []), ("\\\\\\", []),
  ])
  func givesEachString(_ document: String, _ strings: [String]) {
    #expect(walk(document) == strings)
  }

  /// At every distance from the words that scans read.
  @Test(arguments: 0..<40)
  func stepsOverLongStringsWhole(_ length: Int) {
    let text = String(repeating: "x", count: length)
    #expect(walk(#"{"\#(text)":"\#(text)\"\\","b":[]}"#) == ["\(text):", #"\#(text)\"\\"#, "b:"])
  }

  /// An object is stepped over whole, and what stands behind it comes next.
  @Test(arguments: [
    (#"{"a":1}"#, true, "z"), (#" { } "#, true, "z"), (#"{"a":{"b":"}","c":[{}]}}"#, true, "z"),
    (#"{"a":"\\\"}"}"#, true, "z"), ("[]", false, "z"), (#""s""#, false, "s"), ("1", false, "z"),
  ])
  func stepsOverAnObject(_ value: String, _ isOne: Bool, _ next: String) {
    let document = bytes(#"{"v":\#(value),"z":0}"#)
    var walk = JSONStringWalk()
    _ = walk.next(document.span)
    let isTaken = walk.takeObject(document.span)
    #expect(isTaken == isOne)
    let found = walk.next(document.span).map {
      String(decoding: document[$0.inside], as: UTF8.self)
    }
    #expect(found == next)
  }

  @Test(arguments: ["{", "{\"a", "{\"a\":{}", "{{{{", "{\"\\", "{\"a\":\"b\\"])
  func anObjectWithoutAnEndIsTheRest(_ text: String) {
    let document = bytes(text)
    var walk = JSONStringWalk()
    let isTaken = walk.takeObject(document.span)
    let next = walk.next(document.span)
    #expect(isTaken && next == nil)
  }

  @Test func looksAtWhatStandsNext() {
    let document = bytes(#"{"a": "b", "c" :["d" , 1, "e"]}"#)
    var walk = JSONStringWalk()
    /// What comes next, whatever stands before it.
    func next() -> String { text(walk.next(document.span)) }
    /// What comes next if it is a string.
    func here() -> String { text(walk.nextHere(document.span)) }
    func takes(_ byte: UInt8) -> Bool { walk.take(byte, document.span) }
    func text(_ string: JSONStringWalk.Found?) -> String {
      guard let string else { return "none" }
      return String(decoding: document[string.inside], as: UTF8.self) + (string.isName ? ":" : "")
    }
    let steps = [
      here(), next(), takes(UInt8(ascii: "[")).description, here(), here(), next(), here(),
      takes(UInt8(ascii: "[")).description, here(), takes(UInt8(ascii: ",")).description, here(),
      next(), next(), takes(UInt8(ascii: "x")).description, here(),
    ]
    #expect(
      steps == [
        "none", "a:", "false", "b", "none", "c:", "none", "true", "d", "true", "none", "e", "none",
        "false", "none",
      ])
  }

  /// Words are compared with their escapes decoded, and nothing longer is.
  @Test func readsWords() throws {
    let long = "\"word" + String(repeating: "\\u0020", count: 100) + "\""
    for (document, isWord) in [
      (#""word""#, true), (#""w\u006frd""#, true), (#""\u0077\u006f\u0072\u0064""#, true),
      (#""words""#, false), (#""w\u006frds""#, false), (#""""#, false), (#""Word""#, false),
      (long, false),
    ] {
      let written = bytes(document)
      var walk = JSONStringWalk()
      let found = walk.next(written.span)
      let string = try #require(found)
      let reads = string.reads(written.span, bytesMax: 4) { word in
        word.count == 4 && word[0] == UInt8(ascii: "w") && word[3] == UInt8(ascii: "d")
      }
      #expect(reads == isWord, "\(document)")
    }
  }
}
