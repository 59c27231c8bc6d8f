// Modules: JSON
#if canImport(JSON)
import JSON
#endif

/// The index and the parser must agree on every input.
@c func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let document = Array(UnsafeBufferPointer(start: start, count: count))
  let span = document.span
  let value: JSONValue
  do {
    value = try JSONValue(parsing: document)
  } catch {
    do {
      _ = try JSONIndex(span)
      preconditionFailure("only the index accepts")
    } catch let other {
      precondition(error == other || other.reason == .tooManyMembers, "two errors")
    }
    return 0
  }
  guard let index = try? JSONIndex(span) else {
    precondition(value.object?.count ?? 0 > 4_096, "only the parser accepts")
    return 0
  }
  precondition(index.kind == value.kind)
  let members = value.object ?? []
  precondition(index.members.count == members.count)

  for (position, member) in index.members.enumerated() {
    precondition(JSONString.text(span, member.name) == members[position].name)
    precondition(index.count(named: members[position].name, in: span) >= 1)
    let nested = try? JSONIndex(span, range: member.value)
    precondition(nested?.kind == member.kind && nested?.value == member.value)
    precondition((try? JSONIndex.elements(span, range: member.value)) != nil)
  }
  return 0
}
