import JSON
import Testing

/// All that an extractor says of its paths, for comparing.
struct Findings: Equatable {
  var values: [[String]] = []
  var counts: [Int] = []
  var kinds: [JSONKind?] = []
  var lengths: [Int] = []
  var overflows: [Bool] = []
  var isComplete = false
  var error: JSONError?

  init(_ extractor: borrowing JSONExtractor, paths: Int) {
    for path in 0..<paths {
      values.append(extractor.values(path).map(text))
      counts.append(extractor.count(path))
      kinds.append(extractor.kind(path))
      lengths.append(extractor.length(path))
      overflows.append(extractor.overflowed(path))
    }
    isComplete = extractor.isComplete
    error = extractor.malformed
  }
}

/// Feeds a document in pieces and tells what was found.
func extract(
  _ document: [UInt8], _ paths: JSONPaths, pieceBytes: Int = .max, captureBytesMax: Int = 65_536
) -> Findings {
  var extractor = JSONExtractor(paths, captureBytesMax: captureBytesMax)
  feed(pieces(document, of: min(pieceBytes, max(document.count, 1))), &extractor)
  return Findings(extractor, paths: paths.count)
}

private func feed(_ pieces: [[UInt8]], _ extractor: inout JSONExtractor) {
  do {
    for piece in pieces { try extractor.feed(piece.span) }
    try extractor.finish()
  } catch {
    // `malformed` keeps it.
  }
}

@Suite("JSON extractor")
struct JSONExtractorTests {
  static let sizes = [1, 2, 3, 7, 4096]

  @Test(arguments: AcceptCase.all, sizes)
  func accepts(_ example: AcceptCase, pieceBytes: Int) throws {
    let findings = extract(example.document, JSONPaths([.capture()]), pieceBytes: pieceBytes)
    #expect(findings.error == nil)
    #expect(findings.isComplete)
    #expect(findings.kinds == [example.kind])
    let root = try JSONIndex(example.document.span).value
    #expect(findings.values == [[text(Array(example.document[root]))]])
  }

  /// It fails for the same reason as the strict parser, and no earlier byte is at fault.
  @Test(arguments: RejectCase.all, sizes)
  func rejects(_ example: RejectCase, pieceBytes: Int) {
    let findings = extract(example.document, JSONPaths([.count("a")]), pieceBytes: pieceBytes)
    guard !example.isLenient else { return }
    #expect(findings.error?.reason == example.error.reason)
    #expect(findings.error.map { $0.offset >= example.error.offset } == true)
    #expect(!findings.isComplete)
  }

