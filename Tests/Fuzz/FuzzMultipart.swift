// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

/// Parts lie in the body in order; an edit changes one content and nothing else.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let body = Array(UnsafeBufferPointer(start: start, count: count))
  guard let reader = try? MultipartReader(body.span, boundary: [0x42], partCountMax: 20) else {
    _ = try? MultipartReader(body.span, contentType: body[...])
    return 0
  }
  precondition(reader.parts.count <= 20)
  var end = 0
  for part in reader.parts {
    precondition(part.header.lowerBound >= end)
    precondition(part.header.upperBound + 2 == part.content.lowerBound)
    end = part.content.upperBound
    precondition(body[end..<end + 5].elementsEqual([0x0D, 0x0A, 0x2D, 0x2D, 0x42]))
  }
  precondition(MultipartEdit(reader).applied(to: body.span) == body)

  for (index, part) in reader.parts.enumerated() {
    for value: [UInt8] in [[], Array("m\r\n".utf8), Array("gpt-4o-transcribe".utf8)] {
      var edit = MultipartEdit(reader)
      guard (try? edit.replace(part, with: value)) != nil else { preconditionFailure("refused") }
      let edited = edit.applied(to: body.span)
      guard let again = try? MultipartReader(edited.span, boundary: [0x42], partCountMax: 20) else {
        preconditionFailure("an edited body is refused")
      }
      precondition(again.parts.count == reader.parts.count)
      precondition(Array(edited[again.parts[index].content]) == value)
      let growth = value.count - part.content.count
      precondition(edited.count == body.count + growth)
      precondition(edited.prefix(part.content.lowerBound) == body.prefix(part.content.lowerBound))
      let tail = body.count - part.content.upperBound
      precondition(edited.suffix(tail) == body.suffix(tail))
      for (other, before) in zip(again.parts, reader.parts) {
        precondition(other.name == before.name && other.filename == before.filename)
      }
    }
  }
  return 0
}
