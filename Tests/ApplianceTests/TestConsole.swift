import JSON
import Locks

@testable import Appliance

/// Stands in for the process's streams and for an appliance, and remembers what was said.
final class TestConsole: Sendable {
  struct State {
    var output = ""
    var errors = ""
    var operations: [(operation: Operation, arguments: JSONValue)] = []
  }

  let state = Guarded(State())
  private let input: String
  private let answers: [Operation: Result<JSONValue, OperationError>]

  init(input: String = "", answers: [Operation: Result<JSONValue, OperationError>] = [:]) {
    self.input = input
    self.answers = answers
  }

  var output: String { state.withLock { $0.output } }
  var errors: String { state.withLock { $0.errors } }
  var operation: Operation? { state.withLock { $0.operations.last?.operation } }
  var arguments: JSONValue? { state.withLock { $0.operations.last?.arguments } }

  var console: Console {
    Console(
      write: { text in self.state.withLock { $0.output += text } },
      writeError: { text in self.state.withLock { $0.errors += text } },
      readInput: { bytesMax throws(SystemFailure) in
        self.input.utf8.count <= bytesMax ? Array(self.input.utf8) : nil
      },
      askSecret: { _ in nil },
      isStyled: false)
  }

  /// Runs a command line, given as words parted by spaces.
  @discardableResult
  func run(_ line: String) -> ExitCode {
    run(line.split(separator: " ").map(String.init))
  }

  @discardableResult
  func run(_ arguments: [String]) -> ExitCode {
    let performer = Performer(console: self)
    let parts = ProgramParts(
      serve: { configuration, console throws(CommandError) in
        console.writeLine("serving \(configuration[Settings.data])")
      },
      openLocally: { _ throws(OperationError) in performer },
      connect: { _ throws(OperationError) in nil })
    return Program(console: console, parts: parts).run(arguments)
  }

  private struct Performer: OperationPerformer {
    let console: TestConsole

    func perform(
      _ operation: Operation, _ arguments: JSONValue
    ) throws(OperationError) -> JSONValue {
      console.state.withLock { $0.operations.append((operation, arguments)) }
      return try console.answers[operation]?.get() ?? [:]
    }
  }
}
