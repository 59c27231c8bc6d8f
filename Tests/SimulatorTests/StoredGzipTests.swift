import Foundation
import Testing

@testable import Simulator

@Suite("Stored gzip")
struct StoredGzipTests {
  @Test(arguments: [0, 1, 65_535, 65_536, 200_000])
  func isReadByGzip(count: Int) throws {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = NSTemporaryDirectory() + "stored-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(StoredGzip.encoded(content)).write(to: URL(filePath: path))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "gzip -d < \(path) > \(path).out"]
    defer { try? FileManager.default.removeItem(atPath: "\(path).out") }
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(Array(try Data(contentsOf: URL(filePath: "\(path).out"))) == content)
  }
}
