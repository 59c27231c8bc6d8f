import Testing

@testable import Gateway

@Suite("IP addresses (RFC 4291, section 2.2) and blocks of them")
struct IPAddressTests {
  static let forms: [(String, String)] = [
    ("192.0.2.1", "::ffff:192.0.2.1"), ("192.0.2.1", "::ffff:c000:201"),
    ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"), ("::1", "0:0::0:1"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
  ]

  @Test(arguments: forms)
  func oneAddressHasManyForms(_ form: String, _ other: String) throws {
    let (one, two) = (IPAddress(form), IPAddress(other))
    #expect(one != nil && one == two)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..3.4", "1.2.3.",
    ".1.2.3",
    "+1.2.3.4", ":", ":1", "1:", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "fe80::1%eth0", "[::1]", "::1/128",
    "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:1", "1.2.3.4::", "localhost",
    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
  ])
  func isNoAddress(_ text: String) { #expect(IPAddress(text) == nil) }

  /// The examples of RFC 5952, sections 4 and 5, among them.
  @Test(
    arguments: [
      ("::ffff:10.0.0.1", "10.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", nil),
      ("::", nil),
      ("::1", nil), ("0:0:0:0:0:0:0:2", "::2"), ("1::", nil), ("2001:0DB8::0001", "2001:db8::1"),
      ("2001:db8::0:1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", nil),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("1:2:3:4:5:6:7:8", nil), ("0:2:3:4:5:6:7:0", nil), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
      ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("::10.0.0.1", "::a00:1"),
    ] as [(String, String?)])
  func isWrittenAsPeopleDo(_ form: String, _ canonical: String?) throws {
    let address = try #require(IPAddress(form))
    #expect(address.description == canonical ?? form)
    #expect(IPAddress(address.description) == address)
  }

  @Test func comesFromBytesToo() {
    #expect(IPAddress(bytes: [127, 0, 0, 1]) == IPAddress("127.0.0.1"))
    let mapped = [UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1]
    #expect(IPAddress(bytes: mapped) == IPAddress("127.0.0.1"))
    #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1]) == IPAddress("::1"))
    #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    #expect(IPAddress("1.2.3.4")?.isV4 == true && IPAddress("::1")?.isV4 == false)
  }

  static let ranges: [(range: String, inside: [String], outside: [String])] = [
    ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["11.0.0.0", "::10.0.0.1"]),
    ("10.1.2.3", ["10.1.2.3"], ["10.1.2.2", "10.1.2.4"]),
    ("10.1.2.3/8", ["10.9.9.9"], ["9.1.2.3"]),
    ("0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::1", "2001:db8::1"]),
    ("::/0", ["::1", "ffff::"], ["1.2.3.4", "::ffff:1.2.3.4"]),
    ("::/64", ["::1"], ["0.0.0.1", "::1:0:0:0:1"]),
    ("::ffff:0.0.0.0/96", ["1.2.3.4"], ["::1", "::fffe:1.2.3.4"]),
    ("::ffff:10.0.0.0/104", ["10.9.9.9"], ["11.0.0.1"]),
    ("2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::"]),
    ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127"]),
    ("::1", ["::1"], ["::2", "0.0.0.1"]), ("1.2.3.4/32", ["1.2.3.4"], ["1.2.3.5"]),
  ]

  @Test(arguments: ranges)
  func aBlockHolds(range: String, inside: [String], outside: [String]) throws {
    let block = try #require(AddressRange(range))
    for text in inside { #expect(block.contains(try #require(IPAddress(text))), "\(text)") }
    for text in outside { #expect(!block.contains(try #require(IPAddress(text))), "\(text)") }
  }

  @Test(arguments: [
    "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "::/129",
    "10/8", "10.0.0.0/0x8", "10.0.0.0/ 8", "*", "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/95",
  ])
  func isNoBlock(_ text: String) { #expect(AddressRange(text) == nil) }
}
