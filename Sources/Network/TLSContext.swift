import COpenSSL

/// Certificates and rules that many TLS connections share.
///
/// TLS 1.2 and 1.3 only, no renegotiation, buffers released while idle.
///
/// Guard: OpenSSL counts references to an `SSL_CTX` and locks it itself; nothing here changes it
/// after `init`.
package final class TLSContext: @unchecked Sendable {
  package struct Failure: Error, Equatable, Sendable {
    package let message: String
  }

  private let context: OpaquePointer

  /// For connections to providers, with full verification.
  ///
  /// `authorityFile` is a PEM file of certificate authorities to trust instead of the system's.
  package static func client(authorityFile: String? = nil) throws(Failure) -> TLSContext {
    let made = try TLSContext(TLS_client_method())
    if let authorityFile {
      guard SSL_CTX_load_verify_locations(made.context, authorityFile, nil) == 1 else {
        throw Failure(message: "cannot read certificates from \(authorityFile): \(tlsErrorText())")
      }
    } else {
      SSL_CTX_set_default_verify_paths(made.context)
    }
    SSL_CTX_set_verify(made.context, SSL_VERIFY_PEER, nil)
    copenssl_cache_client_sessions(made.context)
    // RFC 7301: protocol name with its length before it.
    let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
    SSL_CTX_set_alpn_protos(made.context, protocols, UInt32(protocols.count))
    return made
  }

  /// For the listener: PEM files of the certificate with its chain, and of its private key.
  package static func server(
    certificateFile: String, keyFile: String
  ) throws(Failure) -> TLSContext {
    let made = try TLSContext(TLS_server_method())
    guard SSL_CTX_use_certificate_chain_file(made.context, certificateFile) == 1 else {
      throw Failure(message: "cannot read a certificate from \(certificateFile): \(tlsErrorText())")
    }
    guard SSL_CTX_use_PrivateKey_file(made.context, keyFile, SSL_FILETYPE_PEM) == 1 else {
      throw Failure(message: "cannot read a private key from \(keyFile): \(tlsErrorText())")
    }
    guard SSL_CTX_check_private_key(made.context) == 1 else {
      throw Failure(message: "the key in \(keyFile) does not belong to \(certificateFile)")
    }
    copenssl_select_http1(made.context)
    return made
  }

  private init(_ method: OpaquePointer?) throws(Failure) {
    guard let context = SSL_CTX_new(method) else { throw Failure(message: tlsErrorText()) }
    self.context = context
    copenssl_set_rules(context)
  }

  deinit { SSL_CTX_free(context) }

  func session(_ descriptor: Int32, isServer: Bool) throws(StreamError) -> TLSSession {
    guard let ssl = SSL_new(context) else { throw .failed("TLS: \(tlsErrorText())") }
    SSL_set_fd(ssl, descriptor)
    if isServer { SSL_set_accept_state(ssl) } else { SSL_set_connect_state(ssl) }
    return TLSSession(adopting: ssl, context: self)
  }
}
