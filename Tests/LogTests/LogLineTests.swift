import Testing

@testable import Log

@Suite("A line of the log")
struct LogLineTests {
  func line(_ add: (inout LogLine) -> Void) -> String {
    var line = LogLine(.warn, "upstream.failed", atMilliseconds: 1_767_323_045_678)
    add(&line)
    return String(decoding: line.finish(), as: UTF8.self)
  }

  static let start = "ts=2026-01-02T03:04:05.678Z level=warn event=upstream.failed"

  @Test func hasTimeLevelEventAndFields() {
    let text = line {
      $0.field("provider", "openai")
      $0.field("status", 503)
      $0.field("cost", Int64.min)
      $0.field("stream", true)
      $0.field("key", String?.none)
      $0.field("model", Optional("gpt-4o"))
    }
    #expect(
      text
        == "\(Self.start) provider=openai status=503 cost=-9223372036854775808 stream=true "
        + "model=gpt-4o\n")
  }

  @Test(arguments: [
    ("plain/1.2-x:y", "plain/1.2-x:y"), ("", "\"\""), ("a b", "\"a b\""), ("a=b", "\"a=b\""),
    ("a\"b", "\"a\\\"b\""), ("a\\b", "\"a\\\\b\""),
    ("a\nts=1 level=info", "\"a\\nts=1 level=info\""),
    ("\u{1B}[31m", "\"\\u{1b}[31m\""), ("a\r\n", "\"a\\u{d}\\n\""), ("\u{0}", "\"\\u{0}\""),
    ("é😀", "\"é😀\""), ("\u{202E}abc", "\"\\u{202e}abc\""), ("\u{2028}", "\"\\u{2028}\""),
    ("\u{85}", "\"\\u{85}\""), ("\u{7F}", "\"\\u{7f}\""),
  ])
  func aValueStaysInItsPlace(value: String, written: String) {
    #expect(line { $0.field("v", value) } == "\(Self.start) v=\(written)\n")
  }

  @Test func freeTextIsMaskedAndCut() {
    let canary = "sk-proj-abcdefghijklmnop"
    #expect(
      line { $0.text("error", "Incorrect API key provided: \(canary).") }
        == "\(Self.start) error=\"Incorrect API key provided: sk-[redacted]\"\n")
    let long = line { $0.text("error", String(repeating: "é ", count: 1_000_000)) }
    #expect(long.utf8.count < LogLine.textBytesMax + 200)
    #expect(long.hasSuffix("…\"\n"))
    // A credential across either cut does not show.
    for offset in [LogLine.textBytesMax, 4 * LogLine.textBytesMax] {
      for back in 1...canary.utf8.count {
        let text = String(repeating: ". ", count: (offset - back) / 2) + canary
        #expect(!line { $0.text("error", text) }.contains("abcdefgh"))
      }
    }
  }

  @Test func levelsAreOrderedAndNamed() {
    #expect(LogLevel.debug < .info && LogLevel.info < .warn && LogLevel.warn < .error)
    for level in LogLevel.allCases { #expect(LogLevel(name: level.name) == level) }
    #expect(LogLevel(name: "loud") == nil)
  }
}
