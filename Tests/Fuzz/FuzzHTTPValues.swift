// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

/// The readers of single values do not trap, and what they write they read back.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  // A slice that does not begin at 0, as a head gives it.
  let value = ([0x3A, 0x20] + input)[2...]

  if let time = HTTPDate.milliseconds(parsing: value, nowMilliseconds: 1_795_000_000_000) {
    var written: [UInt8] = []
    HTTPDate.append(milliseconds: time, to: &written)
    precondition(written.count == 29)
    precondition(
      HTTPDate.milliseconds(parsing: written[...], nowMilliseconds: 1_795_000_000_000) == time)
  }

  if let boundary = MediaType.parameter("boundary", of: value) {
    precondition(boundary.count <= input.count)
  }

  _ = PercentCoding.decoded(value.span)

  var fields = HeaderFields()
  fields.append(name: input.span, value: input.span)
  fields.append(name: "Connection", value: String(decoding: input, as: UTF8.self))
  var head = Array("HTTP/1.1 204 No Content\r\n".utf8)
  fields.appendWire(to: &head)
  head += [0x0D, 0x0A]
  var parser = ResponseHeadParser(limits: HeadLimits(headBytesMax: 1 << 20))
  do {
    guard let (again, consumed) = try parser.parse(head.span) else {
      preconditionFailure("a head with more lines than fields")
    }
    precondition(consumed == head.count && again.fields.count == fields.count)
  } catch {
    // A name that frames a message, with a value that does not.
    precondition(!fields.isEmpty)
  }
  return 0
}
