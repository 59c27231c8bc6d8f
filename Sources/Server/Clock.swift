import Glibc

/// Unix time, milliseconds: for what people and files see, never for deadlines.
func wallClockMilliseconds() -> Int64 {
  var reading = timespec()
  clock_gettime(CLOCK_REALTIME, &reading)
  return Int64(reading.tv_sec) * 1_000 + Int64(reading.tv_nsec) / 1_000_000
}

extension Duration {
  /// Rounded down.
  var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedReportingOverflow(by: 1_000).partialValue
      + attoseconds / 1_000_000_000_000_000
  }
}
