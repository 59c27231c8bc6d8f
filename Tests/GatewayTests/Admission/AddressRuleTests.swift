import Testing

@testable import Gateway

@Suite("Rules of addresses")
struct AddressRuleTests {
  static let cases: [(list: [String], address: String?, verdict: RuleVerdict)] = [
    ([], "10.0.0.1", .notListed),
    (["10.0.0.0/8"], "10.0.0.1", .allowed(by: "10.0.0.0/8")),
    (["10.0.0.0/8"], "::ffff:10.0.0.1", .allowed(by: "10.0.0.0/8")),
    (["10.0.0.0/8"], "11.0.0.1", .notListed),
    (["10.0.0.0/8", "!10.0.0.0/24"], "10.0.0.1", .denied(by: "!10.0.0.0/24")),
    (["!10.0.0.0/24", "10.0.0.0/8"], "10.0.1.1", .allowed(by: "10.0.0.0/8")),
    (["!10.0.0.1"], "10.0.0.1", .denied(by: "!10.0.0.1")),
    (["!10.0.0.1"], "10.0.0.2", .allowed(by: nil)),
    (["2001:db8::/32"], "2001:db8::5", .allowed(by: "2001:db8::/32")),
    (["0.0.0.0/0", "::/0"], nil, .notListed),
    (["!10.0.0.1"], nil, .notListed),
  ]

  @Test(arguments: cases)
  func decides(list: [String], address: String?, verdict: RuleVerdict) throws {
    let rule = try AddressRule(list)
    let address = try address.map { try #require(IPAddress($0)) }
    #expect(rule.verdict(on: address) == verdict)
    #expect(rule.texts == list)
  }

  @Test(arguments: ["", "!", "ten", "!10.0.0.0/99"])
  func namesTheEntryThatIsWrong(_ entry: String) {
    #expect(throws: RuleEntryError(entry: entry)) { try AddressRule(["10.0.0.1", entry]) }
  }
}
