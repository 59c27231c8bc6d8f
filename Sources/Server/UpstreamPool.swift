import Network
import Providers

/// Where an upstream connection leads: connections of one kind are interchangeable.
struct UpstreamOrigin: Hashable, Sendable {
  let isSecure: Bool
  let host: String
  let port: UInt16
  let allowsPrivate: Bool
}

/// Idle upstream connections of one loop, and the TLS sessions that new ones resume.
///
/// A key is sent with each request and not kept by a connection, so connections are shared by all
/// keys of an origin.
struct UpstreamPool {
  private struct Idle {
    let connection: UpstreamConnection
    let since: MonotonicTime
  }

  /// Enough for a loop at full load; more than that is a burst that has passed.
  private static let idlePerOriginMax = 512
  /// Shorter than what most servers allow, so that a reused connection is seldom a closed one.
  private static let idleMax = Duration.seconds(55)

  private var idle: [UpstreamOrigin: [Idle]] = [:]
  private var resumptions: [UpstreamOrigin: TLSResumption] = [:]

  /// The connection that was used last and is still open and silent.
  mutating func take(_ origin: UpstreamOrigin) -> UpstreamConnection? {
    while let candidate = idle[origin]?.popLast() {
      let connection = candidate.connection
      if connection.isReusable, connection.isStillSilent() { return connection }
      connection.close()
    }
    return nil
  }

  mutating func put(_ connection: UpstreamConnection, _ origin: UpstreamOrigin, now: MonotonicTime)
  {
    if let resumption = connection.takeNewResumption() { resumptions[origin] = resumption }
    guard connection.isReusable, idle[origin, default: []].count < Self.idlePerOriginMax else {
      connection.close()
      return
    }
    connection.rest()
    idle[origin, default: []].append(Idle(connection: connection, since: now))
  }

  func resumption(_ origin: UpstreamOrigin) -> TLSResumption? { resumptions[origin] }

  /// Closes what has been idle too long or was closed by the other side.
  mutating func purge(now: MonotonicTime) {
    for origin in idle.keys {
      idle[origin]?.removeAll { entry in
        guard !entry.connection.isReusable || now - entry.since > Self.idleMax else { return false }
        entry.connection.close()
        return true
      }
      if idle[origin]?.isEmpty == true { idle[origin] = nil }
    }
  }

  mutating func closeAll() {
    for entries in idle.values { for entry in entries { entry.connection.close() } }
    idle = [:]
  }

  var idleCount: Int { idle.values.reduce(0) { $0 + $1.count } }
}
