import Fetch
import Glibc
import JSON
import Network

/// Has operations done by the appliance that runs on the data folder, over its control socket.
struct SocketPerformer: OperationPerformer {
  private let path: UnixSocketPath

  /// An import of everything, or a validation of many keys, may take a while.
  private static let timeoutMilliseconds = 600_000
  /// 100,000 requests of the ledger.
  private static let answerBytesMax = 1 << 30

  /// The appliance of a data folder; nil when none runs there.
  ///
  /// A socket that nobody answers on is what a killed appliance leaves behind.
  static func find(_ configuration: Configuration) throws(OperationError) -> SocketPerformer? {
    let path = UnixSocketPath(configuration.socketPath)
    switch connectionError(path) {
    case 0: return SocketPerformer(path: path)
    case ENOENT, ECONNREFUSED, ENOTDIR: return nil
    case let code:
      throw OperationError(
        code: "unreachable",
        message: "\(SystemFailure(configuration.socketPath, code: code).message).")
    }
  }

  func perform(
    _ operation: Operation, _ arguments: JSONValue
  ) throws(OperationError) -> JSONValue {
    var request = FetchRequest(
      "http://localhost/admin/v1/operations", way: .socket(path: path.text))
    request.method = "POST"
    request.headers = [("Content-Type", "application/json")]
    let body: JSONValue = ["operation": .string(operation.rawValue), "arguments": arguments]
    request.body = body.serialized()
    request.timeoutMilliseconds = Self.timeoutMilliseconds
    request.responseBytesMax = Self.answerBytesMax
    let response: FetchResponse
    do {
      response = try Fetch.perform(request)
    } catch {
      throw OperationError(
        code: "unreachable", message: "The appliance does not answer. \(error.message)")
    }
    return try Self.result(of: response.body, status: response.status)
  }

  /// Reads `{"result": …}` or `{"error": {"message", "code"}}`.
  static func result(of body: [UInt8], status: Int) throws(OperationError) -> JSONValue {
    let answer = (try? JSONValue(parsing: body)) ?? .null
    if let result = answer["result"] { return result }
    let error = answer["error"]
    throw OperationError(
      code: error?["code"]?.string ?? "failed",
      message: error?["message"]?.string ?? "The appliance answered with status \(status).")
  }

  /// What `connect` says; 0 when somebody listens.
  private static func connectionError(_ path: UnixSocketPath) -> CInt {
    let descriptor = socket(
      AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { _ = close(descriptor) }
    return path.withAddress { connect(descriptor, $0, $1) == 0 ? 0 : errno } ?? ENAMETOOLONG
  }
}
