/// Texts and blobs of one run of a statement, which SQLite reads where they are.
///
/// A bound text is else copied into memory that SQLite asks the system for and gives back, which for
/// a row of a dozen short texts takes as long as the row itself. One buffer serves run after run.
package struct LentValues: ~Copyable {
  struct Place {
    let position: CInt
    let range: Range<Int>
    let isText: Bool
  }

  private(set) var bytes: [UInt8] = []
  private(set) var places: [Place] = []

  package init() {}

  /// Forgets all values and keeps the room for the next ones.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  /// Adds a text of at most so many bytes, cut between characters; nil stays NULL.
  package mutating func add(_ position: Int, _ text: String?, bytesMax: Int) {
    guard let text else { return }
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    if bytes.count - start > bytesMax {
      var end = start + bytesMax
      // The first byte that goes must begin a character.
      while end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      bytes.removeSubrange(end...)
    }
    places.append(Place(position: CInt(position), range: start..<bytes.count, isText: true))
  }

  package mutating func add(_ position: Int, blob: some Sequence<UInt8>) {
    add(position) { $0.append(contentsOf: blob) }
  }

  /// Adds the blob that `write` appends.
  package mutating func add(_ position: Int, blob write: (inout [UInt8]) -> Void) {
    let start = bytes.count
    write(&bytes)
    places.append(Place(position: CInt(position), range: start..<bytes.count, isText: false))
  }
}
