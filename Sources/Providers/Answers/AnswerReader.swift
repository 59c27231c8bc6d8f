/// Reads a provider's answer once, for the relay and for the meter.
///
/// Fed with the body of an answer of status 200, transfer coding removed, in any split. Says
/// which bytes may go to the client now, what the answer used, whether it came to its end, and
/// whether the provider broke off with an error. Every byte goes to the client as it came, save
/// for the usage that only we asked for; of a stream, event by event. Bounded memory whatever comes:
/// 64 KiB for an event, and what is held back before content, which the caller bounds by `release`.
///
/// One task owns a reader: it cannot be copied.
package struct AnswerReader: ~Copyable {
  package enum Phase: Sendable {
    /// Nothing has gone to the client: another provider may still answer.
    case holding
    case flowing
    /// The answer's own end has come.
    case ended
  }

  /// Why the answer cannot be relayed on; what was let go before stands.
  package enum Failure: Error, Equatable, Sendable {
    /// A line of the stream passed 32 MiB.
    case endlessLine
  }

  /// The state stays in one place on the heap: it is some kilobytes, too large to be moved about
  /// with an `async` frame. (As a noncopyable value itself it was released wrongly by Swift 6.3.1
  /// when optimized; as a copyable one in a class it is not.)
  private final class Place {
    var body: AnswerBody

    init(kind: Kind, contentType: [UInt8], isCoded: Bool, hidesUsage: Bool) {
      body = AnswerBody(
        kind: kind, contentType: contentType, isCoded: isCoded, hidesUsage: hidesUsage)
    }
  }

  private let place: Place

  /// Reads an answer of a known kind.
  ///
  /// - Parameters:
  ///   - kind: What is expected; the content has the last word.
  ///   - contentType: The value of the answer's `content-type`; empty if there is none.
  ///   - isCoded: It has a `content-encoding` other than `identity`: relayed, not read.
  ///   - hidesUsage: We added `stream_options.include_usage` and the client had not.
  package init(kind: Kind, contentType: [UInt8], isCoded: Bool = false, hidesUsage: Bool = false) {
    place = Place(
      kind: kind, contentType: contentType, isCoded: isCoded, hidesUsage: hidesUsage)
  }

  /// Reads the answer of a route; for `Endpoint.passthrough` the provider's path tells its kind.
  package init(
    dialect: Dialect, endpoint: Endpoint, contentType: [UInt8], isCoded: Bool = false,
    hidesUsage: Bool = false, passthroughPath: String? = nil
  ) {
    let kind: Kind =
      if endpoint == .passthrough, let passthroughPath {
        .forPath(dialect: dialect, path: passthroughPath)
      } else {
        .forEndpoint(endpoint)
      }
    self.init(kind: kind, contentType: contentType, isCoded: isCoded, hidesUsage: hidesUsage)
  }

  // MARK: What the caller asks

  /// Where the relay stands; `.holding` as long as another provider may still answer.
  package var phase: Phase { place.body.phase }

  /// Bytes that have come and not gone to the client.
  package var heldBytes: Int { place.body.heldBytes }

  /// The provider reported a failure inside its answer; before content another may answer.
  ///
  /// Once `finish` has given the facts away, they alone say so.
  package var errorEvent: ErrorEventFacts? { place.body.errorEvent }

  /// Why nothing more is relayed; feeding on does nothing.
  package var failure: Failure? { place.body.failure }

  /// Where a cut would stand, for the error event that tells the client of it.
  ///
  /// To be asked after `finish` and `dropUnfinishedEvent`: then all that remains has gone out.
  package var errorEventFraming: ErrorEvent.Framing { place.body.errorEventFraming }

  /// Whether the body came to the end that its form announces; false: it was cut.
  ///
  /// To be asked after `finish`. A body that announces no end is taken to be whole: then only the
  /// framing of HTTP can tell.
  package var isComplete: Bool { place.body.isComplete }

  /// Whether the body lacks an end that nobody leaves out, though HTTP may call it whole.
  ///
  /// To be asked after `finish`. Narrower than not `isComplete`, since some who speak like OpenAI or
  /// Gemini just stop: of their events it is true only where nothing has come that a client could
  /// use.
  package var lacksItsEnd: Bool { place.body.lacksItsEnd }

  /// Whether the event or flag by which the answer itself says that it is over has come.
  package var hasEnded: Bool { place.body.hasEnded }

  // MARK: Feeding

  /// Takes the next bytes of the body; appends to `out` what may go to the client now.
  package mutating func feed(_ chunk: Span<UInt8>, into out: inout [UInt8]) {
    place.body.feed(chunk, into: &out)
  }

  /// Lets go what is held back: its time or room is used up.
  ///
  /// From here on nothing can fail over. The current event of a stream stays until it is whole.
  package mutating func release(into out: inout [UInt8]) {
    place.body.release(into: &out)
  }

  /// The body has ended; appends what is still held and gives away everything that was read.
  package mutating func finish(into out: inout [UInt8]) -> AnswerFacts {
    place.body.finish(into: &out)
  }

  /// Takes back from the end of `out` what came of an event that was cut, if all of it is there.
  ///
  /// To be called after `finish`, where the answer is known to be cut.
  package mutating func dropUnfinishedEvent(from out: inout [UInt8]) {
    place.body.dropUnfinishedEvent(from: &out)
  }
}
