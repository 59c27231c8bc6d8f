import Glibc
import Testing

@testable import Network

@Suite("What streams say in one turn")
struct OutboxTests {
  /// A sender, and the end that hears it.
  private static func pair() throws -> (Sender, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    return (Sender(ends[0], Readiness()), ends[1])
  }

  /// What has come, without waiting for more.
  private static func heard(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  private static func add(_ text: String, _ sender: Sender, to outbox: inout Outbox) {
    outbox.add(sender) { $0.append(contentsOf: text.utf8) }
  }

  @Test func eachHearsItsOwnInOrderAndNothingBefore() throws {
    let (one, far) = try Self.pair()
    let (other, away) = try Self.pair()
    var outbox = Outbox()
    Self.add("a", one, to: &outbox)
    Self.add("x", other, to: &outbox)
    Self.add("b", one, to: &outbox)
    #expect(Self.heard(far) == "" && Self.heard(away) == "")
    #expect(one.queuedBytes == 2 && other.queuedBytes == 1 && one.isBusy)
    outbox.flush()
    #expect(Self.heard(far) == "ab" && Self.heard(away) == "x")
    #expect(outbox.isEmpty && !one.isBusy && !other.isBusy)
    outbox.flush()
    #expect(Self.heard(far) == "")
  }

  @Test func nothingComposedIsNoEntry() throws {
    let (one, _) = try Self.pair()
    var outbox = Outbox()
    outbox.add(one) { _ in }
    #expect(outbox.isEmpty && !one.isBusy)
  }

  @Test func isFullByEntriesAndByBytes() throws {
    let (one, _) = try Self.pair()
    var outbox = Outbox()
    for _ in 0..<63 { Self.add("a", one, to: &outbox) }
    #expect(!outbox.isFull)
    Self.add("a", one, to: &outbox)
    #expect(outbox.isFull)
    var large = Outbox()
    large.add(one) { $0.append(contentsOf: [UInt8](repeating: 7, count: 1_048_576)) }
    #expect(large.isFull)
  }

  @Test func theClosedHearNothingAndTheOthersAll() throws {
    let (one, far) = try Self.pair()
    let (other, away) = try Self.pair()
    var outbox = Outbox()
    Self.add("a", one, to: &outbox)
    Self.add("x", other, to: &outbox)
    one.close()
    outbox.flush()
    #expect(Self.heard(far) == "" && Self.heard(away) == "x")
  }
}
