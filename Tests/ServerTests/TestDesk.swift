import Foundation
import Gateway
import JSON
import Store
import Testing

@testable import Server

/// A folder of a test's own, removed with it.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("server-\(UUID().uuidString.prefix(13))").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Every byte of every file below it.
  func bytes() throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else { continue }
      found[name] = Array(data)
    }
    return found
  }
}

/// An opened data folder with the administration on it, as a command has it that works alone.
final class TestDesk {
  let folder: TestFolder
  let installation: Installation
  let administration: Administration

  init() throws {
    folder = try TestFolder()
    installation = try Installation(dataPath: folder.path + "/data")
    administration = Administration(installation: installation)
  }

  deinit { installation.close() }

  /// Puts a row into the ledger.
  func record(_ receipt: Receipt) throws {
    try installation.writer.performAndWait { database throws(StoreError) in
      try Ledger(database).add(receipt)
    }
  }

  /// Does an operation; the arguments are JSON.
  @discardableResult
  func perform(_ operation: String, _ arguments: String = "{}") throws -> JSONValue {
    try administration.perform(operation, try JSONValue(parsing: arguments))
  }

  /// The code of an operation's failure; nil if it was done.
  func code(_ operation: String, _ arguments: String = "{}") throws -> String? {
    do throws(OperationFailure) {
      _ = try administration.perform(operation, (try? JSONValue(parsing: arguments)) ?? .null)
      return nil
    } catch {
      return error.code
    }
  }

  /// Two providers with keys, two users with tokens, a mapping, a price: enough for every table.
  static func furnished() throws -> TestDesk {
    let desk = try TestDesk()
    try desk.perform("import", #"{"document": \#(document)}"#)
    return desk
  }

  static let document = """
    {"providers": [
      {"name": "open", "dialect": "openai", "base_url": "https://open.example/v1"},
      {"name": "clod", "dialect": "anthropic", "base_url": "https://clod.example"}],
     "keys": [
      {"provider": "open", "label": "first", "secret": "sk-open-first-00000001"},
      {"provider": "open", "label": "second", "secret": "short", "level": 2, "models": ["m-1"]}],
     "users": [{"name": "ada"}, {"name": "bob", "status": "suspended", "level": 3}],
     "tokens": [{"user": "ada", "label": "laptop", "secret": "token-of-ada"}],
     "models": [{"name": "best", "targets": [{"provider": "open", "model": "m-1"}]}],
     "prices": {"m-1": {"input_cost_per_token": 1e-06}}}
    """
}

extension JSONValue {
  /// The value at a path of names and positions, such as `error.code` or `keys.0.label`.
  func at(_ path: String) -> JSONValue? {
    var value: JSONValue? = self
    for part in path.split(separator: ".") {
      value = Int(part).map { value?[$0] } ?? value?[String(part)]
    }
    return value
  }
}
