import Gateway
import Glibc
import JSON
import Store
import Testing
import Vault

@testable import Server

@Suite("The audit of changes")
struct AuditOperationsTests {
  static func entries(_ desk: TestDesk, _ arguments: String = "{}") throws -> [JSONValue] {
    try #require(try desk.perform("audit.list", arguments)["entries"]?.array)
  }

  @Test func saysWhoDidWhat() throws {
    let desk = try TestDesk.furnished()
    let count = try Self.entries(desk, #"{"limit":100}"#).count
    try desk.perform("user.set", #"{"name":"ada","level":5}"#)
    let entry = try Self.entries(desk)[0]
    let expected: [(String, JSONValue)] = [
      ("operation", "user.set"), ("kind", "user"), ("name", "ada"), ("change", "changed"),
      ("origin", "command"), ("uid", .int(Int64(getuid()))), ("pid", .int(Int64(getpid()))),
      ("before", ["name": "ada"]), ("after", ["name": "ada", "level": 5]),
    ]
    for (name, value) in expected { #expect(entry[name] == value, "\(name): \(entry.text)") }
    #expect(try Self.entries(desk, #"{"limit":100}"#).count == count + 1)
  }

  /// Each record of an import has its own entry, and what changes nothing has none.
  @Test func anImportIsAuditedRecordByRecord() throws {
    let desk = try TestDesk.furnished()
    let made = try Self.entries(desk, #"{"limit":100}"#)
    #expect(Set(made.map { $0["operation"]?.string }) == ["import"])
    #expect(made.count == 9)
    try desk.perform("import", #"{"document": \#(TestDesk.document)}"#)
    #expect(try Self.entries(desk, #"{"limit":100}"#).count == 9)
    #expect(desk.codeOrNil("user.add", #"{"name":"ada"}"#) == "already_exists")
    #expect(try Self.entries(desk, #"{"limit":100}"#).count == 9)
  }

  @Test func secretsAreMasked() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("key.set", #"{"provider":"open","label":"first","secret":"sk-canary-0001"}"#)
    let changed = try Self.entries(desk)[0]
    #expect(
      changed.at("before.secret") == "[secret]" && changed.at("after.secret") == "[new secret]")
    #expect(changed.at("after.provider") == "open")
    try desk.perform("key.set", #"{"provider":"open","label":"first","weight":2}"#)
    let other = try Self.entries(desk)[0]
    #expect(other.at("before.secret") == "[secret]" && other.at("after.secret") == "[secret]")
    try desk.perform("token.remove", #"{"user":"ada","label":"laptop"}"#)
    let gone = try Self.entries(desk)[0]
    #expect(gone["after"]?.isNull == true && gone.at("before.digest") == "[secret]")
    let all = try Self.entries(desk, #"{"limit":100}"#).map(\.text).joined()
    #expect(!all.contains("canary") && !all.contains("sealed\""))
    let digest = desk.installation.keyring.digester.digest(Array("token-of-ada".utf8).span)
    let hex = try #require(TokenDigestBytes(digest.bytes)).hex
    #expect(!all.contains(hex))
  }

  @Test func refusesAnUnknownKind() throws {
    let desk = try TestDesk()
    #expect(try desk.code("audit.list", #"{"kind":"horoscope"}"#) == "invalid")
    #expect(try Self.entries(desk).isEmpty)
  }

  @Test func aLongValueIsReplacedByItsLength() throws {
    let desk = try TestDesk()
    let models = (0..<600).map { "\"\(String(repeating: "m", count: 40))-\($0)\"" }
    try desk.perform("user.add", #"{"name":"ada","models":[\#(models.joined(separator: ","))]}"#)
    let entry = try Self.entries(desk)[0]
    let bytes = try #require(entry.at("after.omitted_bytes")?.int)
    #expect(bytes > 16_384 && entry.at("after.models") == nil)
  }

  @Test func knowsTheNamesOfTheSystemsUsers() {
    #expect(AuditActor.userName(of: 0) == "root")
    #expect(AuditActor.userName(of: .max - 7) == nil)
    #expect(AuditActor(nil) == AuditActor(origin: .socket, userID: nil, processID: nil, name: nil))
  }
}

extension TestDesk {
  func codeOrNil(_ operation: String, _ arguments: String) -> String? {
    (try? code(operation, arguments)) ?? nil
  }
}
