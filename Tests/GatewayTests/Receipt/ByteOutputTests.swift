import Testing

@testable import Gateway

@Suite("Bytes of a receipt")
struct ByteOutputTests {
  private static func written(_ write: (inout OutputSpan<UInt8>) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(writing: write)
    return bytes
  }

  static let numbers: [(value: Int64, bytes: [UInt8])] = [
    (0, [0]), (-1, [1]), (1, [2]), (63, [126]), (-64, [127]), (64, [0x80, 1]),
    (8_191, [0xFE, 0x7F]), (.max, [0xFE] + [UInt8](repeating: 0xFF, count: 8) + [1]),
    (.min, [UInt8](repeating: 0xFF, count: 9) + [1]),
  ]

  /// However wide the type that a number comes in, its bytes are the same.
  @Test(arguments: numbers)
  func numbersAreLEB128OfTheirZigzag(_ example: (value: Int64, bytes: [UInt8])) {
    #expect(Self.written { $0.put(signed: example.value) } == example.bytes)
    #expect(Self.written { $0.put(signed: Int128(example.value)) } == example.bytes)
  }

  @Test func longNumbersHaveTheFormOfShortOnes() {
    let beyond = Int128(Int64.max) + 1
    #expect(
      Self.written { $0.put(signed: beyond) } == [UInt8](repeating: 0x80, count: 9) + [2])
    #expect(Self.written { $0.put(signed: Int128.min) }.count == 19)
  }

  /// Short texts lie in the string itself, longer ones elsewhere.
  @Test(arguments: ["", "a", "fifteen bytes..", "sixteen bytes...", "é😀 and more than that of it"])
  func textsAreTheirBytes(_ text: String) {
    let utf8 = Array(text.utf8)
    for count in 0...utf8.count + 2 {
      #expect(Self.written { $0.put(text, first: count) } == Array(utf8.prefix(count)))
    }
    var isFound: [Bool] = []
    let both = Self.written { out in
      out.put(7 as UInt8)
      out.put(text, first: utf8.count)
      isFound = [
        out.holds(text, first: utf8.count, at: 1),
        // Longer than what there is, and elsewhere.
        out.holds(text + "x", first: utf8.count + 1, at: 1),
        !utf8.isEmpty && out.holds(text, first: utf8.count, at: 0),
      ]
    }
    #expect(both == [7] + utf8)
    #expect(isFound == [true, false, false])
  }

  @Test(arguments: 0...20)
  func whatDoesNotFitFillsTheSpan(room: Int) {
    var bytes: [UInt8] = []
    var isFull = false
    bytes.append(addingCapacity: room) { out in
      out.put(1)
      out.put(signed: Int64(64))
      out.put("a text of 18 bytes", first: 18)
      out.put(unsigned: 300)
      isFull = out.isFull
    }
    #expect(isFull)
    #expect(bytes == Array(([1, 0x80, 1] + Array("a text of 18 bytes".utf8)).prefix(room)))
  }

  @Test(arguments: [0, 1, 1_023, 1_024, 1_025, 5_000, 100_000])
  func anArrayGrowsUntilAllIsIn(count: Int) {
    var bytes: [UInt8] = [9]
    bytes.append { out in for index in 0..<count { out.put(UInt8(index % 251)) } }
    #expect(bytes == [9] + (0..<count).map { UInt8($0 % 251) })
  }
}
