import Foundation
import Testing

@testable import Network

@Suite("Free memory")
struct FreeMemoryTests {
  /// Pages of this process that are in memory, in bytes.
  private static func resident() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return try #require(pages) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Blocks that stay lie among those that go, so that no heap has a free end of that size.
  ///
  /// A sanitizer brings an allocator of its own.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["TSAN_OPTIONS"] == nil))
  func isGivenBackFromBetweenBlocks() throws {
    let blockBytes = 16_384
    var blocks = (0..<4_096).map {
      [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: blockBytes)
    }
    let full = try Self.resident()
    let kept = stride(from: 0, to: blocks.count, by: 16).map { blocks[$0] }
    blocks = []
    FreeMemory.giveBack()
    let after = try Self.resident()
    // Of 64 MiB 4 stay; other tests of this process take memory meanwhile.
    #expect(after < full - 32 * 1_048_576, "\(full) bytes before, \(after) after")
    for (index, block) in kept.enumerated() {
      #expect(block.allSatisfy { $0 == UInt8(truncatingIfNeeded: index * 16) })
    }
  }
}
