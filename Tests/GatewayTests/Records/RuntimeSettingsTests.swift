import JSON
import Testing

@testable import Gateway

@Suite("Runtime settings")
struct RuntimeSettingsTests {
  @Test func haveTheDefaultsOfTheDesign() {
    let values = RuntimeSettings.all.map { "\($0.name)=\($0.defaultValue.text)" }
    #expect(
      values == [
        "connect_timeout=3", "stream_head_timeout=60", "response_head_timeout=600",
        "stream_silence_timeout=120", "queue_wait=10", "request_timeout=3600",
        "hold_back_time=5", "drain_time=120", "drain_bytes_max=8388608",
        "key_check_interval=3600", "key_discovery=\"off\"", "unpriced=\"allow\"",
        "requests_kept_days=90", "database_max_mb=4096",
      ])
  }

  @Test func everyDefaultIsItselfValid() throws {
    for setting in RuntimeSettings.all {
      let stored = try RuntimeSettings.checked(setting.defaultValue, for: setting.name)
      #expect(stored == setting.defaultValue)
      #expect(!setting.help.isEmpty && !setting.form.isEmpty)
    }
  }

  static let durations: [(JSONValue, String?)] = [
    (5, "5"), (.number("0.25"), "0.25"), (.number("1e1"), "10"), ("2.5s", "2.5"), ("250ms", "0.25"),
    ("2m", "120"), ("7", "7"), (0, "0"), (600, "600"), (601, nil), (-1, nil), ("", nil), ("s", nil),
    ("nan", nil), ("inf", nil), (true, nil), (nil, nil), (.number("1e999"), nil), ("1h", nil),
  ]

  @Test(arguments: durations)
  func readsDurations(_ value: JSONValue, stored: String?) {
    let result = try? RuntimeSettings.checked(value, for: "queue_wait")
    #expect(result?.text == stored)
  }

  static let integers: [(JSONValue, String?)] = [
    (0, "0"), (5, "5"), (.number("5.0"), "5"), (.number("5.5"), nil), (-1, nil), ("5", "5"),
    ("x", nil), (true, nil), (nil, nil),
    (1_073_741_824, "1073741824"), (1_073_741_825, nil), (.number("1e30"), nil),
  ]

  @Test(arguments: integers)
  func readsWholeNumbers(_ value: JSONValue, stored: String?) {
    let result = try? RuntimeSettings.checked(value, for: "drain_bytes_max")
    #expect(result?.text == stored)
  }

  @Test func recordsChangeThem() throws {
    var world = World()
    try world.load("{'settings': {'queue_wait': '2m', 'unpriced': 'free'}}")
    #expect(world.snapshot.settings.queueWait == .seconds(120))
    #expect(world.snapshot.settings.unpriced == .free)
    try world.load("{'settings': {'unpriced': 'refuse'}}", replacing: true)
    #expect(world.snapshot.settings.queueWait == .seconds(10))
    #expect(world.snapshot.settings.unpriced == .refuse)
  }
}
