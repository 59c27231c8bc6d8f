/// What several tasks of one loop share.
///
/// Only a synchronous look: state held across an `await` would lose updates.
///
/// Guard: every access asserts that it runs on the loop's own thread.
package final class LoopBound<Value>: @unchecked Sendable {
  private var value: Value
  private let loop: EventLoop

  package init(_ value: sending Value, on loop: EventLoop) {
    self.value = value
    self.loop = loop
  }

  /// Reads or changes the value; must be called on the loop.
  package func withValue<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(loop.isCurrent, "a LoopBound was touched off its loop")
    return try body(&value)
  }
}
