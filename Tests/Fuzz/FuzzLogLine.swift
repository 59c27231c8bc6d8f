// Modules: Log
#if canImport(Log)
import Log
#endif

/// Whatever the text: the line is one line, and a key that stands between its halves is masked.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: min(count, 1_000)))
  let half = bytes.count / 2
  let canary = Array("sk-Canary0123456789".utf8)
  let text = bytes[..<half] + [UInt8(ascii: " ")] + canary + [UInt8(ascii: " ")] + bytes[half...]
  let masked = Redaction.redacted(Array(text))
  precondition(!contains(masked, Array("Canary0123456789".utf8)), "a key got through")

  var line = LogLine(.error, "fuzz.line", atMilliseconds: Int64(bytes.count) << 40)
  line.field("value", String(decoding: bytes, as: UTF8.self))
  line.text("text", String(decoding: text, as: UTF8.self))
  let written = line.finish()
  precondition(written.last == 0x0A && written.dropLast().allSatisfy { $0 >= 0x20 }, "two lines")
  return 0
}

private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  guard bytes.count >= part.count else { return false }
  return (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
}
