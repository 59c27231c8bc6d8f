// Modules: JSON
#if canImport(JSON)
import JSON
#endif

private let paths = JSONPaths([
  .capture(), .capture("a"), .last("a", "*"), .count("*", "a"), .length("a", "b"), .size("*"),
  .length("*", "*"), .capture("usage", "b"), .last("usage"), .capture("*", "a", "*"),
])

/// All that is found, in a form that compares.
private struct Findings: Equatable {
  var values: [[[UInt8]]] = []
  var numbers: [Int] = []
  var error: JSONError?
  var isComplete = false

  init(_ extractor: borrowing JSONExtractor) {
    for path in 0..<paths.count {
      values.append(extractor.values(path))
      numbers.append(extractor.count(path))
      _ = extractor.integer(path)
      _ = extractor.string(path)
      _ = extractor.bool(path)
      numbers.append(extractor.overflowed(path) ? 1 : 0)
      numbers.append(extractor.length(path))
    }
    error = extractor.malformed
    isComplete = extractor.isComplete
  }
}

private func feed(
  _ document: [UInt8], _ extractor: inout JSONExtractor, sizes: (UInt64) -> Int
) -> Findings {
  extractor.reset()
  var place = 0
  var step: UInt64 = 0
  do {
    while place < document.count {
      let end = min(place + sizes(step), document.count)
      try extractor.feed(document.span.extracting(place..<end))
      place = end
      step += 1
    }
    try extractor.finish()
  } catch {
    precondition(extractor.malformed == error)
  }
  return Findings(extractor)
}

/// The cut does not change what is found, and a sound document gives what the parser finds.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let seed = input.first else { return 0 }
  let document = Array(input.dropFirst())
  var extractor = JSONExtractor(paths, captureBytesMax: 64, depthMax: 64)
  let whole = feed(document, &extractor) { _ in max(document.count, 1) }
  precondition(feed(document, &extractor) { _ in 1 } == whole, "byte by byte")
  let mixed = feed(document, &extractor) { step in
    1 + Int((step &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(seed)) % 7)
  }
  precondition(mixed == whole, "in mixed pieces")

  guard let value = try? JSONValue(parsing: document, depthMax: 64) else { return 0 }
  precondition(whole.isComplete, "only the parser accepts")
  if let member = value["a"] {
    // Path 1 was captured, or its value was too long to keep.
    let captured = whole.values[1].first.flatMap { try? JSONValue(parsing: $0) }
    precondition(captured == member || whole.values[1].isEmpty, "another member")
    precondition(whole.numbers[1 * 3] == 1)
  }
  return 0
}
