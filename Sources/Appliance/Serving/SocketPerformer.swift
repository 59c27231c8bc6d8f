import Fetch
import Glibc
import JSON

/// Asks the appliance that runs on a data folder, over its Unix socket.
struct SocketPerformer: OperationPerformer {
  /// An import of many records takes its time.
  private static let timeoutMilliseconds = 600_000
  /// A million requests of the ledger.
  private static let answerBytesMax = 2 << 30

  private let path: String

  /// Nil when nobody listens there.
  static func open(_ path: String) throws(OperationError) -> SocketPerformer? {
    guard access(path, F_OK) == 0 else { return nil }
    do throws(FetchError) {
      // A socket that was left behind refuses the connection; a GET is answered with 404.
      _ = try Fetch.perform(request(path))
    } catch {
      if case .connectFailed = error { return nil }
      throw OperationError(code: "unreachable", message: error.message)
    }
    return SocketPerformer(path: path)
  }

  func perform(
    _ operation: Operation, _ arguments: JSONValue
  ) throws(OperationError) -> JSONValue {
    var request = Self.request(path)
    request.method = "POST"
    request.headers = [("content-type", "application/json")]
    request.body = JSONValue.object([
      .init("operation", .string(operation.rawValue)), .init("arguments", arguments),
    ]).serialized()
    let answer = try Self.answer(request)
    if let result = answer["result"] { return result }
    throw OperationError(
      code: answer["error"]?["code"]?.string ?? "failed",
      message: answer["error"]?["message"]?.string ?? "The appliance gave no reason.")
  }

  private static func answer(_ request: FetchRequest) throws(OperationError) -> JSONValue {
    let body: [UInt8]
    do throws(FetchError) {
      body = try Fetch.perform(request).body
    } catch {
      throw OperationError(code: "unreachable", message: error.message)
    }
    do throws(JSONError) {
      return try JSONValue(parsing: body)
    } catch {
      throw OperationError(
        code: "unreachable", message: "The appliance answered something that is not JSON.")
    }
  }

  private static func request(_ path: String) -> FetchRequest {
    var request = FetchRequest(
      "http://localhost/admin/v1/operations", way: .socket(path: path))
    request.timeoutMilliseconds = timeoutMilliseconds
    request.responseBytesMax = answerBytesMax
    return request
  }
}
