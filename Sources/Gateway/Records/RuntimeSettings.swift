package import JSON

/// What an operator may change while the appliance runs and that is the same on every node.
///
/// Each setting is named once, in `all`, with its default, range and help; a record of kind
/// `setting` changes one. What differs from node to node is in `appliance.conf`.
package struct RuntimeSettings: Equatable, Sendable {
  /// What becomes of a request whose model has no price.
  package enum Unpriced: String, Sendable, CaseIterable {
    /// Served, its cost unknown and flagged.
    case allow
    /// 402.
    case refuse
    /// Served at no cost.
    case free
  }

  /// A connection to a provider must stand within this.
  package var connectTimeout: Duration = .seconds(3)
  /// Time for a provider's response head when a stream was asked for.
  package var streamHeadTimeout: Duration = .seconds(60)
  /// Time for a provider's response head otherwise.
  package var responseHeadTimeout: Duration = .seconds(600)
  /// The longest silence inside a stream, and inside any body that a provider sends.
  package var streamSilenceTimeout: Duration = .seconds(120)
  /// How long a request may wait in all for keys that cool.
  package var queueWait: Duration = .seconds(10)
  /// From a request's first byte to its answer's last.
  package var requestTimeout: Duration = .seconds(3_600)
  /// How long the start of an answer is held back for its first content, so that another key may
  /// still answer.
  package var holdBackTime: Duration = .seconds(5)
  /// How long a provider is heard after its client has left, where the user's policy is to drain.
  package var drainTime: Duration = .seconds(120)
  /// How much of its answer is heard then.
  package var drainBytesMax = 8_388_608
  package var unpriced: Unpriced = .allow
  /// Rows of the ledger older than this go; sums of usage stay.
  package var requestsKeptDays: Int = 90
  /// While the database is larger than this the ledger's oldest rows go.
  package var databaseMegabytesMax: Int = 4_096
  /// How long a healthy key goes without being looked at; zero: for ever.
  package var keyCheckInterval: Duration = .seconds(3_600)
  package var keyDiscovery: KeyDiscoveryMode = .off

  package init() {}

  /// What becomes of a key that a client brought and that works, where its user agrees.
  package enum KeyDiscoveryMode: String, Sendable, CaseIterable {
    case off
    /// It joins as pending: the operator takes it into use.
    case pending
    /// It joins the pool.
    case active
  }

  /// One setting: its name in records, the CLI and documents.
  package struct Setting: Sendable {
    package let name: String
    package let help: String
    /// What is accepted, in words.
    package let form: String
    /// The effective value as records hold it.
    package let value: @Sendable (RuntimeSettings) -> JSONValue
    /// Nil if the value is not of the setting's form.
    let set: @Sendable (inout RuntimeSettings, JSONValue) -> Bool

    package var defaultValue: JSONValue { value(RuntimeSettings()) }
  }

  package static let all: [Setting] = [
    .duration(
      "connect_timeout", \.connectTimeout, in: 0.1...60,
      help: "Seconds for a connection to a provider to stand, TLS included."),
    .duration(
      "stream_head_timeout", \.streamHeadTimeout, in: 0.1...3_600,
      help: "Seconds for a provider to begin its answer when a stream was asked for."),
    .duration(
      "response_head_timeout", \.responseHeadTimeout, in: 0.1...3_600,
      help: "Seconds for a provider to begin its answer when no stream was asked for."),
    .duration(
      "stream_silence_timeout", \.streamSilenceTimeout, in: 0.1...3_600,
      help: "Seconds of silence after which a provider's stream counts as broken."),
    .duration(
      "queue_wait", \.queueWait, in: 0...600,
      help: "Seconds that a request may wait for a key when every key cools; 0: not at all."),
    .duration(
      "request_timeout", \.requestTimeout, in: 1...86_400,
      help: "Seconds that a request may take in all, waiting and retries included."),
    .duration(
      "hold_back_time", \.holdBackTime, in: 0...60,
      help: "Seconds that the start of a stream is held back until its first content, so that "
        + "another key may still answer; 0: not at all."),
    .duration(
      "drain_time", \.drainTime, in: 0...3_600,
      help: "Seconds that a provider is heard after its client has left, for users whose policy on "
        + "disconnects is 'drain'."),
    .integer(
      "drain_bytes_max", \.drainBytesMax, in: 0...1_073_741_824,
      help: "Bytes of an answer that are heard after its client has left, for the same users."),
    .duration(
      "key_check_interval", \.keyCheckInterval, in: 0...604_800,
      help: "Seconds, half of them more or less, after which a healthy key is validated again in "
        + "the background; 0: never."),
    .choice(
      "key_discovery", \.keyDiscovery,
      help: "What becomes of a provider key that a client brings in x-upstream-key and that works, "
        + "where its user has contribute_keys: off, or it joins as pending, or as active."),
    .choice(
      "unpriced", \.unpriced,
      help: "What becomes of a request whose model has no price: allow it and flag it, refuse it "
        + "with 402, or take it as free."),
    .integer(
      "requests_kept_days", \.requestsKeptDays, in: 1...36_500,
      help: "Days after which a request's row leaves the ledger; sums of usage stay."),
    .integer(
      "database_max_mb", \.databaseMegabytesMax, in: 16...16_777_216,
      help: "Size of the database in MiB above which the oldest rows of requests leave the ledger."
    ),
  ]

  package static func setting(named name: String) -> Setting? {
    all.first { $0.name == name }
  }

  /// Checks a value and gives the form that is stored; throws with what would be right.
  package static func checked(
    _ value: JSONValue, for name: String
  ) throws(RecordError) -> JSONValue {
    var settings = RuntimeSettings()
    try settings.apply(value, to: name)
    return setting(named: name)?.value(settings) ?? value
  }

  mutating func apply(_ value: JSONValue, to name: String) throws(RecordError) {
    guard let setting = Self.setting(named: name) else {
      let names = Self.all.map(\.name).joined(separator: ", ")
      throw RecordError(
        kind: .setting, id: name, name: name, field: "name",
        message: "there is no such setting; there are \(names)")
    }
    guard setting.set(&self, value) else {
      throw RecordError(
        kind: .setting, id: name, name: name, field: "value",
        message: "must be \(setting.form)")
    }
  }
}

