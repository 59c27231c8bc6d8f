/// Writes the head of an answer piece by piece into the buffer that goes to the socket.
///
/// The caller decides the fields, the framing among them. Values lose their control bytes, so that
/// nothing that came from outside can end a line.
package enum ResponseHeadWriter {
  /// Appends `HTTP/1.1 200 OK` and its line end.
  package static func appendStatusLine(_ status: Int, to out: inout [UInt8]) {
    precondition((100...999).contains(status), "status \(status) has no three digits")
    out.append("HTTP/1.1 ")
    out.append(decimal: status)
    out.append(UInt8(ascii: " "))
    out.append(statusText(status))
    out.append("\r\n")
  }

  /// Appends one field.
  package static func appendField(
    _ name: StaticString, _ value: Span<UInt8>, to out: inout [UInt8]
  ) {
    out.append(name)
    out.append(": ")
    let start = out.count
    out.append(value)
    var index = out.span.indexOfControl(from: start)
    while index < out.count {
      out[index] = UInt8(ascii: " ")
      index = out.span.indexOfControl(from: index + 1)
    }
    out.append("\r\n")
  }

  /// Appends one field.
  package static func appendField(
    _ name: StaticString, _ value: String, to out: inout [UInt8]
  ) {
    appendField(name, Array(value.utf8).span, to: &out)
  }

  /// Appends one field whose value is part of the program.
  package static func appendField(
    _ name: StaticString, _ value: StaticString, to out: inout [UInt8]
  ) {
    out.append(name)
    out.append(": ")
    out.append(value)
    out.append("\r\n")
  }

  /// Appends one field whose value is a number.
  package static func appendField(_ name: StaticString, _ value: Int, to out: inout [UInt8]) {
    out.append(name)
    out.append(": ")
    out.append(decimal: value)
    out.append("\r\n")
  }

  /// Appends `Date` (RFC 9110 § 6.6.1).
  package static func appendDate(nowMilliseconds: Int64, to out: inout [UInt8]) {
    out.append("Date: ")
    HTTPDate.append(milliseconds: nowMilliseconds, to: &out)
    out.append("\r\n")
  }

  /// Appends the empty line behind the last field.
  package static func appendEnd(to out: inout [UInt8]) {
    out.append("\r\n")
  }

  /// Appends the interim answer that lets a client send its body.
  package static func appendContinue(to out: inout [UInt8]) {
    out.append("HTTP/1.1 100 Continue\r\n\r\n")
  }
}
