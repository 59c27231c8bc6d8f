// Modules: Providers/Dialect.swift Providers/Endpoint.swift Providers/Usage.swift
// Modules: Providers/Refusal.swift
// Modules: Gateway/Receipt/ByteOutput.swift Gateway/Receipt/ReceiptRow.swift
// Modules: Gateway/Receipt/Charge.swift Gateway/Receipt/Decisions.swift
// Modules: Gateway/Receipt/Receipt.swift Gateway/Receipt/ReceiptAttempt.swift
// Modules: Gateway/Receipt/ReceiptBill.swift Gateway/Receipt/ReceiptCoding.swift
// Modules: Gateway/Receipt/ReceiptDetail.swift Gateway/Prices/ExactDecimal.swift
// Modules: Gateway/Prices/Money.swift Gateway/Prices/PriceField.swift
// Modules: Gateway/Prices/PriceEntry.swift Gateway/Prices/PricingCost.swift
// Modules: Gateway/Records/StableHash.swift Gateway/Receipt/AccountReadings.swift
// Modules: Gateway/Receipt/ReceiptDetailReadings.swift Gateway/Receipt/ReceiptDetailGrants.swift
// Modules: Gateway/Limits/LimitKind.swift
// Modules: Gateway/Budgets/BudgetPeriod.swift Gateway/Receipt/JournalCodes.swift
import Gateway
import Providers

/// The bytes of a receipt in the journal, as a damaged file could hold them.
///
/// Holds: nothing traps; and what was read comes back the same when it is written and read again.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let receipt = ReceiptCoding.decode(bytes) else { return 0 }
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
  return ReceiptCoding.decode(bytes)
}
