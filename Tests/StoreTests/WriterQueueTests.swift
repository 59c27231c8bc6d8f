import Testing

@testable import Store

@Suite("What waits for the writer")
struct WriterQueueTests {
  func queue(rowsMax: Int = 100) -> WriterQueue {
    WriterQueue(
      limits: .init(
        batchRows: 3, delayMilliseconds: 200, rowsMax: rowsMax, retryMilliseconds: 1_000))
  }

  func job() -> WriterQueue.Job { .init(run: { _, _ in nil }, finish: { _ in }) }

  func add(_ queue: inout WriterQueue, _ id: Int) -> Bool {
    queue.note(owned(id)) && queue.add(owned(id))
  }

  func owned(_ id: Int, key: String = "k") -> OwnedID {
    OwnedID(id: "\(id)", user: "u", provider: "p", key: key, expiresAtMilliseconds: 1)
  }

  func addJob(_ queue: inout WriterQueue) -> Bool? { queue.add(job()) }

  func close(_ queue: inout WriterQueue) -> Bool { queue.close() }

  /// What `take` says: rows and jobs given, or until when to sleep.
  func take(_ queue: inout WriterQueue, at now: Int64) -> String {
    var batch = WriterQueue.Batch()
    switch queue.take(into: &batch, nowMilliseconds: now) {
    case .done:
      return "\(batch.ownedIDs.count) rows \(batch.jobs.count) jobs"
        + (batch.isLast ? " last" : "")
    case .again(nil): return "sleep"
    case .again(let time?): return "sleep until \(time)"
    }
  }

  @Test func rowsWaitForCompany() {
    var queue = queue()
    #expect(take(&queue, at: 0) == "0 rows 0 jobs", "the journal of an earlier run")
    #expect(take(&queue, at: 0) == "sleep until 200")
    #expect(!add(&queue, 1))
    #expect(take(&queue, at: 10) == "sleep until 200")
    #expect(!add(&queue, 2))
    #expect(take(&queue, at: 200) == "2 rows 0 jobs")
    #expect(take(&queue, at: 210) == "sleep until 400")
    #expect(take(&queue, at: 400) == "0 rows 0 jobs", "the journal is looked into")
  }

  @Test func aFullBatchGoesAtOnce() {
    var queue = queue()
    _ = take(&queue, at: 0)
    _ = take(&queue, at: 0)
    let wakes = (1...5).map { add(&queue, $0) }
    // The writer is woken once, and has not looked since.
    #expect(wakes == [false, false, true, false, false])
    #expect(take(&queue, at: 1) == "5 rows 0 jobs")
    #expect(take(&queue, at: 1) == "sleep until 201")
  }

  @Test func aJobGoesAtOnceAndTakesTheRowsWithIt() {
    var queue = queue()
    _ = take(&queue, at: 0)
    _ = add(&queue, 1)
    _ = take(&queue, at: 1)
    #expect(addJob(&queue) == true)
    #expect(addJob(&queue) == false)
    #expect(take(&queue, at: 2) == "1 rows 2 jobs")
  }

  @Test func afterAFailureRowsWaitAndJobsDoNot() {
    var queue = queue()
    _ = add(&queue, 1)
    #expect(take(&queue, at: 200) == "1 rows 0 jobs")
    queue.fail("full", nowMilliseconds: 200)
    #expect(queue.problem == "full")
    #expect(take(&queue, at: 200) == "sleep until 1200")
    for number in 2...9 { #expect(!add(&queue, number)) }
    #expect(addJob(&queue) == true)
    #expect(take(&queue, at: 300) == "8 rows 1 jobs")
    #expect(take(&queue, at: 300) == "sleep until 1200")
    #expect(take(&queue, at: 1_200) == "0 rows 0 jobs")
    #expect(queue.underWay == 9)
    queue.settle(lost: 0, ids: (1...9).map { owned($0) })
    queue.succeed()
    #expect(queue.problem == nil)
    #expect(queue.underWay == 0)
    #expect(take(&queue, at: 1_300) == "sleep until 1400")
  }

  @Test func rowsThatTheJournalLosesAreCounted() {
    var queue = queue()
    queue.settle(lost: 3, ids: [])
    #expect(queue.lostRows == 3)
  }

  @Test func isBounded() {
    var queue = queue(rowsMax: 4)
    for number in 1...6 { _ = add(&queue, number) }
    #expect(queue.lostRows == 2)
    _ = take(&queue, at: 0)
    _ = add(&queue, 7)
    #expect(queue.lostRows == 3)
    queue.settle(lost: 1, ids: (1...4).map { owned($0) })
    #expect(queue.lostRows == 4)
    _ = add(&queue, 8)
    #expect(queue.lostRows == 4)
    #expect(queue.underWay == 1)
  }

  /// Those that an end in the journal carries count as well, and are not given to the writer.
  @Test func whatTheJournalCarriesIsUnderWay() {
    var queue = queue(rowsMax: 2)
    let noted = (1...3).map { queue.note(owned($0)) }
    #expect(noted == [true, true, false])
    #expect(queue.lostRows == 1)
    #expect(take(&queue, at: 0) == "0 rows 0 jobs")
    // An earlier run has noted 4.
    queue.settle(lost: 0, ids: [owned(1), owned(4)])
    #expect(queue.underWay == 1)
    #expect(queue.idsUnderWay.keys.sorted() == ["2"])
    let hasRoom = queue.note(owned(3))
    #expect(hasRoom)
  }

  @Test func givesTheRestWhenClosed() {
    var queue = queue()
    _ = take(&queue, at: 0)
    _ = take(&queue, at: 0)
    _ = add(&queue, 1)
    #expect(close(&queue))
    #expect(addJob(&queue) == nil)
    #expect(!add(&queue, 2))
    #expect(queue.lostRows == 1)
    #expect(take(&queue, at: 0) == "1 rows 0 jobs last")
    #expect(queue.underWay == 1)
  }

  @Test func knowsTheIDsUnderWay() {
    var queue = queue()
    let ids = ["k1", "k2", "k1"].map {
      OwnedID(id: "a", user: "u", provider: "p", key: $0, expiresAtMilliseconds: 1)
    }
    for owned in ids { _ = queue.note(owned) && queue.add(owned) }
    #expect(queue.idsUnderWay["a"] == ids)
    #expect(take(&queue, at: 0) == "3 rows 0 jobs")
    #expect(queue.idsUnderWay["a"] == ids)
    queue.settle(lost: 0, ids: ids.prefix(2))
    #expect(queue.idsUnderWay["a"]?.map(\.key) == ["k1"])
    queue.settle(lost: 0, ids: ids.suffix(1))
    #expect(queue.idsUnderWay.isEmpty)
  }
}
