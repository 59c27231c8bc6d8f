/// The process at the other end of a Unix socket when it connected, as the kernel knows it
/// (`SO_PEERCRED`, unix(7)).
package struct PeerCredentials: Equatable, Sendable {
  package let userID: UInt32
  package let processID: Int32
}
