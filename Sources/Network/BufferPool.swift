/// Room for reading that the buffers of one loop use in turn.
///
/// Most connections wait and hold nothing; those that read take room of one size and give it back
/// soon. From the allocator, pieces of that size cost a request more than parsing its head.
/// Belongs to one loop.
package final class BufferPool {
  /// The size of a piece: what a read of a head or of a stream has room for.
  static let pieceBytes = 4_096
  /// A quarter of a megabyte: what a busy turn of the loop holds at a time.
  private static let piecesMax = 64

  private var pieces: [[UInt8]] = []

  package init() {}

  var pieceCount: Int { pieces.count }

  /// A piece whose bytes hold nothing of meaning.
  func take() -> [UInt8] {
    pieces.popLast()
      ?? [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { $1 = Self.pieceBytes }
  }

  /// Takes storage back that nobody reads any more; of another size, it is freed.
  func give(_ piece: consuming [UInt8]) {
    guard piece.count == Self.pieceBytes, pieces.count < Self.piecesMax else { return }
    pieces.append(piece)
  }
}
