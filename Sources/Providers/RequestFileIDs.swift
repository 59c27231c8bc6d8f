import HTTP
import JSON

/// Finds the ids of files, containers and vector stores that a request names below its top level.
///
/// They live on the key that they were made with, and belong to the user who made them: a name
/// that is missed here could reach another user's file. So names are compared with their escapes
/// decoded, wherever they stand. Most bodies are dismissed by one quick scan.
enum RequestFileIDs {
  private static let idsMax = 64
  private static let idBytesMax = 512

  /// Appends the ids that a sound JSON document names, each once.
  static func append(from body: Span<UInt8>, to ids: inout [String]) {
    guard mayName(body) else { return }
    var index = 0
    while let string = nextString(body, from: index), ids.count < idsMax {
      index = string.upperBound
      let colon = skipBlanks(body, from: index)
      guard colon < body.count, body[colon] == UInt8(ascii: ":"), isNamed(body, string) else {
        continue
      }
      index = skipBlanks(body, from: colon + 1)
      guard index < body.count else { return }
      if body[index] == UInt8(ascii: "\"") {
        guard let value = nextString(body, from: index) else { return }
        add(jsonString(body, value), to: &ids)
        index = value.upperBound
      } else if body[index] == UInt8(ascii: "[") {
        index = appendElements(body, from: index + 1, to: &ids)
      }
    }
  }

  /// Appends the ids that a passthrough's path names: `/files/file-1`, `/cachedContents/x`.
  static func append(fromPath path: Span<UInt8>, to ids: inout [String]) {
    guard let decoded = PercentCoding.decoded(path),
      let text = String(validating: decoded, as: UTF8.self)
    else { return }
    var collection: Substring = ""
    for segment in text.split(separator: "/") {
      let name = segment.prefix { $0 != ":" }
      if ["files", "cachedContents", "batches"].contains(collection) {
        // Google's ids hold their collection.
        add(collection + "/" + name, to: &ids)
      }
      if prefixes.contains(where: { name.hasPrefix($0) }) { add(String(name), to: &ids) }
      collection = segment
    }
  }

  private static let prefixes = [
    "file-", "file_", "batch_", "msgbatch_", "resp_", "conv_", "cntr_", "container_", "vs_",
  ]

  /// Whether a name of interest can stand in the body.
  ///
  /// A name begins with a quote and two bytes that tell: `"fi`, `"ve`, `"in`, a container's `"cn`,
  /// or an escape that could stand for one of them.
  private static func mayName(_ body: Span<UInt8>) -> Bool {
    let raw = unsafe body.bytes
    let ones: UInt64 = 0x0101_0101_0101_0101
    let end = body.count &- 18
    var start = 0
    while start <= end {
      // The loads check their bounds, and every pattern of bits is a UInt64.
      let low = unsafe raw.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
      let high = unsafe raw.unsafeLoadUnaligned(fromByteOffset: start &+ 8, as: UInt64.self)
      let first = UInt64(littleEndian: low) ^ (ones &* 0x22)
      let second = UInt64(littleEndian: high) ^ (ones &* 0x22)
      // The high bit of each byte that is a quote; a false one can only be above a true one.
      var found = (first &- ones) & ~first & (ones &* 0x80)
      var more = (second &- ones) & ~second & (ones &* 0x80)
      while found != 0 {
        if isHint(body, at: start &+ found.trailingZeroBitCount &>> 3) { return true }
        found &= found &- 1
      }
      while more != 0 {
        if isHint(body, at: start &+ 8 &+ more.trailingZeroBitCount &>> 3) { return true }
        more &= more &- 1
      }
      start &+= 16
    }
    for index in start..<max(start, body.count - 2) where isHint(body, at: index) { return true }
    return false
  }

  private static func isHint(_ body: Span<UInt8>, at index: Int) -> Bool {
    guard body[index] == UInt8(ascii: "\"") else { return false }
    let third = body[index + 2]
    switch body[index + 1] {
    case UInt8(ascii: "\\"): return third == UInt8(ascii: "u")
    case UInt8(ascii: "f"): return third == UInt8(ascii: "i") || third == UInt8(ascii: "\\")
    case UInt8(ascii: "v"): return third == UInt8(ascii: "e") || third == UInt8(ascii: "\\")
    case UInt8(ascii: "c"): return third == UInt8(ascii: "n") || third == UInt8(ascii: "\\")
    case UInt8(ascii: "i"):
      return third == UInt8(ascii: "\\") || body.hasBytes("put_f", at: index + 3)
        || body.firstIndex(
          of: UInt8(ascii: "\\"), in: index + 3..<min(index + 8, body.count)) != nil
    default: return false
    }
  }

  /// Whether the string is a name whose value is an id or a list of ids.
  private static func isNamed(_ body: Span<UInt8>, _ string: Range<Int>) -> Bool {
    guard let inside = JSONString.inside(body, string), inside.count <= 16 * 6 else { return false }
    let name = body.extracting(inside)
    guard name.firstIndex(of: UInt8(ascii: "\\"), in: 0..<name.count) != nil else {
      return isNamed(name)
    }
    var decoded: [UInt8] = []
    guard JSONString.appendDecoded(body, inside, to: &decoded) else { return false }
    return isNamed(decoded.span)
  }

  private static func isNamed(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 7: name.equals("file_id") || name.equals("fileUri")
    case 8: name.equals("file_ids") || name.equals("file_uri")
    case 9: name.equals("container")
    case 13: name.equals("input_file_id")
    case 15: name.equals("vector_store_id")
    case 16: name.equals("vector_store_ids")
    default: false
    }
  }

  /// Appends the strings of an array whose bracket was just passed; returns where it ends.
  private static func appendElements(
    _ body: Span<UInt8>, from start: Int, to ids: inout [String]
  ) -> Int {
    var index = start
    while true {
      index = skipBlanks(body, from: index)
      guard index < body.count, body[index] == UInt8(ascii: "\""), ids.count < idsMax,
        let value = nextString(body, from: index)
      else { return index }
      add(jsonString(body, value), to: &ids)
      index = skipBlanks(body, from: value.upperBound)
      guard index < body.count, body[index] == UInt8(ascii: ",") else { return index }
      index += 1
    }
  }

  /// Google names a file by its address; the id is the end of it.
  private static func add(_ id: String?, to ids: inout [String]) {
    guard let id, !id.isEmpty, id.utf8.count <= idBytesMax else { return }
    var name = id
    if id.contains("://") {
      guard let place = id.utf8.lastIndex(of: UInt8(ascii: "/")) else { return }
      guard id[..<place].hasSuffix("/files") else { return }
      name = "files" + id[place...]
    }
    if !ids.contains(name) { ids.append(name) }
  }

  /// The next string from `start` on, quotes included.
  private static func nextString(_ body: Span<UInt8>, from start: Int) -> Range<Int>? {
    guard let open = body.firstIndex(of: UInt8(ascii: "\""), in: start..<body.count) else {
      return nil
    }
    var index = open + 1
    while index < body.count {
      switch body[index] {
      case UInt8(ascii: "\""): return open..<index + 1
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    return nil
  }

  private static func skipBlanks(_ body: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < body.count, body[index] <= 0x20 { index += 1 }
    return index
  }
}
