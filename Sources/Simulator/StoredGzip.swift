/// A gzip file (RFC 1952) whose content is stored and not compressed.
///
/// For answers that come coded although nobody asked for it.
enum StoredGzip {
  static func encoded(_ content: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = content[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(block.count)
      out.append(rest.isEmpty ? 1 : 0)
      append(UInt32(block.count) | ~UInt32(block.count) << 16, to: &out)
      out += block
    } while !rest.isEmpty
    append(crc32(content), to: &out)
    append(UInt32(truncatingIfNeeded: content.count), to: &out)
    return out
  }

  private static func append(_ value: UInt32, to out: inout [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      out.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
