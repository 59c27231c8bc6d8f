/// Writes server-sent events (WHATWG HTML § 9.2).
package enum SSEWriter {
  /// Appends one event; a line feed in `data` begins a further `data` line.
  ///
  /// CR, which would end a line too, is written as LF: JSON holds neither.
  package static func append(
    name: StaticString? = nil, data: Span<UInt8>, to out: inout [UInt8]
  ) {
    if let name {
      out.append("event: ")
      out.append(name)
      out.append("\n")
    }
    var start = 0
    while true {
      let end = data.index(of: UInt8(ascii: "\n"), or: UInt8(ascii: "\r"), from: start)
      out.append("data: ")
      out.append(data.extracting(start..<end))
      out.append("\n")
      guard end < data.count else { break }
      let isPair =
        data[end] == UInt8(ascii: "\r") && end + 1 < data.count
        && data[end + 1] == UInt8(ascii: "\n")
      start = end + (isPair ? 2 : 1)
    }
    out.append("\n")
  }
}
