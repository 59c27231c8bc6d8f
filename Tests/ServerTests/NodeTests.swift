import Gateway
import Network
import Providers
import Store
import Synchronization
import Testing
import Vault

@testable import Server

extension TestDesk {
  /// A node over this data folder, without loops.
  func node(
    lines: LogLines = LogLines(), tls: ServerConfiguration.TLSFiles? = nil,
    readiness: @escaping @Sendable () -> String? = { nil }
  ) throws -> Node {
    var configuration = ServerConfiguration(upstreamTLS: try TLSContext.client())
    configuration.tlsFiles = tls
    return try Node(
      configuration: configuration, digester: installation.keyring.digester,
      ownedIDs: installation.ownedIDs, readiness: readiness, log: lines.log())
  }
}

@Suite("What all loops share")
struct NodeTests {
  @Test func digestsATokenAsTheRecordsDo() throws {
    let desk = try TestDesk.furnished()
    let node = try desk.node()
    let digest = node.digest(Array("token-of-ada".utf8))
    #expect(desk.installation.records.snapshot.caller(digest: digest)?.user.name == "ada")
    let stranger = node.digest(Array("token-of-adb".utf8))
    #expect(desk.installation.records.snapshot.caller(digest: stranger) == nil)
  }

  @Test func learnsWhichProviderRefusesStreamOptions() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("provider.set", #"{"name": "clod", "stream_usage": "never"}"#)
    let node = try desk.node()
    let snapshot = desk.installation.records.snapshot
    let open = try #require(snapshot.provider(named: "open"))
    let clod = try #require(snapshot.provider(named: "clod"))
    #expect(node.streamUsage(of: open) == .ask)
    #expect(node.streamUsage(of: clod) == .never)
    node.noteStreamUsageRefused(by: open.id)
    #expect(node.streamUsage(of: open) == .never)
  }

  @Test func remembersOnWhichKeyAnIDLives() throws {
    let desk = try TestDesk.furnished()
    let node = try desk.node()
    let snapshot = desk.installation.records.snapshot
    let (ada, bob) = (
      try #require(snapshot.user(named: "ada")), try #require(snapshot.user(named: "bob"))
    )
    let open = try #require(snapshot.provider(named: "open"))
    let key = try #require(open.keys.first)
    let noted = node.note("resp_1", user: ada, provider: open, key: key)
    #expect(noted?.id == "resp_1" && noted?.debt == .unknown)
    let owner = try node.owner(of: ["resp_1"], userID: ada.id)
    #expect(owner?.keyID == key.id && owner?.providerID == open.id)
    #expect(throws: Refusal.resourceNotFound(id: "resp_1")) {
      try node.owner(of: ["resp_1"], userID: bob.id)
    }
    let clod = try #require(snapshot.provider(named: "clod"))
    #expect(try node.owner(of: ["resp_1"], userID: ada.id, at: open.id) == owner)
    #expect(throws: Refusal.resourceNotFound(id: "resp_1")) {
      try node.owner(of: ["resp_1"], userID: ada.id, at: clod.id)
    }
  }

  @Test func whatAResponseOwesIsClaimedOnceAndByItsUser() throws {
    let desk = try TestDesk.furnished()
    let node = try desk.node()
    let snapshot = desk.installation.records.snapshot
    let ada = try #require(snapshot.user(named: "ada"))
    let bob = try #require(snapshot.user(named: "bob"))
    let open = try #require(snapshot.provider(named: "open"))
    let key = try #require(open.keys.first)
    let owed = OwedModels(model: "m", upstreamModel: "up-m")
    let first = node.note("resp_1", user: ada, provider: open, key: key, owed: owed)
    #expect(first?.debt == .owed && first?.owed == owed)
    #expect(node.note("resp_1", user: ada, provider: open, key: key) != nil)
    #expect(node.note("resp_2", user: ada, provider: open, key: key) != nil)
    #expect(node.claimUsage(of: "resp_1", userID: bob.id) == nil)
    #expect(node.claimUsage(of: "resp_2", userID: ada.id) == nil)
    let claimed = node.claimUsage(of: "resp_1", userID: ada.id)
    #expect(claimed?.debt == .settled && claimed?.owed == owed)
    #expect(node.claimUsage(of: "resp_1", userID: ada.id) == nil)
  }

  @Test func certificatesThatAreNoGoodDoNotStart() throws {
    let desk = try TestDesk()
    #expect(throws: TLSContext.Failure.self) {
      try desk.node(tls: .init(certificate: "/nowhere", key: "/nowhere"))
    }
  }

  @Test func reloadingWithoutCertificatesChangesNothing() throws {
    let desk = try TestDesk()
    let lines = LogLines()
    let node = try desk.node(lines: lines)
    node.reload()
    #expect(node.tls == nil)
    #expect(lines.text.contains("level=warn event=reload.nothing"))
  }

  @Test func anUnreachableProviderIsLogged() throws {
    let desk = try TestDesk()
    let lines = LogLines()
    try desk.node(lines: lines).noteConnectFailure("open", .failed("connection refused"))
    #expect(lines.text.contains("level=warn event=upstream.unreachable provider=open"))
    #expect(lines.text.contains("connection refused"))
  }
}
