/// Keeps back what may not go to the client yet, and cuts out what it is not to see.
///
/// Closed until the first content, so that a failure before it can fail over. From then on the
/// current event is kept until it is whole: a client can do nothing with a part of one, and takes it
/// for an answer that is broken if the rest never comes. Where usage is hidden, only then is it known
/// whether the event goes.
struct StreamGate {
  /// An event larger than this is no usage event: it is let go uncut, and as it comes.
  static let eventBytesMax = 65_536

  private(set) var hidesEvents: Bool
  private(set) var isOpen = false
  private var hasEvents = false
  private var held: [UInt8] = []
  /// Offset in the body of `held[0]`, had nothing been cut: index = offset − shift.
  private var shift = 0
  /// Offset of the current event's first byte.
  private(set) var eventStart = 0
  /// Bytes of the current event were let go already.
  private var isEventTooLarge = false
  private var wasLastDropped = false

  init(hidesEvents: Bool) {
    self.hidesEvents = hidesEvents
  }

  var heldBytes: Int { held.count }

  mutating func open() { isOpen = true }

  /// The first event begins at `offset`; what came before it is no part of one.
  mutating func beginEvents(at offset: Int) {
    eventStart = offset
    hasEvents = true
  }

  /// The body is no stream of events.
  mutating func stopHiding() { hidesEvents = false }

  /// Keeps a chunk that begins at `offset` in the body.
  mutating func keep(_ chunk: Span<UInt8>, at offset: Int) {
    if held.isEmpty { shift = offset }
    append(chunk, 0..<chunk.count, to: &held)
  }

  /// The current event ends before `offset`; it goes if `isDropped`, else `cuts` are taken out.
  mutating func endEvent(at offset: Int, isDropped: Bool, cuts: [Range<Int>]) {
    defer {
      eventStart = offset
      isEventTooLarge = false
    }
    wasLastDropped = false
    guard hidesEvents, !isEventTooLarge, offset - eventStart <= Self.eventBytesMax else { return }
    if isDropped {
      wasLastDropped = true
      remove([eventStart..<offset])
    } else {
      remove(cuts)
    }
  }

  /// One more byte of the last event's end: it shares that event's fate.
  mutating func extendLastEvent(to offset: Int) {
    if wasLastDropped { remove([eventStart..<offset]) }
    eventStart = offset
  }

  /// Takes ranges of offsets, in order, out of what is held; what follows keeps its offsets.
  private mutating func remove(_ ranges: [Range<Int>]) {
    guard let first = ranges.first else { return }
    // One pass: what stays moves down over what goes.
    var end = min(max(first.lowerBound - shift, 0), held.count)
    for (place, range) in ranges.enumerated() {
      var index = max(range.upperBound - shift, end)
      let isLast = place + 1 == ranges.count
      let next = isLast ? held.count : min(ranges[place + 1].lowerBound - shift, held.count)
      while index < next {
        held[end] = held[index]
        end += 1
        index += 1
      }
    }
    shift += held.count - end
    held.removeSubrange(end...)
  }

  /// Lets go what there is of whole events in a chunk that begins at `offset`, and keeps the rest.
  ///
  /// Only where nothing is hidden and the gate is open; all that ends with the chunk, as most do,
  /// goes out as it came.
  mutating func pass(_ chunk: Span<UInt8>, at offset: Int, into out: inout [UInt8]) {
    let end = offset + chunk.count
    if hasEvents, end - eventStart > Self.eventBytesMax { isEventTooLarge = true }
    let isWhole = !hasEvents || isEventTooLarge
    let ready = isWhole ? chunk.count : min(max(eventStart - offset, 0), chunk.count)
    guard ready > 0 else { return keep(chunk, at: offset) }
    if !held.isEmpty { flushAll(into: &out) }
    append(chunk, 0..<ready, to: &out)
    if ready < chunk.count { keep(chunk.extracting(ready..<chunk.count), at: offset + ready) }
  }

  /// Lets go what may go; the current event stays.
  ///
  /// `end` is the offset after the last byte that was kept.
  mutating func flush(into out: inout [UInt8], end: Int) {
    guard isOpen, !held.isEmpty else { return }
    if hidesEvents || hasEvents, !isEventTooLarge {
      if end - eventStart > Self.eventBytesMax {
        isEventTooLarge = true
      } else {
        let ready = min(max(eventStart - shift, 0), held.count)
        guard ready > 0 else { return }
        if ready < held.count {
          out.append(contentsOf: held[0..<ready])
          held.removeFirst(ready)
          shift += ready
          return
        }
      }
    }
    flushAll(into: &out)
  }

  mutating func flushAll(into out: inout [UInt8]) {
    out.append(contentsOf: held)
    shift += held.count
    held.removeAll(keepingCapacity: held.capacity <= Self.eventBytesMax)
  }
}

/// Appends a range of a span in bulk.
func append(_ bytes: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
  let part = bytes.extracting(range)
  unsafe part.withUnsafeBufferPointer { buffer in
    unsafe out.append(contentsOf: buffer)
  }
}
