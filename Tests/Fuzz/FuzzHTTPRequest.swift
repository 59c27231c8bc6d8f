// Modules: HTTP
#if canImport(HTTP)
import HTTP
#endif

/// What becomes of a stream of requests: heads and bodies in a form that compares.
private struct Reading: Equatable {
  var heads: [[UInt8]] = []
  var bodies: [[UInt8]] = []
  var status = 0
}

/// Reads requests as a server does, `size` bytes at a time.
private func read(_ input: [UInt8], sizes: (UInt64) -> Int) -> Reading {
  var reading = Reading()
  var parser = RequestHeadParser(
    limits: HeadLimits(headBytesMax: 512, targetBytesMax: 100, fieldCountMax: 12, emptyLinesMax: 2))
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
      var isStuck = false
      while !isStuck {
        if var body = decoder {
          var content: [UInt8] = []
          let consumed = try body.decode(buffer.span, into: &content)
          buffer.removeFirst(consumed)
          reading.bodies[reading.bodies.count - 1] += content
          decoder = body.isFinished ? nil : body
          isStuck = !body.isFinished
        } else if let (head, consumed) = try parser.parse(buffer.span) {
          precondition(consumed > 0 && consumed <= buffer.count)
          buffer.removeFirst(consumed)
          check(head)
          reading.heads.append(summary(head))
          reading.bodies.append([])
          decoder = BodyDecoder(head.framing)
        } else {
          isStuck = true
        }
      }
    }
  } catch let error as HeadError {
    reading.status = error.status
  } catch let error as BodyError {
    // What came before the fault depends on the cut.
    reading.bodies[reading.bodies.count - 1] = []
    reading.status = error.status
  } catch {
    preconditionFailure("another error")
  }
  return reading
}

private func summary(_ head: RequestHead) -> [UInt8] {
  let places = head.fields.lines.map { [$0.name, $0.value] }
  return head.bytes
    + Array(
      "\(head.method) \(head.path) \(head.query as Any) \(head.authority as Any) \(head.minorVersion) \(head.framing) \(head.keepsAlive) \(head.expectsContinue) \(places)"
        .utf8)
}

/// What is accepted has the form it must have, and parses to the same when it is written again.
private func check(_ head: RequestHead) {
  _ = head.decodedPath()
  for line in head.fields.lines {
    precondition(HeaderFields.isToken(head.bytes.span.extracting(line.name)))
    precondition(head.bytes[line.value].allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
  }
  precondition(head.bytes[head.target].allSatisfy { $0 > 0x20 && $0 < 0x7F })
  precondition(head.pathBytes.first == 0x2F || head.pathBytes.elementsEqual([0x2A]))
  let hosts = head.fields.count(of: "host")
  precondition(hosts == 1 || hosts == 0 && head.minorVersion == 0)
  if head.framing == .chunked { precondition(!head.fields.contains("content-length")) }

  var written = Array("\(head.method.name) ".utf8) + head.bytes[head.target]
  written += Array(" HTTP/1.\(head.minorVersion)\r\n".utf8)
  head.fields.appendWire(to: &written)
  written += [0x0D, 0x0A]
  var parser = RequestHeadParser()
  guard let (again, consumed) = try? parser.parse(written.span) else {
    preconditionFailure("refused when written again")
  }
  precondition(consumed == written.count)
  precondition(again.method == head.method && again.framing == head.framing)
  precondition(again.keepsAlive == head.keepsAlive)
  precondition(again.expectsContinue == head.expectsContinue)
  precondition(again.pathBytes == head.pathBytes && again.queryBytes == head.queryBytes)
  precondition(again.fields.count == head.fields.count)
}

/// The cut of the stream changes nothing.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let seed = input.first else { return 0 }
  let stream = Array(input.dropFirst())
  let whole = read(stream) { _ in max(stream.count, 1) }
  precondition(read(stream) { _ in 1 } == whole, "byte by byte")
  let mixed = read(stream) { step in
    1 + Int((step &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(seed)) % 11)
  }
  precondition(mixed == whole, "in mixed pieces")
  return 0
}
