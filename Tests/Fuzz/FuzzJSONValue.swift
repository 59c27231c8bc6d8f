// Modules: JSON
#if canImport(JSON)
import JSON
#endif

/// What is written is read back as the same value; integers are read without a trap.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let document = Array(UnsafeBufferPointer(start: start, count: count))
  _ = JSONInteger(parsing: document.span)
  _ = jsonString(document.span, 0..<count)
  guard let value = try? JSONValue(parsing: document) else { return 0 }
  let compact = value.serialized()
  let again = try? JSONValue(parsing: compact)
  precondition(again == value && again?.serialized() == compact, "compact text")
  precondition((try? JSONValue(parsing: value.serialized(pretty: true))) == value, "pretty text")
  if let exact = value.int {
    let integer = JSONInteger(parsing: String(exact))
    precondition(integer == .exact(exact), "an integer differs from its own text")
  }
  var edited = value
  edited["a"] = 1
  if case .object = edited { precondition(edited["a"] == 1) }
  return 0
}
