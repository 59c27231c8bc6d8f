import Testing

@testable import Appliance

@Suite("The operations")
struct OperationTests {
  @Test func haveNamesThatScriptsMayUse() {
    for operation in Operation.allCases {
      #expect(operation.rawValue.allSatisfy { $0.isLowercase || $0 == "." })
    }
  }
}
