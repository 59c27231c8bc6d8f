import CLinux
import Glibc
import Locks
import Testing

@testable import Network

@Suite("Event loop")
struct EventLoopTests {
  @Test func tasksOfALoopStayOnItsThread() async throws {
    let strays = try await onLoop { loop -> Int in
      var strays = 0
      for _ in 0..<100 {
        await loop.yield()
        if !loop.isCurrent { strays += 1 }
      }
      await loop.wait(until: loop.now + .milliseconds(1))
      return strays + (loop.isCurrent ? 0 : 1)
    }
    #expect(strays == 0)
  }

  @Test func errandsOfOtherThreadsAllArriveInOrder() async throws {
    let loop = try EventLoop()
    try loop.start(name: "test")
    defer { loop.stop() }
    let seen = Guarded<[Int]>([])
    let latch = Latch(1)
    for number in 0..<1_000 { loop.execute { seen.withLock { $0.append(number) } } }
    loop.execute { latch.countDown() }
    latch.wait()
    #expect(seen.withLock { $0 } == Array(0..<1_000))
  }

  @Test func waitsForWhatIsDoneElsewhere() async throws {
    let (isDone, isLate) = try await onLoop { loop -> (Bool, Bool) in
      let isDone = await loop.wait(until: loop.now + .seconds(10)) { done in
        do { try Thread.start(name: "errand") { done() } } catch { done() }
      }
      let late = Guarded<(@Sendable () -> Void)?>(nil)
      let isLate = await loop.wait(until: loop.now + .milliseconds(1)) { done in
        late.withLock { $0 = done }
      }
      // Nobody waits for it any more.
      late.withLock { $0 }?()
      await loop.yield()
      return (isDone, isLate)
    }
    #expect(isDone && !isLate)
  }

  @Test func aTaskThatOnlyYieldsStarvesNoTimer() async throws {
    let isOver = try await onLoop { loop -> Bool in
      await withTaskGroup(of: Bool.self) { group in
        group.addTask(executorPreference: loop) {
          var turns = 0
          while turns < 50_000_000 {
            await loop.yield()
            turns += 1
            if Task.isCancelled { return true }
          }
          return false
        }
        group.addTask(executorPreference: loop) {
          await loop.wait(until: loop.now + .milliseconds(50))
          return true
        }
        let first = await group.next() ?? false
        group.cancelAll()
        return first
      }
    }
    #expect(isOver)
  }

  /// More answers than one look brings have come in time, and the loop is late for all of them.
  @Test func whatCameBeforeALateLookIsNotTimedOut() async throws {
    let wakes = try await onLoop { loop -> [Wake] in
      await withTaskGroup(of: Wake.self) { group in
        let count = EventLoop.eventsMax + 50
        // They all run before the loop looks at its descriptors.
        for number in 1...count {
          group.addTask(executorPreference: loop) {
            let descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
            defer { close(descriptor) }
            let readiness = Readiness()
            readiness.noteDrained()
            guard let ticket = try? loop.register(descriptor, readiness) else { return .peerGone }
            defer { loop.unregister(ticket) }
            eventfd_write(descriptor, 1)
            let deadline = MonotonicTime.now()
            if number == count { occupy(for: 4 * TimerWheel.tickNanoseconds) }
            return await readiness.wait(
              for: .readable, or: nil, until: deadline, on: loop)
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(wakes.count { $0 == .ready } == EventLoop.eventsMax + 50)
  }

  @Test func whatWasDoneElsewhereBeforeALateLookIsNotTimedOut() async throws {
    let isDone = try await onLoop { loop -> Bool in
      await loop.wait(until: loop.now) { done in
        done()
        occupy(for: 4 * TimerWheel.tickNanoseconds)
      }
    }
    #expect(isDone)
  }
}

/// Keeps the calling thread busy.
private func occupy(for nanoseconds: Int64) {
  let end = MonotonicTime.now() + .nanoseconds(nanoseconds)
  while MonotonicTime.now() < end {}
}
