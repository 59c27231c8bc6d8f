import Locks
import Testing

@testable import Gateway

@Suite("The time zones that there are")
struct ZoneTableTests {
  @Test(arguments: [("UTC", 0), ("Z", 0), ("+05:30", 19_800), ("-03:00", -10_800), ("+00:00", 0)])
  func fixedOffsetsNeedNoFile(name: String, seconds: Int) {
    #expect(ZoneTable.fixedOffsets.zone(named: name)?.offset(at: 0) == seconds)
  }

  @Test(arguments: [
    ("+05:45", true), ("-09:30", true), ("+14:00", true), ("+05:37", false), ("-00:01", false),
    ("+01:05", false), ("UTC", true), ("Europe/Berlin", true), ("+5:37", true),
  ])
  func offsetsAreOfWholeQuarters(name: String, isWhole: Bool) {
    #expect(ZoneTable.isOfWholeQuarters(name) == isWhole)
  }

  @Test func aFileIsReadOnce() {
    let reads = Guarded<[String]>([])
    let table = ZoneTable { name in
      reads.withLock { $0.append(name) }
      return name == "Some/Where" ? ZoneRulesTests.made() : [1, 2, 3]
    }
    for _ in 0..<3 {
      #expect(table.zone(named: "Some/Where") != nil)
      #expect(table.zone(named: "Some/Broken") == nil)
    }
    #expect(reads.withLock { $0.filter { $0 == "Some/Where" }.count } == 1)
  }

  @Test(arguments: [
    "", "/etc/passwd", "../etc", "A/../B", "A//B", "A/", "a b", "A\u{0}", "+25:00", "+5:30",
    "+05:60",
    "+0530", "Ä", "1A", ".", String(repeating: "a", count: 65),
  ])
  func whatIsNoNameIsNeverRead(name: String) {
    let table = ZoneTable { _ in
      Issue.record("read")
      return nil
    }
    #expect(table.zone(named: name) == nil)
  }

  @Test(arguments: ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "EST5EDT"])
  func names(name: String) { #expect(ZoneTable.isName(name)) }
}
