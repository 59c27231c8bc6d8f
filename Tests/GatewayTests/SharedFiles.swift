import Foundation
import JSON

/// Files of the folder beside the package that hold the corpus and the price table.
///
/// They are not part of the package: a test that needs them says so and skips where they are absent.
enum SharedFiles {
  static let prices = bytes("prices/model_prices.json")
  static let caseNames: [String] = {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent("corpus/cases").path)
    return (names ?? []).filter { $0.hasSuffix(".json") }.sorted()
  }()

  static func bytes(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: folder.appendingPathComponent(path))).map { [UInt8]($0) }
  }

  static func corpusCase(_ name: String) throws -> JSONValue? {
    try bytes("corpus/cases/\(name)").map { try JSONValue(parsing: $0) }
  }

  /// Says that a test has nothing to run on.
  static func reportAbsence(of what: String) {
    print("Skipped: no \(what) under \(folder.path).")
  }

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared")
}
