import Gateway
import Log
import Network
import Store
import Locks

/// Has rows removed whose time is over, a few at a time.
///
/// Runs on the control loop; the removing is done by the writer, between its batches and never more
/// than a step every `pause`, so that what clients wait for is not long behind one.
final class LedgerKeeper: Sendable {
  private static let period = Duration.seconds(30)
  private static let pause = Duration.milliseconds(100)

  private struct State {
    var isWorking = false
    /// The last step took all that a step may: there may be more.
    var wasFull = false
  }

  private let loop: EventLoop
  private let writer: Writer
  private let settings: @Sendable () -> RuntimeSettings
  private let log: EventLog
  private let state = Guarded(State())

  init(
    loop: EventLoop, writer: Writer, log: EventLog,
    settings: @escaping @Sendable () -> RuntimeSettings
  ) {
    self.loop = loop
    self.writer = writer
    self.log = log
    self.settings = settings
  }

  func start() {
    Task.detached(executorPreference: loop) { [self] in
      while true {
        begin()
        repeat { await loop.wait(until: loop.now + Self.pause) } while isWorking
        if !wasFull { await loop.wait(until: loop.now + Self.period) }
      }
    }
  }

  private var isWorking: Bool { state.withLock { $0.isWorking } }
  private var wasFull: Bool { state.withLock { $0.wasFull } }

  private func begin() {
    state.withLock { $0.isWorking = true }
    let settings = settings()
    let retention = Retention(
      requestDays: settings.requestsKeptDays,
      databaseBytesMax: Int64(settings.databaseMegabytesMax) * 1_048_576)
    let now = wallClockMilliseconds()
    writer.perform(
      { database throws(StoreError) in try retention.step(nowMilliseconds: now, in: database) }
    ) { [self] result in
      let removed = (try? result.get()) ?? Retention.Removed()
      state.withLock { $0 = State(isWorking: false, wasFull: removed.isFull) }
      guard removed.requests > 0 else { return }
      log.log(.debug, "ledger.purged") { $0.field("requests", removed.requests) }
    }
  }
}
