// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

/// What a relay and a meter see of a stream.
private struct Reading: Equatable {
  var events: [[UInt8]] = []
  var names: [[UInt8]] = []
  var raw: [[UInt8]] = []
  var data: [UInt8] = []
  var rest: [UInt8] = []
  var comments = 0
  var error: SSEError?
}

private func read(_ input: [UInt8], sizes: (UInt64) -> Int) -> Reading {
  var reading = Reading()
  var parser = SSEParser(lineBytesMax: 400)
  var place = 0
  var step: UInt64 = 0
  do throws(SSEError) {
    while place < input.count {
      let end = min(place + sizes(step), input.count)
      let chunk = input.span.extracting(place..<end)
      var position = 0
      var taken = 0
      while let piece = try parser.next(in: chunk, &position) {
        switch piece {
        case .data(let range):
          precondition(range.lowerBound >= taken && !range.isEmpty)
          reading.data += input[place + range.lowerBound..<place + range.upperBound]
        case .dataLineBreak: reading.data.append(0x0A)
        case .name: precondition(parser.name.count <= 256)
        case .comment: reading.comments += 1
        case .end(let rawEnd, let hasData):
          precondition(rawEnd > taken && rawEnd <= chunk.count && parser.isBetweenEvents)
          precondition(hasData || reading.data.isEmpty)
          reading.raw.append(reading.rest + input[place + taken..<place + rawEnd])
          if hasData {
            reading.events.append(reading.data)
            reading.names.append(parser.name)
          }
          reading.rest = []
          reading.data = []
          taken = rawEnd
        case .endTail(let rawEnd):
          precondition(taken == 0 && rawEnd == 1 && reading.rest.isEmpty)
          reading.raw[reading.raw.count - 1] += input[place..<place + 1]
          taken = rawEnd
        }
      }
      precondition(position == chunk.count)
      reading.rest += input[place + taken..<end]
      precondition(parser.eventBytes == reading.rest.count)
      place = end
      step += 1
    }
  } catch {
    // How much of the endless line was seen depends on the cut.
    reading.rest = []
    reading.data = []
    reading.comments = 0
    reading.error = error
  }
  return reading
}

/// Lines and events as the standard has them, without a thought for cuts or memory.
private func readPlainly(_ input: [UInt8]) -> (events: [[UInt8]], names: [[UInt8]]) {
  var lines: [[UInt8]] = []
  var line: [UInt8] = []
  var index = 0
  while index < input.count {
    if input[index] == 0x0A || input[index] == 0x0D {
      if input[index] == 0x0D, index + 1 < input.count, input[index + 1] == 0x0A { index += 1 }
      lines.append(line)
      line = []
    } else {
      line.append(input[index])
    }
    index += 1
  }
  if let first = lines.first, first.starts(with: [0xEF, 0xBB, 0xBF]) {
    lines[0] = Array(first.dropFirst(3))
  }
  var events: [[UInt8]] = []
  var names: [[UInt8]] = []
  var data: [UInt8]?
  var name: [UInt8] = []
  for line in lines {
    if line.isEmpty {
      if let data {
        events.append(data)
        names.append(name)
      }
      data = nil
      name = []
      continue
    }
    let colon = line.firstIndex(of: 0x3A) ?? line.count
    var value = line.dropFirst(colon + 1)
    if value.first == 0x20 { value = value.dropFirst() }
    switch Array(line[..<colon]) {
    case Array("data".utf8): data = data.map { $0 + [0x0A] + value } ?? Array(value)
    case Array("event".utf8): name = Array(value.prefix(256))
    default: break
    }
  }
  return (events, names)
}

/// The cut changes nothing, no raw byte is lost, and the events are those of a plain reader.
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
  if whole.error == nil {
    precondition(whole.raw.flatMap { $0 } + whole.rest == stream, "a raw byte is lost")
    let plain = readPlainly(stream)
    precondition(plain.events == whole.events && plain.names == whole.names, "other events")
  }

  var written: [UInt8] = []
  let data = Array(stream.prefix(300))
  SSEWriter.append(name: "x", data: data.span, to: &written)
  let again = read(written) { _ in 1 + Int(seed) }
  precondition(again.error == nil && again.events.count == 1 && again.raw == [written])
  return 0
}
