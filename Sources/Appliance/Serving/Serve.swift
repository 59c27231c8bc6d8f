import CLinux
import Gateway
import Glibc
import Log
import Network
import Server
import Store

/// `appliance serve`: opens the data folder, starts the loops, waits for a signal, drains.
///
/// The order of starting is the order of needs; stopping goes backwards, and every row that was
/// handed over is stored before the process ends.
struct Serve {
  private let configuration: Configuration
  private let console: Console
  private let tlsFiles: ServerConfiguration.TLSFiles?

  static func run(_ configuration: Configuration, _ console: Console) throws(CommandError) {
    try Serve(
      configuration: configuration, console: console, tlsFiles: tlsFiles(in: configuration)
    ).run()
  }

  private func run() throws(CommandError) {
    var signals = Self.blockSignals()
    clinux_forbid_dumps()
    umask(0o077)
    Self.raiseDescriptorLimit()

    let installation = try open()
    let addresses = try listenAddresses()
    let settings = try serverConfiguration(addresses)
    let log = EventLog(least: LogLevel(name: configuration[Settings.logLevel]) ?? .info) {
      [console] line in console.writeError(String(decoding: line, as: UTF8.self))
    }
    let running: RunningServer
    do throws(OperationFailure) {
      running = try RunningServer(
        settings, installation: installation, log: log)
    } catch {
      installation.close()
      throw .failed(error.message, error.code == "in_use" ? .unavailable : .failed)
    }
    announce(running, installation)

    while true {
      var signal: Int32 = 0
      sigwait(&signals, &signal)
      if signal == SIGTERM || signal == SIGINT { break }
      // SIGHUP: certificates are read anew; records need no reload.
      running.reload()
    }
    running.stop()
    installation.close()
  }

  private func open() throws(CommandError) -> Installation {
    do throws(OperationFailure) {
      return try Installation(
        dataPath: configuration[Settings.data],
        masterKeyFile: configuration[Settings.masterKeyFile])
    } catch {
      throw .failed(error.message, error.code == "in_use" ? .unavailable : .failed)
    }
  }

  /// Binds each address once without sharing it, so that a port in use is an error here.
  private func listenAddresses() throws(CommandError) -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    for wanted in configuration[Settings.listen] {
      let host = wanted.host == "localhost" ? "127.0.0.1" : wanted.host
      guard let address = SocketAddress(literal: host, port: wanted.port) else {
        throw .failed(
          "listen: '\(wanted.host)' is not an IP address; write one, such as 0.0.0.0.", .usage)
      }
      do throws(SystemError) {
        let port = try Listener.probe(address)
        guard let bound = SocketAddress(bytes: address.bytes, port: port) else { continue }
        addresses.append(bound)
      } catch {
        throw .failed(
          "Cannot listen on \(address.description): \(error.message). Is another appliance running?",
          .unavailable)
      }
    }
    return addresses
  }

  private func serverConfiguration(
    _ addresses: [SocketAddress]
  ) throws(CommandError) -> ServerConfiguration {
    do throws(TLSContext.Failure) {
      let authority = configuration[Settings.upstreamCAFile]
      var made = ServerConfiguration(
        upstreamTLS: try TLSContext.client(authorityFile: authority.isEmpty ? nil : authority))
      made.upstreamAuthorityFile = authority.isEmpty ? nil : authority
      made.listen = addresses
      made.tlsFiles = tlsFiles
      made.trustedProxies = configuration[Settings.trustedProxies].compactMap { AddressRange($0) }
      let workers = configuration[Settings.workers]
      made.workers = workers == 0 ? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) : workers
      made.requestBytesMax = configuration[Settings.requestBytesMax]
      made.requestHeadBytesMax = configuration[Settings.requestHeadBytesMax]
      made.bufferedBytesMax = configuration[Settings.bufferedBodyBytesMax]
      made.connectionsMax = configuration[Settings.connectionsMax]
      made.journalBytes = configuration[Settings.journalBytes]
      made.headerTimeout = .seconds(configuration[Settings.clientHeaderSeconds])
      made.keepAliveIdle = .seconds(configuration[Settings.keepAliveIdleSeconds])
      made.clientStall = .seconds(configuration[Settings.clientStallSeconds])
      made.bodyBytesPerSecondMin = configuration[Settings.clientBodyBytesPerSecondMin]
      made.drainTimeout = .seconds(configuration[Settings.drainSeconds])
      return made
    } catch {
      throw .failed(error.message)
    }
  }

  /// Both files or none: a half of it is a slip, found before anything is opened.
  static func tlsFiles(
    in configuration: Configuration
  ) throws(CommandError) -> ServerConfiguration.TLSFiles? {
    let certificate = configuration[Settings.tlsCertificateFile]
    let key = configuration[Settings.tlsKeyFile]
    if certificate.isEmpty, key.isEmpty { return nil }
    for (file, name, other) in [
      (certificate, "tls_certificate_file", "tls_key_file"),
      (key, "tls_key_file", "tls_certificate_file"),
    ] where file.isEmpty {
      throw .failed("\(name) is missing: TLS needs it beside \(other). Set both, or none.", .usage)
    }
    return ServerConfiguration.TLSFiles(certificate: certificate, key: key)
  }

  private func announce(_ running: RunningServer, _ installation: Installation) {
    for problem in installation.problems {
      console.writeError("appliance: \(problem)\n")
    }
    let scheme = tlsFiles == nil ? "http" : "https"
    for address in running.addresses {
      console.writeLine("appliance listening on \(scheme)://\(address.description)")
    }
    guard installation.records.snapshot.allProviders.isEmpty else { return }
    console.writeError(
      """
      Nothing is configured yet. Next, in another terminal:
        appliance provider add openai --dialect openai --base-url https://api.openai.com/v1
        appliance key add openai main --secret-file FILE
        appliance user add alice
        appliance token add alice

      """)
  }

  /// Keeps the signals for `sigwait`: called before any thread is started, so that all inherit it.
  private static func blockSignals() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return signals
  }

  /// A connection is a descriptor or two: as many as the system lets us have.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
