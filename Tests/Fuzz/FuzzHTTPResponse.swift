// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

/// What becomes of an answer.
private struct Reading: Equatable {
  var heads: [String] = []
  var body: [UInt8] = []
  var status = 0
  var isFinished = false
}

/// Reads an answer as a client does, interim heads first.
private func read(_ input: [UInt8], isHead: Bool, sizes: (UInt64) -> Int) -> Reading {
  var reading = Reading()
  var parser = ResponseHeadParser(limits: HeadLimits(headBytesMax: 512, fieldCountMax: 12))
  var decoder: BodyDecoder?
  var buffer: [UInt8] = []
  var place = 0
  var step: UInt64 = 0
  do {
    while place < input.count {
      let end = min(place + sizes(step), input.count)
      buffer += input[place..<end]
      place = end
      step += 1
      while decoder == nil, let (head, consumed) = try parser.parse(buffer.span) {
        precondition(consumed > 0 && consumed <= buffer.count)
        buffer.removeFirst(consumed)
        precondition((100...999).contains(head.status))
        check(head)
        reading.heads.append(
          "\(head.status) \(head.minorVersion) \(head.keepsAlive) \(head.fields.bytes) \(head.reason)"
        )
        if !head.isInterim {
          decoder = BodyDecoder(head.framing(forRequestMethod: isHead ? .head : .get))
        }
      }
      if var body = decoder {
        buffer.removeFirst(try body.decode(buffer.span, into: &reading.body))
        decoder = body
      }
    }
    try decoder?.finishedByClose()
    reading.isFinished = decoder?.isFinished ?? false
  } catch let error as HeadError {
    reading.status = error.status
  } catch let error as BodyError {
    reading.body = []
    reading.status = error.status
  } catch {
    preconditionFailure("another error")
  }
  return reading
}

/// Fields that are passed on parse to the same again.
private func check(_ head: ResponseHead) {
  var written: [UInt8] = []
  ResponseHeadWriter.appendStatusLine(head.status, to: &written)
  head.fields.appendWire(to: &written)
  ResponseHeadWriter.appendEnd(to: &written)
  var parser = ResponseHeadParser()
  guard head.minorVersion == 1 else { return }
  guard let (again, consumed) = try? parser.parse(written.span) else {
    preconditionFailure("refused when written again")
  }
  precondition(consumed == written.count && again.status == head.status)
  precondition(again.keepsAlive == head.keepsAlive)
  precondition(
    again.framing(forRequestMethod: .get) == head.framing(forRequestMethod: .get))
  for (line, other) in zip(head.fields.lines, again.fields.lines) {
    precondition(head.fields.bytes[line.value] == again.fields.bytes[other.value])
  }
}

/// The cut of the stream changes nothing.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let seed = input.first else { return 0 }
  let stream = Array(input.dropFirst())
  let isHead = seed > 200
  let whole = read(stream, isHead: isHead) { _ in max(stream.count, 1) }
  precondition(read(stream, isHead: isHead) { _ in 1 } == whole, "byte by byte")
  let mixed = read(stream, isHead: isHead) { step in
    1 + Int((step &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(seed)) % 11)
  }
  precondition(mixed == whole, "in mixed pieces")
  return 0
}
