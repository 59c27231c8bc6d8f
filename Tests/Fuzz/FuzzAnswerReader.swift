// Modules: JSON HTTP Providers
#if canImport(Providers)
import Providers
#endif

/// All that comes of an answer, in a form that compares.
private struct Findings: Equatable {
  var out: [UInt8] = []
  var facts = AnswerFacts()
  var errorEvent: ErrorEventFacts?
  var isComplete = false
  var failure: AnswerReader.Failure?
}

private let types = [
  "text/event-stream", "application/json", "application/x-ndjson", "text/plain", "",
]

private func read(
  _ body: [UInt8], kind: AnswerReader.Kind, type: String, hidesUsage: Bool,
  sizes: (inout UInt64) -> Int
) -> Findings {
  var reader = AnswerReader(kind: kind, contentType: Array(type.utf8), hidesUsage: hidesUsage)
  var findings = Findings()
  var seed: UInt64 = 88_172_645_463_325_252
  var place = 0
  while place < body.count {
    let end = min(body.count, place + max(1, sizes(&seed)))
    let chunk = Array(body[place..<end])
    reader.feed(chunk.span, into: &findings.out)
    precondition(findings.out.count + reader.heldBytes <= end, "bytes were made up")
    place = end
  }
  findings.errorEvent = reader.errorEvent
  findings.facts = reader.finish(into: &findings.out)
  findings.isComplete = reader.isComplete
  findings.failure = reader.failure
  return findings
}

private func isSubsequence(_ part: [UInt8], of whole: [UInt8]) -> Bool {
  var next = 0
  for byte in whole where next < part.count && part[next] == byte { next += 1 }
  return next == part.count
}

private func random(_ seed: inout UInt64) -> UInt64 {
  seed ^= seed << 13
  seed ^= seed >> 7
  seed ^= seed << 17
  return seed
}

/// The split changes neither the bytes that go out nor the facts; hidden usage changes the bytes
/// only by leaving some out; nothing traps and no amount is negative.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 1 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let kinds = AnswerReader.Kind.allCases
  let kind = kinds[Int(input[0] >> 3) % kinds.count]
  let type = types[Int(input[0] & 7) % types.count]
  let body = Array(input.dropFirst())
  let whole = read(body, kind: kind, type: type, hidesUsage: false) { _ in .max >> 1 }
  precondition(whole.out == body, "the client did not get the provider's bytes")
  precondition(
    whole == read(body, kind: kind, type: type, hidesUsage: false) { _ in 1 }, "split by one byte")
  precondition(
    whole == read(body, kind: kind, type: type, hidesUsage: false) { Int(random(&$0) % 17) },
    "split at random")
  let hidden = read(body, kind: kind, type: type, hidesUsage: true) { _ in .max >> 1 }
  precondition(isSubsequence(hidden.out, of: body), "bytes were changed")
  precondition(hidden.facts == whole.facts, "hiding changed the facts")
  precondition(
    hidden == read(body, kind: kind, type: type, hidesUsage: true) { _ in 1 },
    "hidden, split by one byte")
  precondition(
    hidden == read(body, kind: kind, type: type, hidesUsage: true) { Int(random(&$0) % 13) },
    "hidden, split at random")
  if let usage = whole.facts.usage {
    precondition(usage.inputTokens >= 0 && usage.outputTokens >= 0 && usage.cacheWriteTokens >= 0)
  }
  return 0
}
