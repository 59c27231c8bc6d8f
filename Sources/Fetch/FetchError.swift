/// Why there is no answer.
///
/// No case holds a header, a body or more of the URL than its host.
package enum FetchError: Error, Equatable, Sendable {
  /// Not an absolute URL of `http` or `https`, or one with user and password.
  case badURL
  /// The method is not a token, or a header has a line end in it; names the header.
  case badRequest(String)
  case nameNotResolved(host: String)
  case connectFailed(host: String)
  /// The name has only addresses that may not be connected to.
  case addressRefused(host: String)
  /// The certificate is not valid for the host, or there is no TLS there.
  case tlsFailed(host: String, words: String)
  case timedOut(host: String)
  /// The answer is larger than asked for.
  case tooLarge(host: String, limit: Int)
  /// The connection ended within the answer, or what came is no HTTP.
  case brokeOff(host: String, words: String)
  /// By whoever asked.
  case cancelled
  /// Anything else, in libcurl's words.
  case failed(host: String, words: String)

  package var message: String {
    switch self {
    case .badURL: "The URL must begin with http:// or https:// and hold no user or password."
    case .badRequest(let what): "The request cannot be sent: \(what)."
    case .nameNotResolved(let host): "The name \(host) has no address."
    case .connectFailed(let host): "No connection to \(host)."
    case .addressRefused(let host): "The address of \(host) may not be connected to."
    case .tlsFailed(let host, let words): "No secure connection to \(host): \(words)."
    case .timedOut(let host): "\(host) did not answer in time."
    case .tooLarge(let host, let limit): "The answer of \(host) is larger than \(limit) bytes."
    case .brokeOff(let host, let words): "The answer of \(host) broke off: \(words)."
    case .cancelled: "The request was cancelled."
    case .failed(let host, let words): "The request to \(host) failed: \(words)."
    }
  }
}
