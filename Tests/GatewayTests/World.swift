import Cluster
import Gateway
import JSON
import Providers
import Testing

/// Records and the snapshot of them, written through import documents as an operator would.
///
/// Sealing is a prefix here, and a token's digest is made of its bytes.
struct World {
  private(set) var snapshot = Snapshot.empty
  private var clock = HybridClock(node: 1)
  private let ids = Box(RecordIDMaker(nowMilliseconds: 1_700_000_000_000, random: 7))

  init() {}

  init(_ document: String) throws {
    try load(document)
  }

  /// Imports a document; quotes may be written as `'`.
  @discardableResult
  mutating func load(_ document: String, replacing: Bool = false) throws -> ImportPlan {
    let plan = try plan(document, replacing: replacing)
    try apply(plan)
    return plan
  }

  func plan(_ document: String, replacing: Bool = false) throws -> ImportPlan {
    let value = try JSONValue(parsing: document.replacing("'", with: "\""))
    return try ImportDocument(value).plan(on: snapshot, replacing: replacing, tools: tools)
  }

  mutating func apply(_ plan: ImportPlan) throws {
    var records: [Record] = []
    for write in plan.writes {
      records.append(
        write.record(version: clock.tick(nowMilliseconds: 1_700_000_000_000)) { secret in
          Self.seal(secret, id: write.id)
        })
    }
    try apply(records)
  }

  mutating func apply(_ records: [Record]) throws {
    snapshot = try snapshot.applying(records, unseal: Self.unseal)
  }

  mutating func record(_ kind: Record.Kind, _ id: String, _ value: String?) throws -> Record {
    Record(
      kind: kind, id: id, version: clock.tick(nowMilliseconds: 1_700_000_000_000),
      value: try value.map { try JSONValue(parsing: $0.replacing("'", with: "\"")) })
  }

  var tools: ImportTools {
    ImportTools(
      makeID: { [ids] kind in ids.value.next(kind) }, digest: Self.digest, unseal: Self.unseal)
  }

  static func seal(_ secret: SecretWrite, id: String) -> String {
    "\(id):" + secret.clear.bytes.map { String($0) }.joined(separator: ",")
  }

  /// Opens only for the record that it was sealed for.
  static func unseal(
    _ kind: Record.Kind, _ id: String, _ field: String, _ text: String
  ) -> [UInt8]? {
    guard text.hasPrefix("\(id):") else { return nil }
    return text.dropFirst(id.count + 1).split(separator: ",").compactMap { UInt8($0) }
  }

  static func digest(_ token: [UInt8]) -> TokenDigestBytes {
    var word = StableHash.of(String(decoding: token, as: UTF8.self))
    var words: [UInt64] = []
    for _ in 0..<4 {
      word = StableHash.mix(word)
      words.append(word)
    }
    return TokenDigestBytes(bigEndianWords: (words[0], words[1], words[2], words[3]))
  }

  func caller(_ token: String) throws -> Caller {
    try Authentication.authenticate(
      digest: Self.digest(Array(token.utf8)), snapshot: snapshot, nowMilliseconds: 0)
  }

  func plan(
    model: String?, dialect: Dialect = .openai, token: String = "t", random: UInt64 = 0
  ) throws -> Plan {
    try Router.plan(
      Router.Question(model: model, dialect: dialect), caller: try caller(token),
      snapshot: snapshot, random: random)
  }

  func provider(_ name: String) throws -> Provider {
    try #require(snapshot.provider(named: name))
  }
}

/// A value that closures share.
final class Box<Value> {
  var value: Value

  init(_ value: Value) { self.value = value }
}

/// Random numbers of a seed, so that a failing test can be run again.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return StableHash.mix(state)
  }
}

extension Moment {
  /// Seconds on a test's clock.
  static func at(_ seconds: Double) -> Moment {
    Moment(nanoseconds: Int64((seconds * 1e9).rounded()))
  }
}
