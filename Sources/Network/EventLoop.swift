import Locks
import CLinux
import Glibc
import Synchronization

/// One thread, one epoll set, one queue of Swift jobs.
///
/// A task started with `executorPreference: loop` runs only on this loop's thread, so what it alone
/// can reach needs no lock and is not `Sendable`.
package final class EventLoop: TaskExecutor, Sendable {
  /// Work handed over by other threads, in order.
  private enum Errand {
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
  }

  private struct Registration {
    var generation: UInt32 = 0
    var readiness: Readiness?
  }

  /// Guard: only the loop's thread touches it, once `run` has begun; before that, only the thread
  /// that made the loop.
  private final class State: @unchecked Sendable {
    /// Jobs from this loop's own thread: no lock, no wake-up.
    var local: [UnownedJob] = []
    var registrations: [Registration] = []
    var freeSlots: [UInt32] = []
    var wheel: TimerWheel
    var deadlineClock = DeadlineClock()
    let buffers = BufferPool()
    /// What goes out at the end of the turn.
    var outbox = Outbox()
    var now: MonotonicTime

    init(now: MonotonicTime) {
      wheel = TimerWheel(now: now)
      self.now = now
    }
  }

  private let epoll: Int32
  private let wakeup: Int32
  private let inbox = Guarded<[Errand]>([])
  private let thread = Atomic<UInt>(0)
  private let isStopping = Atomic<Bool>(false)
  private let state: State
  /// What the buffers of this loop's connections read into; for use on the loop only.
  package var buffers: BufferPool { state.buffers }

  /// Rounds of jobs between two looks at the sockets, so that a task that only yields starves none.
  private static let roundsMax = 16
  static let eventsMax = 256

  package init() throws(SystemError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
    wakeup = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard wakeup >= 0 else { throw SystemError("eventfd") }
    state = State(now: .now())
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | EPOLLET.rawValue
    event.data.u64 = UInt64.max
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event) == 0 else {
      throw SystemError("epoll_ctl")
    }
  }

  deinit {
    close(epoll)
    close(wakeup)
  }

  /// Whether the caller runs on this loop's thread.
  package var isCurrent: Bool { UInt(pthread_self()) == thread.load(ordering: .relaxed) }

  /// The time at the start of this turn of the loop; for use on the loop only.
  package var now: MonotonicTime { state.now }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent { state.local.append(job) } else { post(.job(job)) }
  }

  /// Runs `closure` on the loop, soon, from any thread.
  package func execute(_ closure: @escaping @Sendable () -> Void) { post(.closure(closure)) }

  /// Starts a thread that runs the loop until `stop()`; its name is at most 15 bytes.
  package func start(name: String) throws(SystemError) {
    try Thread.start(name: name) { self.run() }
  }

  /// Ends `run()` after the current turn; what is still suspended stays suspended.
  package func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    execute {}
  }

  /// Runs the loop on the calling thread until `stop()`.
  package func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventsMax)
    defer { events.deallocate() }
    let executor = asUnownedTaskExecutor()
    var running: [UnownedJob] = []
    var errands: [Errand] = []
    while !isStopping.load(ordering: .relaxed) {
      let count = epoll_wait(epoll, events, Int32(Self.eventsMax), timeoutMilliseconds())
      state.now = .now()
      for index in 0..<max(0, Int(count)) { deliver(events[index]) }

      inbox.withLock { swap(&$0, &errands) }
      for errand in errands {
        switch errand {
        case .job(let job): state.local.append(job)
        case .closure(let closure): closure()
        }
      }
      errands.removeAll(keepingCapacity: true)

      // After what has come: an answer that is there is taken, however late the loop is.
      let time = state.deadlineClock.read(
        batch: max(0, Int(count)), of: Self.eventsMax, watched: watchedCount, at: state.now)
      if let time { state.wheel.advance(to: time) }

      var rounds = 0
      while !state.local.isEmpty, rounds < Self.roundsMax {
        swap(&state.local, &running)
        for job in running { job.runSynchronously(on: executor) }
        running.removeAll(keepingCapacity: true)
        rounds += 1
      }
      flushOutbox()
    }
  }

  /// Lets the other tasks of this loop run first.
  package func yield() async { await Task.yield() }

  /// Suspends until `deadline`; resolution: one tick of the wheel.
  package func wait(until deadline: MonotonicTime) async {
    let wait = Wait()
    watch(wait, until: deadline)
    _ = await wait.suspend()
  }

  /// Suspends until what `start` begins elsewhere has called back, from any thread.
  ///
  /// - Returns: False if the deadline came first; the call that comes later then does nothing.
  package func wait(
    until deadline: MonotonicTime, for start: (@escaping @Sendable () -> Void) -> Void
  ) async -> Bool {
    let wait = Wait()
    watch(wait, until: deadline)
    start { [self] in execute { wait.resume(.ready) } }
    return await wait.suspend() == .ready
  }

  /// Treats a connection as if its peer had left; a ticket of a closed one does nothing.
  package func interrupt(_ ticket: UInt64) { readiness(of: ticket)?.fire(EPOLLRDHUP.rawValue) }

  /// The same, and nothing waits for the connection to take bytes either: only what it takes at
  /// once can still be written.
  package func cut(_ ticket: UInt64) { readiness(of: ticket)?.cut() }

  private func readiness(of ticket: UInt64) -> Readiness? {
    let slot = Int(UInt32(truncatingIfNeeded: ticket))
    let generation = UInt32(truncatingIfNeeded: ticket >> 32)
    guard slot < state.registrations.count, state.registrations[slot].generation == generation
    else { return nil }
    return state.registrations[slot].readiness
  }

  // MARK: what sockets use, on the loop only

  func watch(_ wait: Wait, until deadline: MonotonicTime) {
    state.wheel.watch(wait, until: deadline)
  }

  /// Keeps what `compose` appends for the end of this turn.
  func queue(for sender: Sender, _ compose: (inout [UInt8]) -> Void) {
    state.outbox.add(sender, compose)
    if state.outbox.isFull { flushOutbox() }
  }

  /// Sends what waits for the end of the turn now.
  func flushOutbox() {
    if !state.outbox.isEmpty { state.outbox.flush() }
  }

  /// Watches `descriptor` edge-triggered, both ways.
  ///
  /// The ticket names this registration alone: an event of a descriptor that was closed earlier in
  /// the same batch finds nobody.
  func register(_ descriptor: Int32, _ readiness: Readiness) throws(SystemError) -> UInt64 {
    let slot: UInt32
    if let free = state.freeSlots.popLast() {
      slot = free
    } else {
      slot = UInt32(state.registrations.count)
      state.registrations.append(Registration())
    }
    state.registrations[Int(slot)].readiness = readiness
    let ticket = UInt64(state.registrations[Int(slot)].generation) << 32 | UInt64(slot)
    var event = epoll_event()
    event.events =
      EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    event.data.u64 = ticket
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      let error = SystemError("epoll_ctl")
      unregister(ticket)
      throw error
    }
    return ticket
  }

  /// Forgets a registration; the caller closes the descriptor, which takes it out of the set.
  func unregister(_ ticket: UInt64) {
    let slot = Int(UInt32(truncatingIfNeeded: ticket))
    guard slot < state.registrations.count else { return }
    state.registrations[slot].generation &+= 1
    state.registrations[slot].readiness = nil
    state.freeSlots.append(UInt32(slot))
  }

  // MARK: private

  private func post(_ errand: Errand) {
    let wasEmpty = inbox.withLock { errands in
      defer { errands.append(errand) }
      return errands.isEmpty
    }
    if wasEmpty { eventfd_write(wakeup, 1) }
  }

  /// Descriptors in the epoll set, the wake-up among them.
  private var watchedCount: Int { state.registrations.count - state.freeSlots.count + 1 }

  private func timeoutMilliseconds() -> Int32 {
    guard state.local.isEmpty else { return 0 }
    guard state.wheel.entryCount > 0 else { return -1 }
    return Int32(TimerWheel.tickNanoseconds / 1_000_000)
  }

  private func deliver(_ event: epoll_event) {
    guard event.data.u64 != .max else {
      var ignored: UInt64 = 0
      eventfd_read(wakeup, &ignored)
      return
    }
    readiness(of: event.data.u64)?.fire(event.events)
  }
}
