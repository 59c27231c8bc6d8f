import Testing

@testable import Providers

@Suite("Escapes (RFC 8259 § 7)")
struct EscapeReaderTests {
  static let cases: [(text: String, scalars: [UInt32])] = [
    (#"\n\t\r\b\f\/\\\""#, [0x0A, 0x09, 0x0D, 0x08, 0x0C, 0x2F, 0x5C, 0x22]),
    (#"\u0041\u00e9\uFFFF"#, [0x41, 0xE9, 0xFFFF]),
    (#"\ud83d\ude00"#, [0x1F600]),
    (#"\uDBFF\uDFFF"#, [0x10FFFF]),
    (#"\ude00"#, [0xFFFD]),
    (#"\ud83d\n\ude00"#, [0x0A, 0xFFFD]),
    (#"\ud83d\ud83d\ude00"#, [0x1F600]),
    (#"\ud83d\u0041"#, [0x41]),
    (#"\u00g"#, [0xFFFD]),
    (#"\x"#, [0x78]),
  ]

  @Test(arguments: cases)
  func reads(_ text: String, _ scalars: [UInt32]) {
    var reader = EscapeReader()
    var read: [UInt32] = []
    for byte in text.utf8 {
      if reader.isOpen {
        if let scalar = reader.next(byte) { read.append(scalar) }
      } else {
        #expect(byte == UInt8(ascii: "\\"))
        reader.begin()
      }
    }
    #expect(read == scalars)
    #expect(!reader.isOpen)
  }

  @Test func textBetweenTwoHalvesPartsThem() {
    var reader = EscapeReader()
    reader.begin()
    for byte in "ud83d".utf8 {
      let scalar = reader.next(byte)
      #expect(scalar == nil)
    }
    reader.sawPlain()
    reader.begin()
    var last: UInt32?
    for byte in "ude00".utf8 { last = reader.next(byte) }
    #expect(last == 0xFFFD)
  }
}
