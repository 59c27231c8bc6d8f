package import Gateway
package import Network

/// What differs from node to node: addresses, caps and client-side times, from `appliance.conf`.
package struct ServerConfiguration: Sendable {
  package var listen: [SocketAddress] = []
  /// Nil: plain text.
  package var tlsFiles: TLSFiles?
  /// For connections to providers.
  package var upstreamTLS: TLSContext
  /// The authorities that it trusts instead of the system's, for `Fetch`.
  package var upstreamAuthorityFile: String?
  /// Event loops that serve clients; at least one.
  package var workers = 1
  package var requestBytesMax = 33_554_432
  package var requestHeadBytesMax = 65_536
  /// All bodies kept for failover, together.
  package var bufferedBytesMax = 1_073_741_824
  package var connectionsMax = 20_000
  /// The journal's room on the disk, all rings together.
  package var journalBytes = 16_777_216
  /// From the first byte of a head to its end.
  package var headerTimeout = Duration.seconds(10)
  package var keepAliveIdle = Duration.seconds(75)
  /// A client that takes nothing of its answer for this long is gone.
  package var clientStall = Duration.seconds(60)
  /// A body slower than this is given up (after a grace of `headerTimeout`).
  package var bodyBytesPerSecondMin = 256
  /// Proxies whose `X-Forwarded-For` is believed.
  package var trustedProxies: [AddressRange] = []
  package var drainTimeout = Duration.seconds(30)

  /// PEM files of the listener.
  package struct TLSFiles: Sendable {
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  package init(upstreamTLS: TLSContext) { self.upstreamTLS = upstreamTLS }
}
