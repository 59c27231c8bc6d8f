import CCurl
import Glibc

/// What libcurl's callbacks write down while a transfer runs, all on the thread that runs it.
final class FetchTransfer {
  private let request: FetchRequest
  private let isCancelled: (() -> Bool)?
  private let onBody: ((Span<UInt8>) -> Bool)?
  private var status = 0
  private var headers: [(name: String, value: String)] = []
  private var headerBytes = 0
  private var body: [UInt8] = []
  private var bodyBytes = 0
  /// Why a callback ended the transfer, which libcurl would only call a write error.
  private var end: FetchError?
  private var hasRefusedAddress = false

  private static let headerBytesMax = 256 << 10

  init(
    _ request: FetchRequest, isCancelled: (() -> Bool)?, onBody: ((Span<UInt8>) -> Bool)?
  ) {
    self.request = request
    self.isCancelled = isCancelled
    self.onBody = onBody
  }

  // MARK: What libcurl calls

  var goesOn: Bool {
    guard isCancelled?() == true else { return true }
    end = .cancelled
    return false
  }

  /// - Returns: A new socket, or `CURL_SOCKET_BAD` for an address that may not be connected to.
  func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    if case .network(let allows) = request.way {
      var bytes = [UInt8](repeating: 0, count: 16)
      var port: UInt16 = 0
      let count = Int(ccurl_peer(address, &bytes, &port))
      guard count > 0, allows(FetchPeer(bytes: Array(bytes.prefix(count)), port: port)) else {
        hasRefusedAddress = true
        return CURL_SOCKET_BAD
      }
    }
    let peer = address.pointee
    return socket(
      peer.family, peer.socktype | CInt(SOCK_CLOEXEC.rawValue), peer.protocol)
  }

  /// One line of the head, its end included.
  func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.headerBytesMax else {
      end = .tooLarge(host: "", limit: Self.headerBytesMax)
      return false
    }
    // Each answer begins anew: the last one counts, interim ones (1xx) go.
    if line.starts(with: "HTTP/".utf8) {
      headers.removeAll()
      body.removeAll()
      status = Self.status(of: line)
      return true
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    var value = line[(colon + 1)...].drop(while: isSpace)
    while let last = value.last, isSpace(last) { value.removeLast() }
    headers.append(
      (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
    return true
  }

  private static func status(of line: UnsafeRawBufferPointer) -> Int {
    let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: true)
    guard parts.count > 1 else { return 0 }
    return Int(String(decoding: parts[1].prefix(3), as: UTF8.self)) ?? 0
  }

  func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    bodyBytes += bytes.count
    guard bodyBytes <= request.responseBytesMax else {
      end = .tooLarge(host: "", limit: request.responseBytesMax)
      return false
    }
    guard let onBody, (200..<300).contains(status) else {
      body.append(contentsOf: bytes)
      return true
    }
    guard onBody(bytes.bindMemory(to: UInt8.self).span) else {
      end = .cancelled
      return false
    }
    return true
  }

  // MARK: The result

  func response(_ code: CURLcode, host: String) throws(FetchError) -> FetchResponse {
    guard code == CURLE_OK else { throw error(code, host: host) }
    return FetchResponse(status: status, headers: headers, body: body)
  }

  private func error(_ code: CURLcode, host: String) -> FetchError {
    switch end {
    case .tooLarge(_, let limit): return .tooLarge(host: host, limit: limit)
    case let end?: return end
    case nil: break
    }
    let words = String(cString: curl_easy_strerror(code))
    return switch code {
    case CURLE_COULDNT_RESOLVE_HOST: .nameNotResolved(host: host)
    case CURLE_COULDNT_CONNECT:
      hasRefusedAddress ? .addressRefused(host: host) : .connectFailed(host: host)
    case CURLE_OPERATION_TIMEDOUT: .timedOut(host: host)
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_INVALIDCERTSTATUS:
      .tlsFailed(host: host, words: words)
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
      CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
      .brokeOff(host: host, words: words)
    case CURLE_ABORTED_BY_CALLBACK: .cancelled
    default: .failed(host: host, words: words)
    }
  }
}
