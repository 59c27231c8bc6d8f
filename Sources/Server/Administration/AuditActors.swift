import Glibc
import Network
package import Store

extension AuditActor {
  /// This process itself: a command that works alone.
  package static var ownProcess: AuditActor {
    AuditActor(
      origin: .command, userID: getuid(), processID: getpid(), name: userName(of: getuid()))
  }

  /// The process at the other end of the administration's socket.
  init(_ peer: PeerCredentials?) {
    self.init(
      origin: .socket, userID: peer?.userID, processID: peer?.processID,
      name: peer.flatMap { Self.userName(of: $0.userID) })
  }

  /// What the system calls a user; nil for one that it does not know.
  static func userName(of userID: UInt32) -> String? {
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(userID, &record, &text, text.count, &found) == 0, found != nil,
      let name = record.pw_name
    else { return nil }
    return String(cString: name)
  }
}
