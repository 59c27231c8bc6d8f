extension ProgramParts {
  /// The parts of the real program.
  static let live = ProgramParts(
    serve: { _, _ throws(CommandError) in throw .failed("Serving is not part of this build.") },
    openLocally: { _ throws(OperationError) in
      throw OperationError(code: "unreachable", message: "No appliance runs on this data folder.")
    },
    connect: { _ throws(OperationError) in nil })
}