extension RuntimeSettings.Setting {
  fileprivate static func duration(
    _ name: String, _ path: any WritableKeyPath<RuntimeSettings, Duration> & Sendable,
    in range: ClosedRange<Double>, help: String
  ) -> Self {
    Self(
      name: name, help: help,
      form: "a number of seconds from \(short(range.lowerBound)) to \(short(range.upperBound))"
        + ", or a text such as \"250ms\", \"10s\" or \"2m\"",
      value: { settings in .number(secondsText(settings[keyPath: path])) },
      set: { settings, value in
        guard let seconds = seconds(value), range.contains(seconds) else { return false }
        settings[keyPath: path] = .milliseconds(Int64((seconds * 1_000).rounded()))
        return true
      })
  }

  fileprivate static func integer(
    _ name: String, _ path: any WritableKeyPath<RuntimeSettings, Int> & Sendable,
    in range: ClosedRange<Int>, help: String
  ) -> Self {
    Self(
      name: name, help: help,
      form: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      value: { settings in .int(Int64(settings[keyPath: path])) },
      set: { settings, value in
        // The command line sends every value as a text.
        guard let number = value.int ?? value.string.flatMap({ Int64($0) }),
          let count = Int(exactly: number), range.contains(count)
        else { return false }
        settings[keyPath: path] = count
        return true
      })
  }

  fileprivate static func choice<
    Choice: RawRepresentable<String> & CaseIterable & SendableMetatype
  >(
    _ name: String, _ path: any WritableKeyPath<RuntimeSettings, Choice> & Sendable, help: String
  ) -> Self {
    Self(
      name: name, help: help,
      form: "one of " + Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "),
      value: { settings in .string(settings[keyPath: path].rawValue) },
      set: { settings, value in
        guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
          return false
        }
        settings[keyPath: path] = choice
        return true
      })
  }

  /// Seconds of a number, or of a text with or without a unit.
  private static func seconds(_ value: JSONValue) -> Double? {
    switch value {
    case .number(let text): return finite(text[...])
    case .string(let text):
      for (unit, factor) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0)]
      where text.hasSuffix(unit) {
        return finite(text.dropLast(unit.count)).map { $0 * factor }
      }
      return finite(text[...])
    case .null, .bool, .array, .object: return nil
    }
  }

  private static func finite(_ text: Substring) -> Double? {
    guard let number = Double(text), number.isFinite else { return nil }
    return number
  }

  private static func short(_ number: Double) -> String {
    number == number.rounded() ? String(Int64(number)) : String(number)
  }

  /// The shortest decimal of a whole number of milliseconds.
  private static func secondsText(_ duration: Duration) -> String {
    let milliseconds =
      duration.components.seconds * 1_000
      + duration.components.attoseconds / 1_000_000_000_000_000
    let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
    guard rest != 0 else { return String(whole) }
    var fraction = String(rest + 1_000).dropFirst()
    while fraction.last == "0" { fraction = fraction.dropLast() }
    return "\(whole).\(fraction)"
  }
}

/// The checked fields of a setting's record.
package struct SettingDefinition: Equatable, Sendable {
  package static let fields = ["name", "value"]

  package let name: String
  package let value: JSONValue

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(value, kind: .setting, id: id, naming: "name", known: Self.fields)
    name = try fields.requiredText("name", example: "queue_wait")
    guard let text = fields.value("value") else {
      throw fields.error("value", "value is missing")
    }
    _ = try RuntimeSettings.checked(text, for: name)
    self.value = text
  }
}
