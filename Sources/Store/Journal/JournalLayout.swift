/// Where things lie in a ring's file, and how an entry is known to be whole.
///
/// A file is a page of facts, then slots of equal size. Entries follow one another in a slot, each
/// 16 bytes of header and a body, and the last of a slot says which slot goes on. A position counts
/// the bytes from the ring's first slot through all its laps, so that none ever comes twice: the
/// commit word of an entry is made of its position and a secret of the file, and what an earlier
/// lap has left behind is never taken for an entry.
enum JournalLayout {
  /// "ApJrnl" and the version of this layout.
  static let magic: UInt64 = 0x6C6E_724A_7041_0001
  static let factsBytes = 4_096
  static let headerBytes = 16
  /// What a slot's last entry takes: a header and the number of the next slot.
  static let linkBytes = headerBytes + 8
  /// The longest body of an entry.
  static let bodyBytesMax = 32_768
  static let slotBytesMin = 131_072
  static let slotBytesUsual = 1_048_576
  static let slotsMin = 4
  static let slotsMax = 4_096

  /// Slots of a ring.
  struct Geometry: Equatable, Sendable {
    let slotBytes: Int
    let slotCount: Int

    /// The slots for about that many bytes; at least four of the least size.
    init(bytes: Int) {
      let wanted = min(max(bytes, slotBytesMin * slotsMin), 1 << 40)
      let least = max(slotBytesMin, min(slotBytesUsual, wanted / 16))
      let size = max(least, wanted / slotsMax)
      slotBytes = (size + 4_095) / 4_096 * 4_096
      slotCount = max(slotsMin, min(slotsMax, wanted / slotBytes))
    }

    /// A file's own; nil where they cannot be ours.
    init?(slotBytes: UInt64, slotCount: UInt64) {
      guard let size = Int(exactly: slotBytes), let count = Int(exactly: slotCount),
        size >= slotBytesMin, size <= 1 << 40, size.isMultiple(of: 4_096),
        count >= slotsMin, count <= slotsMax
      else { return nil }
      self.slotBytes = size
      self.slotCount = count
    }

    var fileBytes: Int { factsBytes + slotBytes * slotCount }
  }

  /// What an entry is.
  enum Kind: UInt8, Sendable {
    /// A request that was admitted: its receipt so far, with what it is estimated to use.
    case admission = 1
    /// The receipt of an admitted request.
    case end = 2
    /// The receipt of a request that was never admitted.
    case refusal = 3
    /// The receipt of a request that ended differently after all.
    case amendment = 4
    /// The slot ends; the body is the number of the next.
    case link = 5
    /// The receipt of an admitted request, after ids that its answer has handed out or settled.
    case endWithIDs = 6
  }

  /// Bytes of an entry with that body.
  static func entryBytes(body: Int) -> Int { headerBytes + (body + 7) / 8 * 8 }

  /// The word that commits the entry at a position; never 0 in a new file.
  static func commitWord(secret: UInt64, position: Int64) -> UInt64 {
    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    var word = secret ^ UInt64(bitPattern: position) &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return (word ^ (word >> 31)) | 1
  }

  /// A checksum of a body of whole 8-byte words, seeded with its commit word and its second word.
  ///
  /// It finds what a loss of power leaves half written; whoever can write the file can forge it.
  static func checksum(
    _ words: UnsafeRawPointer, bytes: Int, commitWord: UInt64, kindAndLength: UInt32
  ) -> UInt32 {
    var sum = commitWord ^ UInt64(kindAndLength)
    for offset in stride(from: 0, to: bytes, by: 8) {
      sum = (sum ^ words.load(fromByteOffset: offset, as: UInt64.self)) &* 0x9FB2_1C65_1E98_DF25
      sum ^= sum >> 32
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}
