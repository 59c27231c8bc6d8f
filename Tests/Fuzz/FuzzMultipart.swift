// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

/// Parts lie in the body in order, each between its delimiters.
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
  return 0
}
