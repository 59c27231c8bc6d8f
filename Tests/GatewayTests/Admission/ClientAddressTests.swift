import HTTP
import Testing

@testable import Gateway

@Suite("The address of a client behind proxies")
struct ClientAddressTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var peer = "10.0.0.1"
    let headers: [String]
    let address: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "no header: the peer", headers: [], address: "10.0.0.1"),
    Case(
      name: "a peer that is no proxy is not believed", peer: "203.0.113.9",
      headers: ["192.0.2.1"], address: "203.0.113.9"),
    Case(name: "one hop", headers: ["192.0.2.1"], address: "192.0.2.1"),
    Case(
      name: "what the client wrote itself", headers: ["127.0.0.1, 192.0.2.1"], address: "192.0.2.1"),
    Case(
      name: "trusted hops are stepped over", headers: ["1.1.1.1, 192.0.2.1, 10.9.9.9"],
      address: "192.0.2.1"),
    Case(
      name: "fields count in their order", headers: ["1.1.1.1", "192.0.2.1", "10.2.2.2"],
      address: "192.0.2.1"),
    Case(
      name: "all are proxies: the left-most", headers: ["10.3.3.3, 10.2.2.2"], address: "10.3.3.3"),
    Case(name: "with a port", headers: ["192.0.2.1:4711"], address: "192.0.2.1"),
    Case(name: "IPv6", headers: ["2001:db8::7"], address: "2001:db8::7"),
    Case(name: "IPv6 in brackets", headers: ["[2001:db8::7]"], address: "2001:db8::7"),
    Case(name: "IPv6 with a port", headers: ["[2001:db8::7]:443"], address: "2001:db8::7"),
    Case(
      name: "v4-mapped is IPv4", headers: ["::ffff:10.1.1.1, ::ffff:192.0.2.1"],
      address: "192.0.2.1"),
    Case(name: "tabs and spaces", headers: [" 1.1.1.1 ,\t192.0.2.1\t"], address: "192.0.2.1"),
    Case(
      name: "garbage on the left is not looked at", headers: ["<script>, 192.0.2.1"],
      address: "192.0.2.1"),
    Case(name: "unknown", headers: ["192.0.2.1, unknown"], address: nil),
    Case(name: "empty", headers: [""], address: nil),
    Case(name: "an empty hop", headers: ["192.0.2.1,"], address: nil),
    Case(name: "a bracket left open", headers: ["[2001:db8::7"], address: nil),
    Case(name: "a port that is none", headers: ["192.0.2.1:http"], address: nil),
    Case(
      name: "more hops than there can be",
      headers: [String(repeating: "10.0.0.2,", count: 40) + "10.0.0.2"], address: nil),
    Case(name: "a zone", headers: ["fe80::1%eth0"], address: nil),
  ]

  @Test(arguments: cases)
  func isFound(_ example: Case) throws {
    var fields = HeaderFields()
    fields.append(name: "host", value: "x")
    for value in example.headers { fields.append(name: "X-Forwarded-For", value: value) }
    let trusted = try ["10.0.0.0/8", "fd00::/8"].map { try #require(AddressRange($0)) }
    let found = ClientAddress.find(
      peer: IPAddress(example.peer), fields: fields, trusted: trusted)
    #expect(found == example.address.flatMap { IPAddress($0) })
    if example.address != nil { #expect(found != nil) }
  }

  @Test func withoutTrustedProxiesThePeerCounts() {
    var fields = HeaderFields()
    fields.append(name: "x-forwarded-for", value: "1.2.3.4")
    let peer = IPAddress("127.0.0.1")
    #expect(ClientAddress.find(peer: peer, fields: fields, trusted: []) == peer)
    #expect(ClientAddress.find(peer: nil, fields: fields, trusted: []) == nil)
  }
}
