import Foundation
import Testing

@testable import Simulator

@Suite("Base64")
struct Base64Tests {
  @Test func agreesWithFoundation() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      #expect(Base64.encoded(bytes) == Data(bytes).base64EncodedString())
    }
  }
}