  @Test(arguments: [#"[NaN,Infinity,-Infinity,"#, "\"raw\t\n\""], sizes)
  func letsPassWhatHarmsNobody(_ start: String, pieceBytes: Int) {
    let document = bytes(start.hasPrefix("[") ? start + "1]" : start)
    let findings = extract(document, JSONPaths([.capture("*")]), pieceBytes: pieceBytes)
    #expect(findings.error == nil)
    if start.hasPrefix("[") {
      #expect(findings.values == [["NaN", "Infinity", "-Infinity", "1"]])
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let path: JSONPaths.Path
    let document: String
    var values: [String] = []
    var count: Int?
    var length = 0
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "a member", path: .capture("a"), document: #"{"x":1,"a":2}"#, values: ["2"]),
    Case(
      name: "a nested member", path: .capture("a", "b"), document: #"{"a":{"x":{"b":1},"b":2}}"#,
      values: ["2"]),
    Case(
      name: "an object with its white space", path: .capture("a"),
      document: #"{"a" : { "b" : [ 1 ] } , "c":1}"#, values: [#"{ "b" : [ 1 ] }"#]),
    Case(
      name: "a number before a brace", path: .capture("a"), document: #"{"a":-1.5e3}"#,
      values: ["-1.5e3"]),
    Case(name: "a word", path: .capture("a"), document: #"{"a":false}"#, values: ["false"]),
    Case(
      name: "a string with escapes as it is written", path: .capture("a"),
      document: #"{"a":"x\"\u00e9\\"}"#, values: [#""x\"\u00e9\\""#]),
    Case(
      name: "every element", path: .capture("*"), document: "[1,[2],{}]",
      values: ["1", "[2]", "{}"]),
    Case(
      name: "a member of every element", path: .capture("a", "*", "b"),
      document: #"{"a":[{"b":1},{"c":2},3,[{"b":9}],{"b":4}]}"#, values: ["1", "4"]),
    Case(
      name: "elements of elements", path: .capture("*", "*"), document: "[[1,2],3,[],[4]]",
      values: ["1", "2", "4"]),
    Case(name: "no member of an array", path: .capture("a"), document: #"[{"a":1}]"#),
    Case(name: "no element of an object", path: .capture("*"), document: #"{"*":1,"a":2}"#),
    Case(name: "no longer name", path: .capture("a"), document: #"{"ab":1,"aa":2,"":3}"#),
    Case(name: "the empty name", path: .capture(""), document: #"{"a":1,"":2}"#, values: ["2"]),
    Case(
      name: "an escaped name", path: .capture("usage"), document: #"{"\u0075s\u0061ge":1}"#,
      values: ["1"]),
    Case(
      name: "a name outside ASCII", path: .capture("é😀"), document: #"{"\u00e9\ud83d\ude00":1}"#,
      values: ["1"]),
    Case(
      name: "an escape that makes a name too long", path: .capture("ab"),
      document: #"{"ab\u0063":1}"#),
    Case(
      name: "the last of a repeated name", path: .capture("a"), document: #"{"a":1,"a":2}"#,
      values: ["2"]),
    Case(
      name: "a repeated name with another spelling", path: .capture("a", "b"),
      document: #"{"a":{"b":1,"b":2},"\u0061":{"b":3}}"#, values: ["3"]),
    Case(
      name: "a repeated name voids what was below the first", path: .capture("a", "b"),
      document: #"{"a":{"b":1},"a":{"c":2}}"#),
    Case(
      name: "a repeated name voids elements", path: .capture("a", "*"),
      document: #"{"a":[1,2],"a":[3]}"#, values: ["3"]),
    Case(
      name: "a name in two elements is not repeated", path: .capture("*", "a"),
      document: #"[{"a":1,"a":2},{"a":3}]"#, values: ["2", "3"]),
    Case(
      name: "a repeated name voids a count", path: .count("a", "*"),
      document: #"{"a":[1,2,3],"a":[4]}"#, count: 1),
    Case(name: "a count", path: .count("a", "*"), document: #"{"a":[1,[2,3],{}]}"#, count: 3),
    Case(
      name: "the last", path: .last("*", "r"), document: #"[{"r":"a"},{"r":null},{}]"#,
      values: ["null"], count: 2),
    Case(
      name: "the last is forgotten when it becomes void", path: .last("*", "r", "x"),
      document: #"[{"r":{"x":1}},{"r":{"x":2},"r":3}]"#, count: 1),
    Case(name: "a length", path: .length("a"), document: #"{"a":"héé"}"#, count: 1, length: 5),
    Case(
      name: "a length with escapes", path: .length("a"),
      document: #"{"a":"\n\u0041\u00e9\u6f22\ud83d\ude00\ud83d."}"#, count: 1,
      length: 1 + 1 + 2 + 3 + 4 + 3 + 1),
    Case(
      name: "lengths add up", path: .length("*", "t"),
      document: #"[{"t":"abc"},{"t":7},{"t":null},{"t":""},{"t":"de"}]"#, count: 5, length: 5),
    Case(
      name: "a repeated name voids a length", path: .length("a"), document: #"{"a":"abc","a":"d"}"#,
      count: 1, length: 1),
    Case(
      name: "a size", path: .size("a", "*"), document: #"{"a":[{ "x":1 }, "é",2]}"#, count: 3,
      length: 9 + 4 + 1),
    Case(name: "the root", path: .capture(), document: " [1] ", values: ["[1]"]),
    Case(name: "a bare number", path: .capture(), document: "12", values: ["12"]),
  ]

  @Test(arguments: cases, sizes)
  func finds(_ example: Case, pieceBytes: Int) {
    let paths = JSONPaths([example.path])
    let findings = extract(bytes(example.document), paths, pieceBytes: pieceBytes)
    #expect(findings.error == nil)
    #expect(findings.values == [example.values])
    #expect(findings.counts == [example.count ?? example.values.count])
    #expect(findings.lengths == [example.length])
    #expect(findings.overflows == [false])
  }

  /// Paths that share beginnings and hold each other, at once.
  @Test(arguments: sizes)
  func severalPathsAtOnce(pieceBytes: Int) {
    let paths = JSONPaths([
      .capture("a"), .capture("a", "b"), .count("a", "b"), .size("a"), .length("a", "b"),
      .last("a"), .capture("c", "*"),
    ])
    let document = bytes(#"{"a":{"b":"xy","z":[{"b":0}]},"c":[[],7]}"#)
    let findings = extract(document, paths, pieceBytes: pieceBytes)
    let whole = #"{"b":"xy","z":[{"b":0}]}"#
    #expect(findings.values == [[whole], [#""xy""#], [], [], [], [whole], ["[]", "7"]])
    #expect(findings.counts == [1, 1, 1, 1, 1, 1, 2])
    #expect(findings.lengths == [0, 0, 0, whole.utf8.count, 2, 0, 0])
  }

  @Test func agreesWithTheParserOnRandomDocuments() throws {
    let seed = newSeed("extractor")
    var writer = DocumentWriter(seed: seed)
    var random = Seeded(seed &+ 1)
    for round in 0..<1_000 {
      writer.repeatsNames = random.chance(60)
      let document = writer.document()
      let value = try JSONValue(parsing: document)
      let paths = JSONPaths((0..<6).map { _ in randomPath(&random) })
      var extractor = JSONExtractor(paths)
      // The second time on the memory of the first.
      for _ in 0..<2 {
        extractor.reset()
        var rest = document[...]
        while !rest.isEmpty {
          let piece = Array(
            rest.prefix(Int.random(in: 0...random.pick([1, 3, 20, 200]), using: &random)))
          rest = rest.dropFirst(piece.count)
          try extractor.feed(piece.span)
        }
        try extractor.finish()
        for (number, path) in paths.paths.enumerated() {
          let expected = lookUp(path.components[...], in: value)
          let problem = check(extractor, number, path, expected, writer.repeatsNames)
          #expect(problem == nil, "seed \(seed), round \(round), \(path): \(text(document))")
        }
      }
    }
  }

  private func randomPath(_ random: inout Seeded) -> JSONPaths.Path {
    let components = (0..<Int.random(in: 0...4, using: &random)).map { _ in
      random.pick(["a", "b", "usage", "é", "", "*", "*", "*"])
    }
    return JSONPaths.Path(components, random.pick([.capture, .last, .count, .length, .size]))
  }

  /// What a parser that keeps the last of repeated names finds.
  private func lookUp(_ path: ArraySlice<String>, in value: JSONValue) -> [JSONValue] {
    guard let first = path.first else { return [value] }
    let rest = path.dropFirst()
    if first == "*" { return (value.array ?? []).flatMap { lookUp(rest, in: $0) } }
    return value[first].map { lookUp(rest, in: $0) } ?? []
  }

  private func check(
    _ extractor: borrowing JSONExtractor, _ number: Int, _ path: JSONPaths.Path,
    _ expected: [JSONValue], _ repeatsNames: Bool
  ) -> String? {
    guard extractor.count(number) == expected.count else { return "count" }
    let values = extractor.values(number).map { try? JSONValue(parsing: $0) }
    switch path.mode {
    case .capture:
      return values == expected ? nil : "values"
    case .last:
      // What a repeated name made void is not found again.
      if values.isEmpty, repeatsNames || expected.isEmpty { return nil }
      return values == expected.suffix(1) ? nil : "last"
    case .count:
      return values.isEmpty && extractor.length(number) == 0 ? nil : "kept"
    case .length:
      let length = expected.reduce(0) { $0 + ($1.string?.utf8.count ?? 0) }
      return extractor.length(number) == length ? nil : "length"
    case .size:
      return (extractor.length(number) == 0) == expected.isEmpty ? nil : "size"
    }
  }

  /// Whatever bytes come, the cut does not matter and nothing traps.
  @Test func theCutDoesNotMatterForDamagedDocuments() {
    let seed = newSeed("damaged")
    var writer = DocumentWriter(seed: seed)
    var random = Seeded(seed &+ 1)
    let paths = JSONPaths([
      .capture("a"), .last("*", "b"), .count("*"), .size("b", "*"), .capture("usage", "a"),
      .length("a"), .length("*", "b"), .size(),
    ])
    for round in 0..<1_000 {
      var document = writer.document()
      for _ in 0..<Int.random(in: 1...3, using: &random) where !document.isEmpty {
        let place = Int.random(in: 0..<document.count, using: &random)
        if random.chance(50) {
          document[place] = UInt8.random(in: .min ... .max, using: &random)
        } else {
          document.removeSubrange(place..<min(place + 3, document.count))
        }
      }
      let whole = extract(document, paths)
      for size in [1, 2, 3] {
        let findings = extract(document, paths, pieceBytes: size)
        #expect(findings == whole, "seed \(seed), round \(round): \(text(document))")
      }
    }
  }

  @Test func staysFailedAndKeepsWhatItFound() {
    let paths = JSONPaths([.capture("a"), .capture("b"), .length("c")])
    var extractor = JSONExtractor(paths)
    let start = bytes(#"{"a":1,"b":[1,2,"c":"#)
    var errors: [JSONError] = []
    for piece in [start, bytes("{}")] {
      do { try extractor.feed(piece.span) } catch { errors.append(error) }
    }
    do { try extractor.finish() } catch { errors.append(error) }
    let error = JSONError(.unexpectedByte, at: 19)
    #expect(errors == [error, error, error])
    var findings = Findings(extractor, paths: 3)
    #expect(findings.values == [["1"], [], []])
    #expect(findings.error == error)
    extractor.reset()
    feed([bytes(#"{"b":2}"#)], &extractor)
    findings = Findings(extractor, paths: 3)
    #expect(findings.values == [[], ["2"], []])
    #expect(findings.isComplete)
  }

  @Test func aCutDocumentIsIncomplete() {
    let paths = JSONPaths([.capture("usage"), .length("text")])
    let findings = extract(bytes(#"{"usage":{"n":1},"text":"abc"#), paths, pieceBytes: 4)
    #expect(findings.values == [[#"{"n":1}"#], []])
    #expect(findings.lengths == [0, 3])
    #expect(findings.error == JSONError(.unexpectedEnd, at: 28))
  }

  @Test func tellsHowFarItIs() throws {
    var extractor = JSONExtractor(JSONPaths([]))
    for (piece, hasBegun, isComplete) in [
      (" ", false, false), ("[", true, false), ("] ", true, true),
    ] {
      try extractor.feed(bytes(piece).span)
      let now = (extractor.hasBegun, extractor.isComplete)
      #expect(now == (hasBegun, isComplete))
    }
    let offset = extractor.offset
    #expect(offset == 4)
  }

  @Test func boundsTheDepth() {
    var extractor = JSONExtractor(JSONPaths([]), depthMax: 2)
    feed([bytes("[[]]")], &extractor)
    let isComplete = extractor.isComplete
    #expect(isComplete)
    extractor.reset()
    feed([bytes("[[["), bytes("]]]")], &extractor)
    let error = extractor.malformed
    #expect(error == JSONError(.tooDeep, at: 2))
  }

  /// Memory is not checked here; that a huge value passes in pieces and is flagged, is.
  @Test func aHugeValueIsDroppedAndTheRestIsFound() throws {
    let paths = JSONPaths([
      .capture("data", "*", "b64_json"), .size("data", "*", "b64_json"), .capture("usage"),
    ])
    var extractor = JSONExtractor(paths, captureBytesMax: 1_000)
    try extractor.feed(bytes(#"{"data":[{"b64_json":""#).span)
    let piece = [UInt8](repeating: 0x41, count: 65_536)
    for _ in 0..<64 { try extractor.feed(piece.span) }
    try extractor.feed(bytes(#""},{"b64_json":"small"}],"usage":{"n":1}}"#).span)
    try extractor.finish()
    let findings = Findings(extractor, paths: 3)
    #expect(findings.values == [[#""small""#], [], [#"{"n":1}"#]])
    #expect(findings.overflows == [true, false, false])
    #expect(findings.lengths[1] == 64 * 65_536 + 2 + 7)
  }
}
