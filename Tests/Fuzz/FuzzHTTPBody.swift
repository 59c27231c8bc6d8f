// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

private struct Reading: Equatable {
  var content: [UInt8] = []
  var consumed = 0
  var status = 0
  var isFinished = false
}

private func read(_ input: [UInt8], sizes: (UInt64) -> Int) -> Reading {
  var reading = Reading()
  var decoder = BodyDecoder(BodyFraming.chunked)
  var place = 0
  var step: UInt64 = 0
  do throws(BodyError) {
    while place < input.count, !decoder.isFinished {
      let end = min(place + sizes(step), input.count)
      let consumed = try decoder.decode(input.span.extracting(place..<end), into: &reading.content)
      precondition(consumed == end - place || decoder.isFinished)
      reading.consumed += consumed
      place = end
      step += 1
    }
  } catch {
    reading = Reading(status: error.status)
  }
  precondition(reading.status != 0 || decoder.contentBytes == reading.content.count)
  reading.isFinished = decoder.isFinished
  return reading
}

/// The cut of a chunked body changes nothing, and its content written again comes back.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let seed = input.first else { return 0 }
  let stream = Array(input.dropFirst())
  let whole = read(stream) { _ in max(stream.count, 1) }
  precondition(read(stream) { _ in 1 } == whole, "byte by byte")
  let mixed = read(stream) { step in
    1 + Int((step &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(seed)) % 7)
  }
  precondition(mixed == whole, "in mixed pieces")

  var written: [UInt8] = []
  ChunkedCoding.appendChunk(stream.span, to: &written)
  ChunkedCoding.appendLastChunk(to: &written)
  let again = read(written) { _ in 1 + Int(seed) }
  precondition(again.content == stream && again.isFinished && again.consumed == written.count)
  return 0
}
