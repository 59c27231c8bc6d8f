/// The settings of `appliance.conf`: only what differs from node to node.
///
/// Everything else is a record (`appliance setting list`) and is the same on every node.
enum Settings {
  static let data = Setting.text(
    "data", default: "./data", form: "a folder",
    help: "Folder of the database, the journal, the master key and the control socket.")

  static let listen = Setting.addresses(
    "listen", default: [ListenAddress(host: "127.0.0.1", port: 8080)],
    help: """
      Addresses that clients connect to. Port 0 takes a free one. Listen on other than loopback \
      addresses only with TLS here or in front.
      """)

  static let tlsCertificateFile = Setting.text(
    "tls_certificate_file", default: "", form: "a file",
    help: "Certificate chain in PEM, the server's first. Empty: clients connect without TLS.")

  static let tlsKeyFile = Setting.text(
    "tls_key_file", default: "", form: "a file",
    help: "Private key of the certificate, in PEM.")

  static let trustedProxies = Setting.addressRanges(
    "trusted_proxies", default: [],
    help: """
      Proxies in front of the appliance, as addresses or blocks. From them, and from nobody else, \
      the header X-Forwarded-For is believed: the right-most address in it that is no trusted \
      proxy's is the client's.
      """)

  static let masterKeyFile = Setting.text(
    "master_key_file", default: "", form: "a file",
    help: """
      The key that seals all secrets: a file of mode 0600. Empty: master.key in the data folder, \
      made at the first start. The environment variable APPLIANCE_MASTER_KEY goes before the file.
      """)

  static let upstreamCAFile = Setting.text(
    "upstream_ca_file", default: "", form: "a file",
    help: """
      Certificate authorities, in PEM, that providers' certificates are verified with. Empty: \
      those of the system.
      """)

  static let workers = Setting.integer(
    "workers", default: 0, in: 0...256,
    help: "Event loops that serve clients, each a thread. 0: one for each processor core.")

  static let logLevel = Setting.text(
    "log_level", default: "info", allowed: ["debug", "info", "warn", "error"],
    help: "The least level that is logged, on standard error.")

  static let requestBytesMax = Setting.integer(
    "request_bytes_max", default: 33_554_432, in: 1_024...1_073_741_824,
    help: "Largest request body accepted, in bytes. A larger one gets 413.")

  static let requestHeadBytesMax = Setting.integer(
    "request_head_bytes_max", default: 65_536, in: 4_096...1_048_576,
    help: "Largest request line and header fields together, in bytes. Larger ones get 431.")

  static let bufferedBodyBytesMax = Setting.integer(
    "buffered_body_bytes_max", default: 536_870_912, in: 1_048_576...1_099_511_627_776,
    help: """
      All request bodies held at one time, in bytes; each is held until its request can no longer \
      fail over. A request beyond it gets 503.
      """)

  static let connectionsMax = Setting.integer(
    "connections_max", default: 20_000, in: 1...1_000_000,
    help: """
      Client connections open at one time. More wait in the system's queue. The limit of open \
      files may lower it.
      """)

  static let journalBytes = Setting.integer(
    "journal_bytes", default: 536_870_912, in: 2_097_152...1_099_511_627_776,
    help: """
      Disk that the journal of requests takes from the start, in bytes. It bridges the time in which \
      the database cannot be written: 512 MiB are about an hour at 300 requests a second. When it is \
      full, requests get 503.
      """)

  static let clientHeaderSeconds = Setting.integer(
    "client_header_seconds", default: 10, in: 1...600,
    help: "Time for a request's header fields to arrive, in seconds. A slower client gets 408.")

  static let clientBodyBytesPerSecondMin = Setting.integer(
    "client_body_bytes_per_second_min", default: 1_024, in: 1...1_073_741_824,
    help: """
      Slowest rate at which a request body may arrive, in bytes a second, after the first ten \
      seconds. A slower client gets 408.
      """)

  static let clientStallSeconds = Setting.integer(
    "client_stall_seconds", default: 60, in: 1...3_600,
    help: """
      How long a client may take nothing of an answer that waits for it, in seconds, before its \
      connection is closed.
      """)

  static let keepAliveIdleSeconds = Setting.integer(
    "keep_alive_idle_seconds", default: 75, in: 1...3_600,
    help: "How long a client's connection may stay open between requests, in seconds.")

  static let drainSeconds = Setting.integer(
    "drain_seconds", default: 30, in: 0...3_600,
    help: "How long running requests may go on after SIGTERM, in seconds.")

  /// In the order of the sample file.
  static let all: [any AnySetting] = [
    data, listen, tlsCertificateFile, tlsKeyFile, trustedProxies, masterKeyFile, upstreamCAFile,
    workers, logLevel,
    requestBytesMax, requestHeadBytesMax, bufferedBodyBytesMax, connectionsMax,
    journalBytes,
    clientHeaderSeconds, clientBodyBytesPerSecondMin, clientStallSeconds, keepAliveIdleSeconds,
    drainSeconds,
  ]
}
