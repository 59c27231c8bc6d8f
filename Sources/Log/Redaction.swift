/// Takes out of free text what looks like a credential.
///
/// For text that others wrote, such as a provider's error message that repeats the key it was given.
/// It errs towards masking. It is the last line, not the first: nothing of ours logs a secret.
package enum Redaction {
  static let mask = Array("[redacted]".utf8)

  /// How the keys of providers begin, and how much must follow for a word to be one.
  private static let prefixes: [(start: [UInt8], tailMin: Int)] =
    [
      ("sk-", 6), ("rk-", 12), ("pk-", 12), ("AIza", 10), ("gsk_", 10), ("xai-", 10),
      ("pplx-", 10), ("csk-", 10), ("nvapi-", 10), ("tgp_v1_", 10), ("fw_", 12), ("hf_", 12),
      ("r8_", 12), ("ghp_", 12), ("github_pat_", 12), ("glpat-", 12), ("xoxb-", 10),
      ("AKIA", 12), ("ASIA", 12), ("ya29.", 10), ("AQ.", 20), ("eyJ", 20),
    ].map { (Array($0.0.utf8), $0.1) }

  /// Names whose value is a credential, as the last part of a name in lower case.
  private static let names = [
    "key", "token", "secret", "password", "passwd", "authorization", "credential", "credentials",
    "signature", "sig", "cookie", "digest",
  ].map { Array($0.utf8) }

  private static let nameMax = 24

  private static let schemes = ["bearer", "basic"].map { Array($0.utf8) }

  /// Before a long run of letters and digits: an id of a provider's, needed to ask it for help.
  private static let idPrefixes = ["req_", "resp_", "msg_", "chatcmpl-"].map { Array($0.utf8) }

  /// An unbroken run of letters and digits that is this long is a key or the code of one.
  private static let runMin = 32

  package static func redacted(_ text: String) -> String {
    String(decoding: redacted(Array(text.utf8)), as: UTF8.self)
  }

  package static func redacted(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if isPercentEncoded(bytes, at: index) {
        out += bytes[index..<(index + 3)]
        index += 3
        continue
      }
      guard isWord(bytes[index]), startsWord(bytes, at: index) else {
        out.append(bytes[index])
        index += 1
        continue
      }
      // What may be shown reaches to `shown`, what must not from there to `end`.
      if let (shown, end) = credential(bytes, at: index) {
        out += bytes[index..<shown]
        out += mask
        index = end
      } else {
        let end = endOfRun(bytes, from: index)
        out += bytes[index..<end]
        index = end
      }
    }
    return out
  }

  private static func credential(
    _ bytes: [UInt8], at start: Int
  ) -> (shown: Int, end: Int)? {
    if let found = prefixed(bytes, at: start) { return found }
    if let found = afterScheme(bytes, at: start) { return found }
    if let found = named(bytes, at: start) { return found }
    return opaque(bytes, at: start)
  }

  /// A known start: `sk-…`, `AIza…`.
  private static func prefixed(_ bytes: [UInt8], at start: Int) -> (shown: Int, end: Int)? {
    for prefix in prefixes where hasPrefix(bytes, at: start, prefix.start) {
      let tail = start + prefix.start.count
      var end = tail
      while end < bytes.count, isWord(bytes[end]) || bytes[end] == UInt8(ascii: ".") { end += 1 }
      if end - tail >= prefix.tailMin { return (tail, end) }
    }
    return nil
  }

  /// What stands behind an authentication scheme: `Bearer …`.
  private static func afterScheme(_ bytes: [UInt8], at start: Int) -> (shown: Int, end: Int)? {
    for scheme in schemes where hasPrefix(bytes, at: start, scheme, ignoringCase: true) {
      var value = start + scheme.count
      guard let gap = endOfSpace(bytes, from: value), gap > value else { continue }
      value = gap
      let end = endOfValue(bytes, from: value)
      if end - value >= 6 { return (value, end) }
    }
    return nil
  }

  /// The value of a name that gives it away: `key=…`, `"api_key": "…"`, `x-api-key: …`.
  private static func named(_ bytes: [UInt8], at start: Int) -> (shown: Int, end: Int)? {
    var nameEnd = start
    while nameEnd < bytes.count, isWord(bytes[nameEnd]) { nameEnd += 1 }
    // A longer one is no name, and may itself be what must not be shown.
    guard nameEnd - start <= nameMax, isAlphanumeric(bytes[start]),
      names.contains(where: { hasSuffix(bytes, start..<nameEnd, $0) })
    else { return nil }
    var value = nameEnd
    while value < bytes.count, isQuote(bytes[value]) { value += 1 }
    guard let gap = endOfSpace(bytes, from: value), gap < bytes.count else { return nil }
    value = gap
    if hasPrefix(bytes, at: value, Array("%3d".utf8), ignoringCase: true) {
      value += 3
    } else if bytes[value] == UInt8(ascii: ":") || bytes[value] == UInt8(ascii: "=") {
      value += 1
    } else {
      return nil
    }
    guard let afterGap = endOfSpace(bytes, from: value) else { return nil }
    value = afterGap
    while value < bytes.count, isQuote(bytes[value]) { value += 1 }
    // The scheme is shown; what stands behind it is found when the scan gets there.
    if let found = afterScheme(bytes, at: value) { return found }
    let end = endOfValue(bytes, from: value)
    return end > value ? (value, end) : nil
  }

  /// A long run in which letters and digits are mixed.
  private static func opaque(_ bytes: [UInt8], at start: Int) -> (shown: Int, end: Int)? {
    // The word as a whole, since an id's prefix is a part of it.
    var end = start
    while end < bytes.count, isWord(bytes[end]) { end += 1 }
    let isID = idPrefixes.contains { hasPrefix(bytes, at: start, $0) }
    guard !isID else { return nil }
    var run = start
    while run < end {
      var runEnd = run
      var letters = 0
      var digits = 0
      while runEnd < end, isAlphanumeric(bytes[runEnd]) {
        if isDigit(bytes[runEnd]) { digits += 1 } else { letters += 1 }
        runEnd += 1
      }
      if runEnd - run >= runMin, letters >= 4, digits >= 4 { return (run, runEnd) }
      run = max(runEnd, run + 1)
    }
    return nil
  }

  // MARK: Bytes

  /// To the end of a word, so that nothing inside of it is taken for a start.
  private static func endOfRun(_ bytes: [UInt8], from start: Int) -> Int {
    var end = start + 1
    while end < bytes.count, isWord(bytes[end]), !startsWord(bytes, at: end) { end += 1 }
    return end
  }

  /// A word begins after anything but a letter, a digit or `_`, and after a percent-encoded byte.
  private static func startsWord(_ bytes: [UInt8], at index: Int) -> Bool {
    guard index > 0 else { return true }
    let before = bytes[index - 1]
    if !isAlphanumeric(before) && before != UInt8(ascii: "_") { return true }
    return index >= 3 && isPercentEncoded(bytes, at: index - 3)
  }

  private static func isPercentEncoded(_ bytes: [UInt8], at index: Int) -> Bool {
    bytes[index] == UInt8(ascii: "%") && index + 2 < bytes.count && isHex(bytes[index + 1])
      && isHex(bytes[index + 2])
  }

  private static func endOfValue(_ bytes: [UInt8], from start: Int) -> Int {
    var end = start
    while end < bytes.count, !isSpace(bytes[end]), !isQuote(bytes[end]),
      !"&,;)}]<>".utf8.contains(bytes[end])
    {
      end += 1
    }
    return end
  }

  /// Past spaces and their percent-encoded forms; nil at the end of the text.
  private static func endOfSpace(_ bytes: [UInt8], from start: Int) -> Int? {
    var end = start
    while end < bytes.count {
      if isSpace(bytes[end]) || bytes[end] == UInt8(ascii: "+") {
        end += 1
      } else if hasPrefix(bytes, at: end, Array("%20".utf8)) {
        end += 3
      } else {
        return end
      }
    }
    return nil
  }

  private static func hasPrefix(
    _ bytes: [UInt8], at start: Int, _ prefix: [UInt8], ignoringCase: Bool = false
  ) -> Bool {
    guard start + prefix.count <= bytes.count else { return false }
    for (offset, byte) in prefix.enumerated() {
      let found = bytes[start + offset]
      guard (ignoringCase ? lower(found) : found) == byte else { return false }
    }
    return true
  }

  private static func hasSuffix(
    _ bytes: [UInt8], _ range: Range<Int>, _ suffix: [UInt8]
  ) -> Bool {
    range.count >= suffix.count
      && hasPrefix(bytes, at: range.upperBound - suffix.count, suffix, ignoringCase: true)
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lower(byte))
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower(byte))
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
      || byte == UInt8(ascii: "\\")
  }
}
