import Foundation
import Testing

@testable import Server

@Suite("Files of time zones")
struct ZoneFilesTests {
  private func write(_ name: String, _ text: String, _ folder: TestFolder) throws {
    try text.write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8)
  }

  @Test func aFileIsRead() throws {
    let folder = try TestFolder()
    try write("zone", "TZif2", folder)
    #expect(ZoneFiles.read("zone", in: folder.path) == Array("TZif2".utf8))
  }

  @Test(arguments: ["none", "folder", "empty", "large"])
  func whatIsNoFileIsNil(name: String) throws {
    let folder = try TestFolder()
    try write("empty", "", folder)
    try write("large", String(repeating: "x", count: 131_073), folder)
    #expect(ZoneFiles.read(name == "folder" ? "." : name, in: folder.path) == nil)
  }
}
