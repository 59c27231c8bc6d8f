// Modules: JSON HTTP Providers Cluster Locks Gateway
import Gateway
import Providers

/// The bytes of a receipt in the journal, as a damaged file could hold them.
///
/// Holds: nothing traps; and what was read comes back the same when it is written and read again.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let receipt = ReceiptCoding.decode(bytes[...]) else { return 0 }
  // What is longer than it could have been written is cut the first time.
  guard let once = written(receipt, .full), let twice = written(once, .full) else {
    preconditionFailure("a receipt that was written cannot be read")
  }
  precondition(once == twice, "a receipt changes by being written")
  precondition(once.usage == receipt.usage && once.costNanoUSD == receipt.costNanoUSD)
  precondition(written(receipt, .brief)?.usage == receipt.usage)
  return 0
}

private func written(_ receipt: Receipt, _ extent: ReceiptCoding.Extent) -> Receipt? {
  var bytes: [UInt8] = []
  ReceiptCoding.append(receipt, extent, to: &bytes)
  if extent == .brief { precondition(bytes.count <= ReceiptCoding.briefBytesMax) }
  return ReceiptCoding.decode(bytes[...])
}
