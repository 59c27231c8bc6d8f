import Providers
import Testing

@testable import Gateway

@Suite("Reading ahead")
struct ReadAheadTests {
  @Test func isAnAddressOfAnObjectOrAnElement() {
    let key = Key(forProviderWithoutKeys: "p")
    #expect(ReadAhead(key).address == UInt(bitPattern: ObjectIdentifier(key)))
    let numbers: [Int64] = [1, 2, 3, 4]
    let start = ReadAhead(numbers).address
    numbers.withUnsafeBytes { #expect(UInt(bitPattern: $0.baseAddress) == start) }
    #expect(ReadAhead(numbers, 3).address == start + 24)
    #expect(ReadAhead(whole: numbers).address == start - 32)
    #expect(unsafeBitCast(numbers, to: UInt.self) == start - 32)
  }

  /// The memory that is asked for may have gone, or never have been.
  @Test func anyAddressMayBeAskedFor() {
    var gone: [UInt8]? = Array(repeating: 1, count: 1 << 20)
    let ahead = gone.map { ReadAhead($0, 1 << 19) }
    gone = nil
    ahead?.ask(lines: 3)
    ReadAhead([Int64]()).ask(lines: 3)
    for index in [Int.max, Int.min, -1, 1 << 46] { ReadAhead([Int64(7)], index).ask(lines: 3) }
    for lines in 0...9 as ClosedRange<UInt> { ReadAhead([Int64(7)]).ask(lines: lines) }
  }
}
