// Modules: Gateway/Budgets/ZoneRules.swift Gateway/Budgets/PosixZone.swift
// Modules: Gateway/Budgets/CivilDay.swift
import Gateway

/// The bytes of a time zone's file, as a damaged or hostile one could hold them.
///
/// Holds: nothing traps, at any time that a clock can show; every offset is less than 26 hours; and
/// a local time is never later than its zone can be behind, nor earlier than it can be ahead.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let zone = try? ZoneRules(tzif: bytes) else { return 0 }
  let reach: Int64 = 93_599
  for time in times(bytes) {
    let offset = Int64(zone.offset(at: time))
    precondition((-reach...reach).contains(offset), "offset \(offset) at \(time)")
    precondition(offset == Int64(zone.offset(at: time)))
    let first = zone.firstTime(atLocal: time)
    precondition((time - reach...time + reach).contains(first), "local \(time) is \(first)")
  }
  precondition((try? ZoneRules(tzif: bytes)) == zone)
  return 0
}

/// Some moments of history and of the far past and future, and whatever numbers the file holds,
/// which are its own changes among others.
private func times(_ bytes: [UInt8]) -> [Int64] {
  // Ten million years either way: beyond the wall clock of any machine.
  let far: Int64 = 315_576_000_000_000
  var times: [Int64] = [-far, -62_135_596_800, -1, 0, 951_782_400, 1_767_225_600, far]
  for month in Int64(0)..<24 { times.append(1_767_225_600 + month * 30 * 86_400) }
  for place in stride(from: 44, to: min(bytes.count - 8, 600), by: 4) {
    let number = bytes[place..<place + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let time = Int64(bitPattern: number)
    guard time.magnitude < UInt64(far) else { continue }
    times += [time - 1, time, time + 1]
  }
  return times
}
