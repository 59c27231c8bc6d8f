import HTTP
import Network
import Providers

/// Reads one request's body into memory, where it is kept until failover is over.
///
/// Bounded three ways: by the declared or counted size, by the node-wide budget, and by a minimum
/// rate. The budget is given back by `release`.
struct RequestBody: ~Copyable {
  private(set) var bytes: [UInt8] = []
  private var reserved = 0
  private let budget: BodyBudget

  private static let stepBytes = 65_536

  init(budget: BodyBudget) { self.budget = budget }

  deinit { budget.give(reserved) }

  /// Frees the bytes: nothing will be sent again.
  mutating func release() {
    bytes = []
    budget.give(reserved)
    reserved = 0
  }

  /// Reads to the end of the body.
  ///
  /// - Throws: `.bodyTooLarge` before a byte is read if the length is declared.
  mutating func read(
    _ decoder: inout BodyDecoder, framing: BodyFraming, expectsContinue: Bool,
    from connection: ClientConnection
  ) async throws(Interruption) {
    let node = connection.worker.node
    if case .length(let declared) = framing {
      guard declared <= node.configuration.requestBytesMax else {
        throw .refused(.bodyTooLarge(limitBytes: node.configuration.requestBytesMax))
      }
      try reserve(declared)
      bytes.reserveCapacity(min(declared, Self.stepBytes))
    }
    if expectsContinue, !connection.hasBufferedBytes {
      do throws(StreamError) {
        try await connection.writer.sendRaw(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      } catch { throw .clientLeft }
    }
    let start = connection.loop.now
    while true {
      try decode(&decoder, from: connection)
      guard bytes.count <= node.configuration.requestBytesMax else {
        throw .refused(.bodyTooLarge(limitBytes: node.configuration.requestBytesMax))
      }
      try reserve(bytes.count)
      if decoder.isFinished { return }
      let allowance = Duration.milliseconds(
        bytes.count * 1_000 / max(1, node.configuration.bodyBytesPerSecondMin))
      do throws(StreamError) {
        try await connection.readMore(
          until: start + node.configuration.headerTimeout + allowance, room: Self.stepBytes)
      } catch {
        switch error {
        case .timedOut: throw .refused(.requestTimeout)
        case .closed, .peerGone, .failed: throw .clientLeft
        }
      }
    }
  }

  private mutating func decode(
    _ decoder: inout BodyDecoder, from connection: ClientConnection
  ) throws(Interruption) {
    var read: [UInt8] = []
    swap(&read, &bytes)
    defer { swap(&read, &bytes) }
    do throws(BodyError) {
      try connection.decode(&decoder) { content in
        content.withUnsafeBufferPointer { read.append(contentsOf: $0) }
      }
    } catch {
      throw .malformedFraming(error.message)
    }
  }

  private mutating func reserve(_ count: Int) throws(Interruption) {
    guard count > reserved else { return }
    guard budget.take(count - reserved) else {
      throw .refused(.overloaded("The appliance holds too many request bodies at the moment."))
    }
    reserved = count
  }
}

/// Why an exchange ended before its answer.
enum Interruption: Error {
  case refused(Refusal)
  /// The body's framing is broken: answered with 400, and the connection ends.
  case malformedFraming(String)
  case clientLeft
}
