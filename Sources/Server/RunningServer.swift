import Fetch
import Gateway
import Glibc
import JSON
package import Network
import Providers
import Store
import Synchronization
import Vault

/// A server with its loops running: made by the program, stopped by it.
package final class RunningServer: Sendable {
  package let node: Node
  package let addresses: [SocketAddress]
  private let workers: [Worker]
  private let control: EventLoop
  private let fetches: FetchPool
  private let configuration: ServerConfiguration

  /// Starts the loops, the listeners and the admin socket on an opened data folder.
  package init(
    _ configuration: ServerConfiguration, installation: Installation,
    log: EventLog
  ) throws(OperationFailure) {
    self.configuration = configuration
    addresses = configuration.listen
    let writer = installation.writer
    do throws(TLSContext.Failure) {
      let node = try Node(
        configuration: configuration, digester: installation.keyring.digester,
        ownedIDs: installation.ownedIDs,
        accounts: installation.accounts, readiness: { writer.health.notReadyReason }, log: log)
      self.node = node
    } catch {
      throw OperationFailure(code: "tls", message: error.message)
    }
    do throws(FetchError) {
      fetches = try FetchPool()
    } catch {
      throw OperationFailure(code: "system", message: error.message)
    }
    let rings: [JournalRing]
    do throws(StoreError) {
      rings = try writer.openJournal(
        rings: max(1, configuration.workers), bytes: configuration.journalBytes)
    } catch {
      throw OperationFailure(
        code: "journal",
        message: "The journal cannot be made: \(error.message) It takes "
          + "\(configuration.journalBytes) bytes of disk; journal_bytes sets how many.")
    }
    do throws(SystemError) {
      control = try EventLoop()
      var workers: [Worker] = []
      for (index, ring) in rings.enumerated() {
        let loop = try EventLoop()
        try loop.start(name: "worker-\(index)")
        workers.append(
          Worker(
            node: node, loop: loop, snapshot: installation.records.snapshot, ring: ring))
      }
      self.workers = workers
      try control.start(name: "control")
      for worker in workers {
        installation.records.add { snapshot, done in worker.adopt(snapshot, whenDone: done) }
        for address in configuration.listen { try worker.serve(address) }
        worker.startHousekeeping()
      }
      let records = installation.records
      let probe = KeyProbe(
        loop: control, pool: fetches, authorityFile: configuration.upstreamAuthorityFile,
        snapshot: { records.snapshot })
      probe.start()
      KeyDiscovery(
        loop: control, sightings: node.sightings, probe: probe,
        administration: Administration(installation: installation), log: log
      ).start()
      node.withdrawals.begin(Administration(installation: installation))
      LedgerKeeper(loop: control, writer: writer, log: log) { records.snapshot.settings }.start()
      let startedAt = wallClockMilliseconds()
      let status: @Sendable () -> [JSONValue.Member] = { [node] in
        [
          .init("pid", .int(Int64(getpid()))),
          .init("started_at", .string(Timestamp.text(startedAt))),
          .init(
            "listen",
            .array(
              configuration.listen.map {
                .string("\(configuration.tlsFiles == nil ? "http" : "https")://\($0.description)")
              })),
          .init("connections", .int(Int64(node.openConnections))),
          .init("draining", .bool(node.isDraining)),
        ]
      }
      var served = Administration(
        installation: installation, serverStatus: status, cut: Self.cut(workers))
      served.probe = probe
      let administration = served
      try AdminSocket(loop: control) { body, peer in
        administration.acting(as: AuditActor(peer)).answer(body)
      }
      .start(path: installation.directory.socketPath)
      // What reading the records has left.
      FreeMemory.giveBack()
    } catch {
      throw OperationFailure(
        code: error.code == EADDRINUSE ? "in_use" : "system", message: error.message)
    }
  }

  /// Breaks off the requests of a user or of one of its tokens; see `Worker.cut`.
  var cut: Administration.Cut { Self.cut(workers) }

  private static func cut(_ workers: [Worker]) -> Administration.Cut {
    { userID, tokenID, refusal in
      let total = Atomic<Int>(0)
      let latch = Latch(workers.count)
      for worker in workers {
        worker.cut(userID: userID, tokenID: tokenID, because: refusal) { count in
          total.add(count, ordering: .sequentiallyConsistent)
          latch.countDown()
        }
      }
      latch.wait()
      return total.load(ordering: .sequentiallyConsistent)
    }
  }

  /// Reads certificates anew; connections that are open keep theirs.
  package func reload() { node.reload() }

  /// Stops listening, lets running requests end within the drain time, and stops the loops.
  package func stop() {
    node.drain()
    for worker in workers { worker.drain() }
    let end = MonotonicTime.now() + configuration.drainTimeout
    while node.openConnections > 0, MonotonicTime.now() < end {
      var pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)
      nanosleep(&pause, nil)
    }
    // Before the loops: what a fetch has found may be a change that every loop must adopt.
    fetches.close()
    for worker in workers { worker.loop.stop() }
    control.stop()
  }
}
