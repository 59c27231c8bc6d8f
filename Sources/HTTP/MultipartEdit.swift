/// Replaces the contents of parts and leaves every other byte of the body alone.
package struct MultipartEdit: Sendable {
  private let delimiter: [UInt8]
  private var replacements: [(content: Range<Int>, value: [UInt8])] = []

  /// An edit of the body that `reader` has read.
  package init(_ reader: MultipartReader) {
    delimiter = [0x2D, 0x2D] + reader.boundary
  }

  package var isEmpty: Bool { replacements.isEmpty }

  /// Gives `part` the content `value`; a second value for the same part takes the place of the first.
  package mutating func replace(
    _ part: MultipartReader.Part, with value: [UInt8]
  ) throws(MultipartError) {
    guard !contains(value, delimiter) else { throw .valueHoldsBoundary }
    replacements.removeAll { $0.content == part.content }
    replacements.append((part.content, value))
  }

  /// The body with all replacements made.
  package func applied(to body: Span<UInt8>) -> [UInt8] {
    let growth = replacements.reduce(0) { $0 + $1.value.count - $1.content.count }
    var out: [UInt8] = []
    out.reserveCapacity(max(0, body.count + growth))
    var copied = 0
    for (content, value) in replacements.sorted(by: {
      $0.content.lowerBound < $1.content.lowerBound
    }
    ) {
      out.append(body.extracting(copied..<content.lowerBound))
      out.append(contentsOf: value)
      copied = content.upperBound
    }
    out.append(body.extracting(copied...))
    return out
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    for start in 0...(bytes.count - part.count) where bytes[start...].starts(with: part) {
      return true
    }
    return false
  }
}
