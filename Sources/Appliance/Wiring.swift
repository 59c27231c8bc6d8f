import Gateway
import Glibc
import JSON
import Server

extension ProgramParts {
  /// The parts of the real program.
  static let live = ProgramParts(
    serve: { configuration, console throws(CommandError) in
      try Serve.run(configuration, console)
    },
    openLocally: { configuration throws(OperationError) in
      try LocalPerformer(configuration)
    },
    connect: { configuration throws(OperationError) in
      try SocketPerformer.find(configuration)
    })
}

/// Does operations in this process, which holds the lock of the data folder meanwhile.
private struct LocalPerformer: OperationPerformer {
  private let installation: Installation

  init(_ configuration: Configuration) throws(OperationError) {
    do throws(OperationFailure) {
      umask(0o077)
      installation = try Installation(
        dataPath: configuration[Settings.data],
        masterKeyFile: configuration[Settings.masterKeyFile])
    } catch {
      throw OperationError(error)
    }
  }

  func perform(
    _ operation: Operation, _ arguments: JSONValue
  ) throws(OperationError) -> JSONValue {
    defer { installation.close() }
    do throws(OperationFailure) {
      return try Administration(installation: installation).perform(
        operation.rawValue, arguments)
    } catch {
      throw OperationError(error)
    }
  }
}

extension OperationError {
  fileprivate init(_ failure: OperationFailure) {
    self.init(code: failure.code, message: failure.message)
  }
}
