// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

private struct Reading: Equatable {
  var elements: [[UInt8]] = []
  var rest: [UInt8] = []
  var marks: [UInt8] = []
  var error: String?
  var isComplete = false
}

private func readArray(_ input: [UInt8], sizes: (UInt64) -> Int) -> Reading {
  var reading = Reading()
  var splitter = JSONArraySplitter(elementBytesMax: 200, depthMax: 8)
  var place = 0
  var step: UInt64 = 0
  do throws(JSONArrayError) {
    while place < input.count {
      let end = min(place + sizes(step), input.count)
      let chunk = input.span.extracting(place..<end)
      var position = 0
      var last = 0
      while let piece = try splitter.next(in: chunk, &position) {
        let mark: UInt8
        switch piece {
        case .open(let rawEnd): (mark, last) = (0x5B, max(last, rawEnd))
        case .separator(let rawEnd): (mark, last) = (0x2C, max(last, rawEnd))
        case .close(let rawEnd): (mark, last) = (0x5D, max(last, rawEnd))
        case .bytes(let range):
          precondition(range.lowerBound >= last && !range.isEmpty)
          reading.rest += input[place + range.lowerBound..<place + range.upperBound]
          last = range.upperBound
          continue
        case .elementEnd(let rawEnd):
          precondition(rawEnd >= last && rawEnd <= chunk.count)
          reading.elements.append(reading.rest)
          reading.rest = []
          mark = 0x65
        }
        reading.marks.append(mark)
      }
      precondition(position == chunk.count)
      place = end
      step += 1
    }
  } catch {
    reading.rest = []
    reading.error = "\(error)"
  }
  reading.isComplete = splitter.isComplete
  return reading
}

private func readLines(_ input: [UInt8], sizes: (UInt64) -> Int) -> Reading {
  var reading = Reading()
  var splitter = LineSplitter(lineBytesMax: 200)
  var place = 0
  var step: UInt64 = 0
  do {
    while place < input.count {
      let end = min(place + sizes(step), input.count)
      let chunk = input.span.extracting(place..<end)
      var position = 0
      while let piece = try splitter.next(in: chunk, &position) {
        switch piece {
        case .bytes(let range):
          reading.rest += input[place + range.lowerBound..<place + range.upperBound]
        case .end(let rawEnd, let isBlank):
          precondition(input[place + rawEnd - 1] == 0x0A)
          reading.elements.append(reading.rest)
          reading.marks.append(isBlank ? 1 : 0)
          reading.rest = []
        }
      }
      place = end
      step += 1
    }
  } catch {
    reading.rest = []
    reading.error = "\(error)"
  }
  return reading
}

/// The cut of a growing array, or of lines, changes nothing.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let seed = input.first else { return 0 }
  let stream = Array(input.dropFirst())
  for read in [readArray, readLines] {
    let whole = read(stream) { _ in max(stream.count, 1) }
    precondition(read(stream) { _ in 1 } == whole, "byte by byte")
    let mixed = read(stream) { step in
      1 + Int((step &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(seed)) % 7)
    }
    precondition(mixed == whole, "in mixed pieces")
  }
  let lines = readLines(stream) { _ in max(stream.count, 1) }
  if lines.error == nil {
    let joined = lines.elements.flatMap { $0 + [0x0A] } + lines.rest
    precondition(joined == stream, "no byte of a line is lost")
  }
  return 0
}
