// Fetch: outbound HTTP that is not a client's request, on libcurl: key validation, webhooks, price
// lists, and the command line's talk to a running appliance over its socket. `Fetch.perform` blocks;
// `FetchPool` runs fetches on two threads of its own.
//
// Redirects are not followed, proxies and credentials of the environment and of `.netrc` are not
// used, certificates are verified, and whoever asks decides which addresses may be connected to.
// Errors name the host at most, never a header, a body or a query. Not for: the request path, which
// has its own client. The program must ignore SIGPIPE.

import CCurl

/// One HTTP exchange at a time, on the calling thread.
package enum Fetch {
  /// Sends a request and reads its whole answer; never on a loop.
  ///
  /// An answer of any status is a response, not an error.
  ///
  /// - Parameters:
  ///   - request: What to send, and the bounds of what comes back.
  ///   - onBody: Gets the body of a 2xx answer piece by piece, which then is not in the response;
  ///     false ends the transfer.
  ///   - isCancelled: Asked about once a second; true ends the transfer.
  /// - Returns: The final answer; interim ones (1xx) are left out.
  /// - Throws: `FetchError`.
  package static func perform(
    _ request: FetchRequest, onBody: ((Span<UInt8>) -> Bool)? = nil,
    isCancelled: (() -> Bool)? = nil
  ) throws(FetchError) -> FetchResponse {
    guard isReady else { throw .failed(host: "", words: "libcurl cannot be used") }
    let target = try FetchTarget(request.url)
    let transfer = FetchTransfer(request, isCancelled: isCancelled, onBody: onBody)
    let handle = try FetchHandle(request, target, transfer)
    let code = handle.perform(body: request.body)
    return try transfer.response(code, host: target.host)
  }

  /// Once for the process, and by whichever thread comes first: a global is made that way.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
