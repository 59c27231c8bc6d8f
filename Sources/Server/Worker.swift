package import Gateway
import Glibc
import HTTP
package import Network
package import Providers
package import Store
import Vault

/// One event loop that serves clients: its connections, its snapshot, its idle upstream connections.
package final class Worker: Sendable {
  package let loop: EventLoop
  let node: Node
  private let state: LoopBound<State>

  private struct State {
    var snapshot: Snapshot
    var pool = UpstreamPool()
    var ids: RequestIDs
    let journal: JournalProducer
    var listeners: Set<UInt64> = []
    /// What every open connection is doing, by its ticket.
    var inFlight: [UInt64: LoopBound<InFlight>] = [:]
  }

  /// `ring` is this loop's own part of the journal.
  package init(node: Node, loop: EventLoop, snapshot: Snapshot, ring: JournalRing) {
    self.node = node
    self.loop = loop
    state = LoopBound(
      State(
        snapshot: snapshot, ids: RequestIDs(seed: Random.bytes(16)), journal: JournalProducer(ring)),
      on: loop)
  }

  // MARK: on the loop

  var snapshot: Snapshot { state.withValue { $0.snapshot } }

  func nextRequestID(nowMilliseconds: Int64) -> String {
    state.withValue { $0.ids.next(nowMilliseconds: nowMilliseconds) }
  }

  /// Chance for policy: spreading load, never secrets.
  func nextRandom() -> UInt64 { state.withValue { $0.ids.random() } }

  func withPool<Result>(_ body: (inout UpstreamPool) -> Result) -> Result {
    state.withValue { body(&$0.pool) }
  }

  /// What this loop writes into the journal.
  func withJournal<Result>(_ body: (JournalProducer) -> Result) -> Result {
    state.withValue { body($0.journal) }
  }

  /// A connection is open, or no longer is.
  func note(_ ticket: UInt64, _ inFlight: LoopBound<InFlight>?) {
    state.withValue { $0.inFlight[ticket] = inFlight }
  }

  /// Takes a snapshot over; what is in flight keeps the one it began with.
  private func adopt(_ snapshot: Snapshot) { state.withValue { $0.snapshot = snapshot } }

  /// Lets the loop take a snapshot over, from any thread.
  package func adopt(_ snapshot: Snapshot, whenDone: @escaping @Sendable () -> Void) {
    loop.execute { [self] in
      adopt(snapshot)
      whenDone()
    }
  }

  /// Stops listening and ends connections that wait for a request; the others end after their
  /// answer.
  package func drain() {
    loop.execute { [self] in
      let (listeners, connections) = state.withValue { ($0.listeners, $0.inFlight) }
      for ticket in listeners { loop.interrupt(ticket) }
      for (ticket, inFlight) in connections where inFlight.withValue({ $0.isIdle }) {
        loop.interrupt(ticket)
      }
    }
  }

  /// Breaks off the requests of a user, or of one of its tokens, from any thread.
  ///
  /// `whenDone` is told how many there were; they end on their own from there.
  package func cut(
    userID: String, tokenID: String?, because refusal: Refusal,
    whenDone: @escaping @Sendable (Int) -> Void
  ) {
    loop.execute { [self] in
      var count = 0
      for (ticket, inFlight) in state.withValue({ $0.inFlight }) {
        let isMeant = inFlight.withValue {
          $0.cut(userID: userID, tokenID: tokenID, because: refusal)
        }
        guard isMeant else { continue }
        count += 1
        loop.cut(ticket)
      }
      whenDone(count)
    }
  }

  // MARK: started once

  /// Accepts connections until the listener fails or the appliance drains.
  package func serve(_ listen: SocketAddress) throws(SystemError) {
    let failure = FirstFailure()
    let latch = Latch(1)
    Task.detached(executorPreference: loop) { [self] in
      let listener: Listener
      do throws(SystemError) {
        listener = try Listener(on: listen, sharesPort: true, loop: loop)
      } catch {
        failure.note(error)
        return latch.countDown()
      }
      state.withValue { _ = $0.listeners.insert(listener.ticket) }
      latch.countDown()
      await acceptAll(listener)
    }
    latch.wait()
    if let error = failure.failure { throw error }
  }

  /// Keeps house once a second: idle upstream connections, idle accounts of one shard after another.
  package func startHousekeeping() {
    Task.detached(executorPreference: loop) { [self] in
      var shard = 0
      while true {
        await loop.wait(until: loop.now + .seconds(1))
        withPool { $0.purge(now: loop.now) }
        node.accounts.sweep(shard: shard, now: MonotonicTime.now().nanoseconds / 1_000_000)
        shard &+= 1
      }
    }
  }

  private func acceptAll(_ listener: Listener) async {
    while !node.isDraining {
      do {
        let socket = try await listener.accept()
        guard !node.isDraining else { return }
        guard node.connections.enter() else {
          socket.close()
          continue
        }
        let connection = ClientConnection(socket, worker: self)
        Task.detached(executorPreference: loop) { [node] in
          await connection.run()
          node.connections.leave()
        }
      } catch  where error.code == ECANCELED {
        return
      } catch {
        // One accepted connection that could not be registered; the listener itself goes on.
        await loop.wait(until: loop.now + .milliseconds(100))
      }
    }
  }
}
