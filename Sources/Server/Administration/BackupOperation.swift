import Gateway
import JSON
import Store

extension Administration {
  /// Copies the database, as it is at one moment, into a new file; requests go on meanwhile.
  func backup(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let path = try arguments.text("path")
    guard path.hasPrefix("/") else {
      throw OperationFailure(code: "invalid", message: "'path' must begin with a slash.")
    }
    do throws(StoreError) {
      // What was handed over before the backup was asked for is in it.
      try installation.writer.performAndWait { _ throws(StoreError) in }
      try Database(path: installation.directory.databasePath, .reader).backup(to: path)
      let copy = try Database(path: path, .reader)
      let problems = try copy.integrityProblems()
      guard problems.isEmpty else {
        throw .damaged("\(path): \(problems.joined(separator: "; "))")
      }
      let bytes = try copy.integer(
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
      return .object([.init("path", .string(path)), .init("bytes", .int(bytes))])
    } catch {
      throw OperationFailure(error)
    }
  }
}
