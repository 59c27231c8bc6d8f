import Locks
import Vault
import JSON
import Cluster
import Foundation
import Network
import Store
import Synchronization
import Testing

@testable import Gateway
@testable import Server

@Suite("The records and the one way to change them")
struct RecordBookTests {
  static func user(_ id: String, _ name: String) -> RecordWrite {
    RecordWrite(
      kind: .user, id: id, name: name, change: .created, value: ["name": .string(name)])
  }

  static func stored(_ desk: TestDesk) throws -> [Record] {
    try desk.installation.writer.performAndWait { database throws(StoreError) in
      try RecordStore.all(in: database)
    }
  }

  @Test func versionsRiseFromWriteToWrite() throws {
    let desk = try TestDesk()
    let book = desk.installation.records
    var last: Version?
    for index in 0..<20 {
      try book.write { _ in
        [Self.user("u\(index)", "user-\(index)"), Self.user("v\(index)", "w-\(index)")]
      }
      let versions = try Self.stored(desk).filter {
        $0.id.hasSuffix("\(index)") && $0.id.count == "\(index)".count + 1
      }
      .map(\.version).sorted()
      #expect(versions.count == 2)
      #expect(versions[0] < versions[1])
      #expect(versions.allSatisfy { $0.node == desk.installation.node })
      if let last { #expect(last < versions[0]) }
      last = versions[1]
    }
  }

  @Test func nothingIsStoredOfAChangeThatDoesNotStand() throws {
    let desk = try TestDesk.furnished()
    let book = desk.installation.records
    let before = try Self.stored(desk)
    let snapshot = book.snapshot
    let error = #expect(throws: OperationFailure.self) {
      try book.write { _ in [Self.user("u1", "carol"), Self.user("u2", "ada")] }
    }
    #expect(error?.code == "invalid")
    #expect(error?.message.contains("ada") == true)
    #expect(try Self.stored(desk) == before)
    #expect(book.snapshot === snapshot)
  }

  @Test func aPlanThatFailsOrWantsNothingWritesNothing() throws {
    let desk = try TestDesk.furnished()
    let book = desk.installation.records
    let snapshot = book.snapshot
    let failure = OperationFailure(code: "conflict", message: "no")
    #expect(throws: failure) {
      try book.write { _ throws(OperationFailure) in throw failure }
    }
    #expect(try book.write { _ in [] } === snapshot)
    #expect(book.snapshot === snapshot)
  }

  /// A write is acknowledged when every loop has the snapshot, and stored before any has it.
  @Test func returnsOnlyWhenEveryLoopHasAdopted() throws {
    let desk = try TestDesk()
    let installation = desk.installation
    let waiting = Guarded<[@Sendable () -> Void]>([])
    let adopted = Latch(2)
    let hasReturned = Atomic<Bool>(false)
    for _ in 0..<2 {
      installation.records.add { snapshot, done in
        #expect(snapshot.user(named: "carol") != nil)
        waiting.withLock { $0.append(done) }
        adopted.countDown()
      }
    }
    let returned = Latch(1)
    let records = installation.records
    try Network.Thread.start(name: "write") {
      #expect(throws: Never.self) { try records.write { _ in [Self.user("u1", "carol")] } }
      hasReturned.store(true, ordering: .sequentiallyConsistent)
      returned.countDown()
    }
    adopted.wait()
    #expect(try Self.stored(desk).map(\.id) == ["u1"])
    let dones = waiting.withLock { $0 }
    dones[0]()
    let isEarly = hasReturned.load(ordering: .sequentiallyConsistent)
    #expect(!isEarly)
    dones[1]()
    returned.wait()
  }

  @Test func changesDoNotOverlap() async throws {
    let desk = try TestDesk()
    let records = desk.installation.records
    let start = records.snapshot.generation
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<16 {
        group.addTask { try records.write { _ in [Self.user("u\(index)", "user-\(index)")] } }
      }
      try await group.waitForAll()
    }
    #expect(records.snapshot.generation == start + 16)
    #expect(try Self.stored(desk).count == 16)
    #expect(Set(try Self.stored(desk).map(\.version)).count == 16)
  }

  /// The canary is looked for in every file, as bytes and in every coding that could hide it.
  @Test func secretsAreStoredSealed() throws {
    let canary = #"sk-CANARY/+"\%-0123456789-canary"#
    let token = "token-CANARY/+=-9876543210"
    let desk = try TestDesk()
    let text = JSONText.escaped(canary)
    try desk.perform(
      "import",
      """
      {"document": {
        "providers": [{"name": "p", "dialect": "openai", "base_url": "https://a.example/v1"}],
        "keys": [{"provider": "p", "label": "k", "secret": \(text)}],
        "users": [{"name": "ada"}],
        "tokens": [{"user": "ada", "label": "t", "secret": "\(token)"}]}}
      """)
    let key = desk.installation.records.snapshot.provider(named: "p")?.keys.first
    #expect(key?.secret.bytes == Array(canary.utf8))
    desk.installation.close()
    let files = try desk.folder.bytes()
    #expect(files.keys.contains("data/appliance.db"))
    for secret in [canary, token] {
      for (name, form) in JSONText.forms(of: secret) {
        for (file, bytes) in files {
          #expect(!contains(bytes, form), "\(name) form of the secret in \(file)")
        }
      }
    }
    let label = Array("appliance.db".utf8)
    #expect(contains(Array("x appliance.db y".utf8), label), "the search finds what is there")
  }
}

/// Whether `bytes` hold `part`.
func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  Data(bytes).range(of: Data(part)) != nil
}

/// The forms that a secret could leak in.
enum JSONText {
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "\"") { out, scalar in
      out += scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
    } + "\""
  }

  static func forms(of secret: String) -> [(name: String, bytes: [UInt8])] {
    let bytes = Array(secret.utf8)
    var forms: [(String, [UInt8])] = [("plain", bytes)]
    for shift in 0..<3 {
      // What stands before and after the secret changes the characters at its edges only.
      let text = Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString()
      let middle = Array(text.utf8.dropFirst(shift == 0 ? 0 : 4).dropLast(4))
      forms.append(("base64, shifted by \(shift)", middle))
      forms.append(
        (
          "base64url, shifted by \(shift)",
          middle.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
        ))
    }
    forms.append(("hex", bytes.flatMap { Array(String(format: "%02x", $0).utf8) }))
    forms.append(("percent", bytes.flatMap { Array(String(format: "%%%02X", $0).utf8) }))
    let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    forms.append(("percent, as needed", Array(percent.utf8)))
    forms.append(("JSON", Array(escaped(secret).utf8.dropFirst().dropLast())))
    forms.append(("UTF-16", Array(secret.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })))
    return forms
  }
}
