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
}
