import Glibc
import Testing

@testable import Network

@Suite("System errors")
struct SystemErrorTests {
  @Test func saysWhichCallAndWhy() {
    #expect(SystemError("bind", code: EADDRINUSE).message == "bind: Address already in use")
  }

  @Test func takesErrnoAtOnce() {
    _ = close(-1)
    #expect(SystemError("close") == SystemError("close", code: EBADF))
  }
}
