import CProcessor

/// Where in memory something begins that is needed soon: no more than an address to ask for.
///
/// What is known of some hundred keys has been driven out of the caches when the turn of one comes,
/// and to wait for one line of it takes a tenth of a microsecond. What is asked for here comes beside
/// other work. It may have moved away meanwhile: nothing is ever read by way of the address.
package struct ReadAhead: Sendable {
  private static let lineBytes: UInt = 64
  private static let arrayHeaderBytes: UInt = 32

  let address: UInt

  package init(_ object: AnyObject) {
    address = UInt(bitPattern: ObjectIdentifier(object))
  }

  /// An element of an array; the memory of an empty one is nowhere.
  package init<Element>(_ elements: [Element], _ index: Int = 0) {
    let start = unsafe elements.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    address = start &+ UInt(bitPattern: index &* MemoryLayout<Element>.stride)
  }

  /// A whole array, with the count of references and the length before its first element.
  package init<Element>(whole elements: [Element]) {
    address = ReadAhead(elements).address &- Self.arrayHeaderBytes
  }

  /// Asks for so many lines from there on.
  @inline(__always)
  package func ask(lines: UInt = 1) {
    for line in 0..<lines { cprocessor_prefetch(address &+ line &* Self.lineBytes) }
  }
}
