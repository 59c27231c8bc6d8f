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

  _ = MediaType.essence(of: value)
  _ = MediaType.isJSON(value)
  _ = MediaType.isEventStream(value)
  if let boundary = MediaType.parameter("boundary", of: value) {
    precondition(boundary.count <= input.count)
  }

  let query = QueryString(value)
  precondition(query.removing(["no such name"]) == input, "nothing to remove, nothing changed")
  let removed = QueryString(query.removing(["key"])[...])
  precondition(!removed.contains("key"))
  precondition(removed.values("alt") == query.values("alt"))

  var coded: [UInt8] = []
  PercentCoding.append(input.span, to: &coded)
  precondition(PercentCoding.decoded(coded[...]) == input)
  _ = PercentCoding.decoded(value)

  var fields = HeaderFields()
  fields.append(name: input.span, value: input.span)
  fields.append(name: "Connection", value: String(decoding: input, as: UTF8.self))
  _ = fields.listContains("connection", "close")
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
