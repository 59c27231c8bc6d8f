import COpenSSL

/// What a later connection to the same host may resume (RFC 8446, section 2.2).
package final class TLSResumption {
  let session: OpaquePointer
  init(adopting session: OpaquePointer) { self.session = session }
  deinit { SSL_SESSION_free(session) }
}

/// One TLS connection over a socket; it belongs to its `StreamSocket`.
final class TLSSession {
  private let ssl: OpaquePointer
  /// Kept so that the context outlives its connections.
  private let context: TLSContext
  private var isBroken = false

  init(adopting ssl: OpaquePointer, context: TLSContext) {
    self.ssl = ssl
    self.context = context
  }

  deinit { SSL_free(ssl) }

  var hasPendingBytes: Bool { SSL_pending(ssl) > 0 }

  /// The hosts that the certificate must name, and the session to resume.
  func expect(host: String, resuming: TLSResumption?) throws(StreamError) {
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
    if let address = SocketAddress(literal: host, port: 0) {
      guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.host) == 1 else {
        throw .failed("TLS: cannot verify \(host)")
      }
    } else {
      guard SSL_set1_host(ssl, host) == 1, copenssl_set_server_name(ssl, host) == 1 else {
        throw .failed("TLS: cannot verify \(host)")
      }
    }
    if let resuming { SSL_set_session(ssl, resuming.session) }
  }

  /// Goes on with the handshake: what to wait for, or nil when it is done.
  func handshake() throws(StreamError) -> Readiness.Interest? {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 { return nil }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .readable
    case SSL_ERROR_WANT_WRITE: return .writable
    default:
      isBroken = true
      let verdict = SSL_get_verify_result(ssl)
      if verdict != X509_V_OK {
        throw .failed("TLS: \(String(cString: X509_verify_cert_error_string(Int(verdict))))")
      }
      throw .failed("TLS handshake: \(tlsErrorText())")
    }
  }

  func read(
    into buffer: inout ByteBuffer, room: Int, from pool: BufferPool, _ readiness: Readiness
  ) throws(StreamError) -> Bool {
    // TLS may want the socket though no application byte has come: try whenever it is readable.
    guard readiness.isReadable || hasPendingBytes else { return false }
    ERR_clear_error()
    let count = buffer.fill(room, from: pool) {
      Int(SSL_read(ssl, $0.baseAddress, Int32(clamping: $0.count)))
    }
    if count > 0 { return true }
    switch SSL_get_error(ssl, Int32(clamping: count)) {
    case SSL_ERROR_WANT_READ:
      readiness.noteDrained()
      if readiness.isPeerGone { throw .failed("TLS: the peer left without close_notify") }
      return false
    case SSL_ERROR_ZERO_RETURN: throw .closed
    case SSL_ERROR_WANT_WRITE:
      // A key update's answer found the socket full; the next bytes of the peer try again.
      readiness.noteDrained()
      return false
    default:
      isBroken = true
      throw .failed("TLS read: \(tlsErrorText())")
    }
  }

  func write(
    _ bytes: [UInt8], _ range: Range<Int>, _ readiness: Readiness
  ) throws(StreamError) -> Int {
    guard !range.isEmpty else { return 0 }
    ERR_clear_error()
    let count = bytes.withUnsafeBytes {
      let slice = UnsafeRawBufferPointer(rebasing: $0[range])
      return SSL_write(ssl, slice.baseAddress, Int32(clamping: slice.count))
    }
    if count > 0 { return Int(count) }
    switch SSL_get_error(ssl, count) {
    case SSL_ERROR_WANT_WRITE:
      readiness.noteFull()
      return 0
    case SSL_ERROR_WANT_READ:
      // Only in renegotiation, which is off: wait rather than spin.
      readiness.noteFull()
      return 0
    default:
      isBroken = true
      throw .failed("TLS write: \(tlsErrorText())")
    }
  }

  func sendCloseNotify() {
    guard !isBroken else { return }
    ERR_clear_error()
    SSL_shutdown(ssl)
  }

  var resumption: TLSResumption? {
    guard let session = SSL_get1_session(ssl) else { return nil }
    guard SSL_SESSION_is_resumable(session) == 1 else {
      SSL_SESSION_free(session)
      return nil
    }
    return TLSResumption(adopting: session)
  }
}

/// The oldest error of this thread's queue in words, and an empty queue.
func tlsErrorText() -> String {
  let code = ERR_get_error()
  guard code != 0 else { return "the connection broke" }
  var text = [CChar](repeating: 0, count: 256)
  ERR_error_string_n(code, &text, text.count)
  ERR_clear_error()
  return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
