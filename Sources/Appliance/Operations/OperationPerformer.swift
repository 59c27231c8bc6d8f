import JSON

/// Does operations: a running appliance behind its socket, or this process itself.
protocol OperationPerformer {
  func perform(
    _ operation: Operation, _ arguments: JSONValue
  ) throws(OperationError) -> JSONValue
}

/// Why an operation was not done.
struct OperationError: Error, Equatable {
  /// A word for scripts: `not_found`, `already_exists`, `invalid`, `in_use` and the like.
  let code: String
  let message: String

  var exitCode: ExitCode {
    code == "in_use" || code == "unreachable" ? .unavailable : .failed
  }
}

/// What the program needs of the floors below; made in `Wiring.swift`, replaced in tests.
struct ProgramParts: Sendable {
  /// Runs the appliance until it is told to stop.
  let serve: @Sendable (Configuration, Console) throws(CommandError) -> Void
  /// Takes the lock of the data folder and does operations in this process.
  ///
  /// Throws `in_use` if another process holds the lock.
  let openLocally: @Sendable (Configuration) throws(OperationError) -> any OperationPerformer
  /// Speaks to the appliance that runs on the data folder; nil when none does.
  let connect: @Sendable (Configuration) throws(OperationError) -> (any OperationPerformer)?
}

extension Invocation {
  /// The settings of this call: defaults, `--config`, then the options.
  func configuration(
    overriding settings: [any AnySetting] = [Settings.data]
  ) throws(CommandError) -> Configuration {
    var configuration = Configuration()
    if let path = value("--config") {
      do {
        configuration = try Configuration(readingFile: path)
      } catch {
        throw .failed(error.description, .usage)
      }
    }
    for setting in settings {
      let option = setting.optionName
      do {
        try configuration.override(setting, with: values(option))
      } catch {
        throw .usage("\(option): \(error.message).")
      }
    }
    return configuration
  }

  /// Asks the running appliance, or does it alone when none runs.
  func perform(
    _ operation: Operation, _ arguments: [(String, JSONValue?)] = []
  ) throws(CommandError) -> JSONValue {
    let configuration = try configuration()
    let members = arguments.compactMap { name, value in
      value.map { JSONValue.Member(name, $0) }
    }
    do throws(OperationError) {
      let running = try parts.connect(configuration)
      let performer = if let running { running } else { try parts.openLocally(configuration) }
      return try performer.perform(operation, .object(members))
    } catch {
      throw .failed(error.message, error.exitCode)
    }
  }
}

extension AnySetting {
  /// `--request-bytes-max` for `request_bytes_max`.
  var optionName: String { "--" + name.replacing("_", with: "-") }
}
