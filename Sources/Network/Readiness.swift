import CLinux

/// What the kernel says of one descriptor, and who wants to know.
///
/// Edge-triggered: a flag stays up until a call has found the socket drained, so that an edge that
/// comes while nobody waits is not lost. Belongs to one loop.
final class Readiness {
  enum Interest { case readable, writable }

  private(set) var isReadable = true
  private(set) var isWritable: Bool
  /// The peer has sent its FIN, or the connection is broken.
  private(set) var isPeerGone = false

  /// Nobody waits for this peer any more; what can be written at once still is.
  private var isCut = false

  /// Has bytes that the kernel had no room for; they go out when it has.
  var stuck: Sender?

  private var reader: Wait?
  private var writer: Wait?
  /// A wait on another descriptor that ends when this peer goes.
  private var companion: Wait?
  private let own = Wait()

  /// - Parameter isConnecting: The first writable edge is still to come.
  init(isConnecting: Bool = false) { isWritable = !isConnecting }

  func fire(_ events: UInt32) {
    if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
      isPeerGone = true
      companion?.resume(.peerGone)
    }
    if events & ~EPOLLOUT.rawValue != 0 {
      isReadable = true
      reader?.resume(.ready)
    }
    if events & ~(EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 {
      isWritable = true
      stuck?.push()
      writer?.resume(.ready)
    }
  }

  /// Ends every wait that concerns this descriptor, as if its peer had left.
  func cut() {
    isCut = true
    fire(EPOLLRDHUP.rawValue)
    writer?.resume(.peerGone)
  }

  /// A read took less than it had room for; after a FIN there is still the end to be read.
  func noteDrained() { isReadable = isPeerGone }
  /// A write would block.
  func noteFull() { isWritable = false }

  /// The one wait primitive: until this descriptor is ready, or `peer` leaves, or the deadline passes.
  func wait(
    for interest: Interest, or peer: Readiness?, until deadline: MonotonicTime, on loop: EventLoop
  ) async -> Wake {
    if let peer, peer.isPeerGone { return .peerGone }
    switch interest {
    case .readable where isReadable: return .ready
    case .writable where isWritable: return .ready
    case .writable where isCut: return .peerGone
    case .readable: reader = own
    case .writable: writer = own
    }
    loop.watch(own, until: deadline)
    peer?.companion = own
    let wake = await own.suspend()
    peer?.companion = nil
    reader = nil
    writer = nil
    return wake
  }

  /// Lends this descriptor to a wait that watches several (connecting to many addresses).
  func lendWriter(to wait: Wait?) { writer = wait }
  func lendCompanion(to wait: Wait?) { companion = wait }
}
