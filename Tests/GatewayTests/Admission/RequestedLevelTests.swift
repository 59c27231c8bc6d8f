import HTTP
import Providers
import Testing

@testable import Gateway

@Suite("The header x-appliance-level")
struct RequestedLevelTests {
  @Test(
    arguments: [([], nil), (["1"], 1), (["0"], 0), (["1000000"], 1_000_000), (["007"], 7)]
      as [([String], Int?)])
  func isRead(values: [String], level: Int?) throws {
    #expect(try RequestedLevel.read(Self.fields(values)) == level)
  }

  @Test(arguments: [
    [""], ["-1"], ["+1"], ["1.0"], ["x"], ["1000001"], ["99999999"], ["1", "1"], ["1, 2"],
  ])
  func isRefused(values: [String]) {
    let refusal = #expect(throws: Refusal.self) { try RequestedLevel.read(Self.fields(values)) }
    #expect(refusal?.status == 400)
    #expect(refusal?.message.contains("x-appliance-level") == true)
  }

  static func fields(_ values: [String]) -> HeaderFields {
    var fields = HeaderFields()
    fields.append(name: "accept", value: "*/*")
    for value in values { fields.append(name: "X-Appliance-Level", value: value) }
    return fields
  }
}
