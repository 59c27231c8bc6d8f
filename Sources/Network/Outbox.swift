/// What the streams of one loop say in one turn, in the order in which they said it.
///
/// A peer that waits is woken by what it is sent, and waking takes longer than sending. Sent one
/// after the other at the end of the turn, what is for one peer finds it awake but once.
struct Outbox {
  private struct Entry {
    let sender: Sender
    let end: Int
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []

  /// After so many the first has waited long enough: some milliseconds of other streams' work.
  private static let entriesMax = 64
  private static let bytesMax = 1_048_576
  /// The room that is kept from turn to turn.
  private static let keptBytesMax = 262_144

  var isEmpty: Bool { entries.isEmpty }
  /// Whether it must not wait for the end of the turn.
  var isFull: Bool { entries.count >= Self.entriesMax || bytes.count >= Self.bytesMax }

  /// Adds what `compose` appends.
  mutating func add(_ sender: Sender, _ compose: (inout [UInt8]) -> Void) {
    let start = bytes.count
    compose(&bytes)
    guard bytes.count > start else { return }
    sender.noteQueued(bytes.count - start)
    entries.append(Entry(sender: sender, end: bytes.count))
  }

  /// Gives all of it to the kernel.
  mutating func flush() {
    var start = 0
    for entry in entries {
      entry.sender.send(bytes, start..<entry.end)
      start = entry.end
    }
    entries.removeAll(keepingCapacity: true)
    if bytes.capacity > Self.keptBytesMax {
      bytes = []
    } else {
      bytes.removeAll(keepingCapacity: true)
    }
  }
}
