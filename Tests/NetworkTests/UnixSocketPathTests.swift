import Foundation
import Glibc
import Testing

@testable import Network

@Suite("Paths of Unix sockets")
struct UnixSocketPathTests {
  @Test func aShortPathStaysAsItIs() {
    #expect(UnixSocketPath("/tmp/a.sock").text == "/tmp/a.sock")
    #expect(UnixSocketPath("/tmp/a.sock").withAddress { _, size in size } == 110)
  }

  @Test func aLongPathLeadsThroughItsFolder() throws {
    let folder = NSTemporaryDirectory() + UUID().uuidString + String(repeating: "/long", count: 30)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = UnixSocketPath(folder + "/a.sock")
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    #expect(path.withAddress { bind(listener, $0, $1) } == 0)
    #expect(FileManager.default.fileExists(atPath: folder + "/a.sock"))
  }

  @Test func aNameThatIsTooLongDoesNotFit() {
    let name = String(repeating: "x", count: 200)
    #expect(UnixSocketPath(name).withAddress { _, _ in 0 } == nil)
    #expect(UnixSocketPath("/tmp/\(name)").withAddress { _, _ in 0 } == nil)
  }
}
