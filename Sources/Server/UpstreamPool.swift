import Network
import Providers

/// Where an upstream connection leads: connections of one kind are interchangeable.
struct UpstreamOrigin: Hashable, Sendable {
  let isSecure: Bool
  let host: String
  let port: UInt16
  let allowsPrivate: Bool
}

/// The idle connections to one origin, and the TLS session that new ones resume.
///
/// An attempt finds it once, takes from it and gives back to it.
final class UpstreamLane {
  private struct Idle {
    let connection: UpstreamConnection
    let since: MonotonicTime
  }

  /// Enough for a loop at full load; more than that is a burst that has passed.
  private static let idleCountMax = 512
  /// Shorter than what most servers allow, so that a reused connection is seldom a closed one.
  private static let idleTimeMax = Duration.seconds(55)

  private var idle: [Idle] = []
  private(set) var resumption: TLSResumption?

  /// The connection that was used last and is still open and silent.
  func take() -> UpstreamConnection? {
    while let candidate = idle.popLast() {
      let connection = candidate.connection
      if connection.isReusable, connection.isStillSilent() { return connection }
      connection.close()
    }
    return nil
  }

  /// Keeps the session of a connection on which an answer has begun.
  ///
  /// Not only when it is given back: of many that come while the first streams are under way, as
  /// after a restart, each would make the whole handshake, which is most of what a connection costs.
  func keepSession(of connection: UpstreamConnection) {
    if let resumption = connection.takeNewResumption() { self.resumption = resumption }
  }

  func put(_ connection: UpstreamConnection, now: MonotonicTime) {
    guard connection.isReusable, idle.count < Self.idleCountMax else { return connection.close() }
    connection.rest()
    idle.append(Idle(connection: connection, since: now))
  }

  /// Closes what has been idle too long or was closed by the other side.
  fileprivate func purge(now: MonotonicTime) {
    idle.removeAll { entry in
      let isTooOld = now - entry.since > Self.idleTimeMax
      guard !entry.connection.isReusable || isTooOld else { return false }
      entry.connection.close()
      return true
    }
  }

  fileprivate var idleCount: Int { idle.count }
}

/// Idle upstream connections of one loop, by where they lead.
///
/// A key is sent with each request and not kept by a connection, so connections are shared by all
/// keys of an origin.
struct UpstreamPool {
  private var lanes: [UpstreamOrigin: UpstreamLane] = [:]
  /// The one that was asked for last: mostly it is asked for again.
  private var last: (origin: UpstreamOrigin, lane: UpstreamLane)?

  /// The lane of an origin, the same as long as anybody has it or anything is in it.
  mutating func lane(_ origin: UpstreamOrigin) -> UpstreamLane {
    if let last, last.origin == origin { return last.lane }
    let lane = lanes[origin] ?? UpstreamLane()
    lanes[origin] = lane
    last = (origin, lane)
    return lane
  }

  /// Closes what has been idle too long or was closed by the other side.
  mutating func purge(now: MonotonicTime) {
    last = nil
    for origin in Array(lanes.keys) {
      guard var lane = lanes.removeValue(forKey: origin) else { continue }
      lane.purge(now: now)
      // An empty lane stays for its session, and while an attempt may give back to it.
      let isNeeded = lane.idleCount > 0 || lane.resumption != nil
      if isNeeded || !isKnownUniquelyReferenced(&lane) { lanes[origin] = lane }
    }
  }

  var idleCount: Int { lanes.values.reduce(0) { $0 + $1.idleCount } }
}
