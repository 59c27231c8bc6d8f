import CLinux
import Glibc

/// The writing side of one stream: how bytes are given to the kernel, and those it has not taken.
///
/// Belongs to one loop.
final class Sender {
  private var descriptor: Int32
  private let readiness: Readiness
  var tls: TLSSession?
  /// What went out at the end of a turn and found the kernel full.
  private var unsent = ByteBuffer()
  /// Why nothing more can be written.
  private(set) var failure: StreamError?
  /// How many bytes of this stream lie in the loop's outbox.
  private(set) var queuedBytes = 0

  /// Together with what lies in the outbox, the most that one stream leaves for the end of a turn:
  /// beyond it, waiting for the kernel is the better answer.
  private static let queuedBytesMax = 65_536

  init(_ descriptor: Int32, _ readiness: Readiness) {
    self.descriptor = descriptor
    self.readiness = readiness
  }

  /// Whether bytes lie in the outbox, or here.
  var isBusy: Bool { queuedBytes > 0 || !unsent.isEmpty }
  /// Whether the kernel was full.
  var isStuck: Bool { !unsent.isEmpty }
  /// Whether more may go to the outbox.
  var canQueue: Bool { unsent.isEmpty && queuedBytes < Self.queuedBytesMax }

  /// Takes note of bytes that were added to the outbox.
  func noteQueued(_ count: Int) { queuedBytes += count }

  /// Nothing goes out any more.
  func close() {
    descriptor = -1
    tls = nil
    unsent = ByteBuffer()
    readiness.stuck = nil
  }

  /// Writes what lay in the outbox for this stream, and keeps what the kernel does not take.
  func send(_ bytes: [UInt8], _ range: Range<Int>) {
    queuedBytes = 0
    guard failure == nil, descriptor >= 0 else { return }
    var rest = range
    if unsent.isEmpty {
      do throws(StreamError) {
        while !rest.isEmpty {
          let count = try tryWrite(bytes, rest)
          guard count > 0 else { break }
          rest = (rest.lowerBound + count)..<rest.upperBound
        }
      } catch { return fail(error) }
    }
    guard !rest.isEmpty else { return }
    unsent.append(bytes.span.extracting(rest))
    readiness.stuck = self
  }

  /// Writes what the kernel had no room for; it may have some now.
  func push() {
    do throws(StreamError) {
      while !unsent.isEmpty {
        let count = try tryWrite(unsent.storage, unsent.readable)
        guard count > 0 else { return }
        unsent.consume(count)
      }
      unsent.releaseIfEmpty()
      readiness.stuck = nil
    } catch { fail(error) }
  }

  /// Who waits for this stream learns that it broke as if its peer had left.
  private func fail(_ error: StreamError) {
    failure = error
    unsent = ByteBuffer()
    readiness.stuck = nil
    readiness.fire(EPOLLRDHUP.rawValue)
  }

  /// Writes what the kernel takes without waiting; 0 when it takes nothing now.
  func tryWrite(_ bytes: [UInt8], _ range: Range<Int>) throws(StreamError) -> Int {
    guard descriptor >= 0 else { throw .closed }
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    if let tls { return try tls.write(bytes, range, readiness) }
    guard readiness.isWritable else { return 0 }
    while true {
      let count = bytes.withUnsafeBytes {
        let slice = UnsafeRawBufferPointer(rebasing: $0[range])
        return Glibc.send(descriptor, slice.baseAddress, slice.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        if count < range.count { readiness.noteFull() }
        return count
      }
      switch errno {
      case EAGAIN:
        readiness.noteFull()
        return 0
      case EINTR: continue
      default: throw .failed(SystemError("write").message)
      }
    }
  }

  /// Writes two runs of bytes as one, where that can be.
  func tryWriteBoth(_ first: [UInt8], _ second: [UInt8]) throws(StreamError) -> Int {
    guard descriptor >= 0 else { throw .closed }
    guard tls == nil, readiness.isWritable, !second.isEmpty else { return 0 }
    let count = first.withUnsafeBytes { first in
      second.withUnsafeBytes { second in
        var parts = [
          iovec(
            iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count),
          iovec(
            iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count),
        ]
        return writev(descriptor, &parts, 2)
      }
    }
    if count >= 0 {
      if count < first.count + second.count { readiness.noteFull() }
      return count
    }
    guard errno == EAGAIN || errno == EINTR else { throw .failed(SystemError("write").message) }
    if errno == EAGAIN { readiness.noteFull() }
    return 0
  }
}
