import Testing

@testable import JSON

@Suite("Scans inside strings")
struct JSONScanTests {
  /// Every byte at every place of a text that is longer than two vectors.
  @Test func stopsAtTheFirstByteThatMatters() {
    for length in [0, 1, 15, 16, 17, 33] {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var text = [UInt8](repeating: 0x61, count: length)
          text[place] = byte
          let isStrict = byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C
          let isLoose = byte == 0x22 || byte == 0x5C
          let strict = JSONScan.strictStop(text.span, from: 0, to: length)
          let loose = JSONScan.looseStop(text.span, from: 0, to: length)
          // Comparing first is a hundred times faster than as many expectations.
          if strict != (isStrict ? place : length) || loose != (isLoose ? place : length) {
            Issue.record("byte \(byte) at \(place) of \(length): \(strict), \(loose)")
          }
        }
      }
    }
  }

  @Test func beginsAndEndsWhereItIsTold() {
    let text = [UInt8](repeating: 0x22, count: 20) + [UInt8](repeating: 0x61, count: 40) + [0x22]
    #expect(JSONScan.strictStop(text.span, from: 20, to: 50) == 50)
    #expect(JSONScan.looseStop(text.span, from: 20, to: 50) == 50)
    #expect(JSONScan.strictStop(text.span, from: 20, to: 61) == 60)
    #expect(JSONScan.looseStop(text.span, from: 20, to: 61) == 60)
    #expect(JSONScan.looseStop(text.span, from: 61, to: 61) == 61)
  }

  /// All sequences of bytes at the borders of the table, against the standard library.
  @Test func agreesWithTheStandardLibraryOnUTF8() {
    let borders: [UInt8] = [
      0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
      0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    let ends: [UInt8] = [0x7F, 0x80, 0xBF, 0xC0]
    var failures = 0
    for first in borders where first >= 0x80 {
      for second in borders {
        for third in ends {
          for fourth in ends {
            let text = [first, second, third, fourth]
            for length in 1...4 {
              let end = JSONScan.sequenceEnd(text.span, at: 0, to: length)
              let isScalar = String(validating: text[..<length], as: UTF8.self)
                .map { $0.unicodeScalars.count == 1 }
              // A sequence that ends earlier was looked at with that length already.
              if let end, end < length { continue }
              if (end == length) != (isScalar ?? false) { failures += 1 }
            }
          }
        }
      }
    }
    #expect(failures == 0)
  }

  @Test func nestingRemembersEveryLevel() {
    var random = Seeded(7)
    var nesting = JSONNesting()
    var reference: [Bool] = []
    for step in 0..<20_000 {
      // Up and down over several borders of 64.
      let wantsUp = random.chance(step / 500 % 2 == 0 ? 70 : 30)
      if wantsUp || reference.isEmpty {
        let isObject = random.chance(50)
        nesting.push(isObject: isObject)
        reference.append(isObject)
      } else {
        nesting.pop()
        reference.removeLast()
      }
      let isRight = reference.last.map { $0 == nesting.isObject } ?? true
      if nesting.depth != reference.count || !isRight { Issue.record("step \(step)") }
    }
  }
}
