import Foundation
import Testing

@testable import Gateway

@Suite("Time zones (RFC 8536)")
struct ZoneRulesTests {
  static func file(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { [UInt8]($0) }
  }

  /// A file of version 1, 2 or 3 with these changes.
  static func made(
    version: UInt8 = 0x32, changes: [(at: Int64, type: UInt8)] = [(1_000, 1)],
    offsets: [Int32] = [0, 3_600], footer: String = "AAA-1"
  ) -> [UInt8] {
    func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
    func block(wide: Bool) -> [UInt8] {
      var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
      for count in [0, 0, 0, changes.count, offsets.count, 4] { bytes += big(UInt32(count)) }
      for change in changes {
        bytes += wide ? big(change.at) : big(Int32(truncatingIfNeeded: change.at))
      }
      bytes += changes.map(\.type)
      for offset in offsets { bytes += big(offset) + [0, 0] }
      return bytes + Array("AAA\0".utf8)
    }
    guard version >= 0x32 else { return block(wide: false) }
    return block(wide: false) + block(wide: true) + Array("\n\(footer)\n".utf8)
  }

  @Test(arguments: [UInt8(0), 0x32, 0x33, 0x34])
  func everyVersionIsRead(version: UInt8) throws {
    let zone = try ZoneRules(tzif: Self.made(version: version))
    #expect(zone.offset(at: 999) == 0 && zone.offset(at: 1_000) == 3_600)
    #expect(zone.offset(at: .max / 4) == 3_600)
  }

  /// Against the system's own reading, hour by hour around every change of some decades.
  @Test(arguments: [
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "Pacific/Apia", "America/Nuuk",
    "Asia/Beirut", "Europe/Dublin", "Antarctica/Troll", "Etc/GMT+12",
  ])
  func theSameAsTheSystems(name: String) throws {
    guard let bytes = Self.file(name), let system = TimeZone(identifier: name) else {
      print("skipped: there is no \(name) in /usr/share/zoneinfo")
      return
    }
    let zone = try ZoneRules(tzif: bytes)
    var time: Int64 = 0
    while time < 3_000_000_000 {
      let expected = system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
      if zone.offset(at: time) != expected {
        Issue.record("\(name) at \(time): \(zone.offset(at: time)) and not \(expected)")
        return
      }
      time += 3_600 * 7
    }
  }

  @Test func midnightsThatAreSkippedOrComeTwice() throws {
    // At 86400 the clocks go from 0:00 to 1:00, at 864000 (1:00 local) back to 0:00.
    let zone = try ZoneRules(
      tzif: Self.made(changes: [(86_400, 1), (864_000, 0)], footer: "AAA0"))
    #expect(zone.firstTime(atLocal: 86_400) == 86_400)
    #expect(zone.firstTime(atLocal: 5 * 86_400) == 5 * 86_400 - 3_600)
    #expect(zone.firstTime(atLocal: 864_000) == 864_000 - 3_600)
    #expect(zone.firstTime(atLocal: 11 * 86_400) == 11 * 86_400)
    #expect(ZoneRules.utc.firstTime(atLocal: 7) == 7)
    #expect(ZoneRules(offsetSeconds: -3_600).firstTime(atLocal: 0) == 3_600)
  }

  @Test func hostileBytesAreRefused() {
    let sound = Self.made()
    #expect(throws: ZoneRules.Failure.cutShort) { try ZoneRules(tzif: []) }
    #expect(throws: ZoneRules.Failure.notTZif) {
      try ZoneRules(tzif: [UInt8](repeating: 0x41, count: 500))
    }
    for count in 0..<sound.count {
      #expect(throws: ZoneRules.Failure.self, "cut at \(count)") {
        try ZoneRules(tzif: Array(sound[..<count]))
      }
    }
    #expect(throws: ZoneRules.Failure.inconsistent) {
      try ZoneRules(tzif: Self.made(changes: [(5, 1), (5, 0)]))
    }
    #expect(throws: ZoneRules.Failure.inconsistent) {
      try ZoneRules(tzif: Self.made(changes: [(5, 2)]))
    }
    #expect(throws: ZoneRules.Failure.inconsistent) {
      try ZoneRules(tzif: Self.made(offsets: [0, 100_000]))
    }
    #expect(throws: ZoneRules.Failure.inconsistent) {
      try ZoneRules(tzif: Self.made(changes: [], offsets: []))
    }
    #expect(throws: ZoneRules.Failure.inconsistent) { try ZoneRules(tzif: Self.made(footer: "?")) }
  }

  /// Whatever the bytes are: an answer or a refusal, never a trap.
  @Test(arguments: [21, 22, 23])
  func anyBytesAreBorne(seed: UInt64) {
    var random = Seeded(state: seed)
    let sources = [Self.made(), Self.file("Europe/Berlin") ?? Self.made(version: 0)]
    for _ in 0..<3_000 {
      var bytes = sources[Int.random(in: 0..<2, using: &random)]
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      guard let zone = try? ZoneRules(tzif: bytes) else { continue }
      let times: [Int64] = [.min / 8, -1, 0, 1_800_000_000, .max / 8]
      for time in times {
        _ = zone.offset(at: time)
        _ = zone.firstTime(atLocal: time)
      }
    }
  }
}
