import Testing

@testable import Network

@Suite("Addresses the appliance may connect to")
struct AddressPolicyTests {
  static let cases: [(String, AddressPolicy.Verdict)] = [
    ("8.8.8.8", .allowed),
    ("2606:4700::1111", .allowed),
    ("127.0.0.1", .needsAllowPrivate),
    ("127.255.0.9", .needsAllowPrivate),
    ("10.1.2.3", .needsAllowPrivate),
    ("172.16.0.1", .needsAllowPrivate),
    ("172.31.255.255", .needsAllowPrivate),
    ("172.32.0.1", .allowed),
    ("192.168.0.1", .needsAllowPrivate),
    ("100.64.0.1", .needsAllowPrivate),
    ("::1", .needsAllowPrivate),
    ("fd12:3456::1", .needsAllowPrivate),
    ("::ffff:127.0.0.1", .needsAllowPrivate),
    ("0.0.0.0", .refused),
    ("::", .refused),
    ("169.254.169.254", .refused),
    ("::ffff:169.254.169.254", .refused),
    ("64:ff9b::a9fe:a9fe", .refused),
    ("2002:a9fe:a9fe::1", .refused),
    ("fe80::1", .refused),
    ("fd00:ec2::254", .refused),
    ("fd20:ce::254", .refused),
    ("100.100.100.200", .refused),
    ("168.63.129.16", .refused),
    ("192.0.0.192", .refused),
    ("224.0.0.1", .refused),
    ("255.255.255.255", .refused),
    ("ff02::1", .refused),
    ("::7f00:1", .refused),
  ]

  @Test(arguments: cases)
  func verdict(_ text: String, _ expected: AddressPolicy.Verdict) throws {
    let address = try #require(SocketAddress(literal: text, port: 443))
    #expect(AddressPolicy.verdict(on: address) == expected)
  }
}
