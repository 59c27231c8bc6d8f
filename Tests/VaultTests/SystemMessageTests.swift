import Glibc
import Testing

@testable import Vault

@Suite("The system's words")
struct SystemMessageTests {
  @Test func areForThePersonWhoReadsTheError() {
    #expect(systemMessage(ENOENT) == "No such file or directory")
    #expect(systemMessage(-1).contains("-1"))
  }
}
