import Testing

@testable import Simulator

@Suite("Directives of the simulator")
struct BehaviourTests {
  @Test(arguments: [
    "429", "status=503", "retry-after=2", "quota", "hang", "drop", "cut", "cut=3", "stall=3",
    "error-event",
    "error-event=2", "delay=100", "chunks=40", "interval=25", "garbage", "garbage-body",
    "redirect", "headers", "endless", "usage=max", "usage=negative", "usage=none", "refuse-usage",
    "gzip", "cached=5", "reasoning=7", "status=429;retry-after=2;chunks=1",
  ])
  func areUnderstood(text: String) throws {
    #expect(try behaviour(text) != Behaviour())
  }

  @Test(arguments: [
    "nonsense", "99", "1000", "status=", "status=abc", "chunks", "chunks=-1", "usage=odd",
    "429;nonsense", "hang=1", "delay=99999999999999999999",
  ])
  func areRefused(text: String) {
    var behaviour = Behaviour()
    let isUnderstood = behaviour.apply(directives: text[...], separator: ";")
    #expect(!isUnderstood)
  }

  @Test func mergeFieldByField() throws {
    var first = try behaviour("500;chunks=3;delay=1")
    first.merge(try behaviour("chunks=4"))
    #expect(first == (try behaviour("500;chunks=4;delay=1")))
    first.merge(try behaviour("hang"))
    #expect(first == (try behaviour("hang;chunks=4;delay=1")))
  }
}
