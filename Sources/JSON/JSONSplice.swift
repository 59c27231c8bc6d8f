/// Edits of a document that leave every other byte alone.
///
/// Edits are collected, then applied in one copy. Ranges and indexes must be of the bytes that the
/// edits are applied to. Of edits that overlap, the one that begins first wins.
package struct JSONSplice: Sendable {
  private struct Edit {
    var range: Range<Int>
    var bytes: [UInt8]
  }

  /// What happens to the members of one object, so that commas come out right in any combination.
  private struct ObjectEdit {
    var index: JSONIndex
    var removed: Set<Int> = []
    var inserted: [[UInt8]] = []
  }

  private var edits: [Edit] = []
  private var objects: [ObjectEdit] = []

  package init() {}

  /// Whether applying would change nothing.
  package var isEmpty: Bool { edits.isEmpty && objects.isEmpty }

  /// Puts other bytes where `range` is.
  package mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
    edits.append(Edit(range: range, bytes: bytes))
  }

  /// Adds a member behind the last one.
  ///
  /// - Parameters:
  ///   - name: Escaped here.
  ///   - value: JSON text, taken as it is.
  ///   - index: The object: the root, or a nested one by its own index.
  package mutating func insertMember(_ name: String, value: [UInt8], into index: JSONIndex) {
    var member: [UInt8] = []
    member.reserveCapacity(name.utf8.count + value.count + 3)
    JSONWriter.append(string: name, to: &member)
    member.append(JSONByte.colon)
    member.append(contentsOf: value)
    objects[place(of: index)].inserted.append(member)
  }

  /// Takes a member out, with the comma that goes with it.
  ///
  /// - Parameters:
  ///   - position: The member's place in `index.members`.
  ///   - index: The object.
  package mutating func removeMember(at position: Int, of index: JSONIndex) {
    precondition(index.members.indices.contains(position), "no member at \(position)")
    objects[place(of: index)].removed.insert(position)
  }

  private mutating func place(of index: JSONIndex) -> Int {
    precondition(index.kind == .object, "members belong to an object")
    if let place = objects.firstIndex(where: { $0.index.value == index.value }) { return place }
    objects.append(ObjectEdit(index: index))
    return objects.count - 1
  }

  /// The document with every edit made.
  package func applied(to bytes: Span<UInt8>) -> [UInt8] {
    var all = edits
    for object in objects { appendEdits(of: object, to: &all) }
    // Stable: insertions at one place keep their order and come before what begins there.
    let order = all.indices.sorted { left, right in
      let (a, b) = (all[left].range, all[right].range)
      if a.lowerBound != b.lowerBound { return a.lowerBound < b.lowerBound }
      if a.isEmpty != b.isEmpty { return a.isEmpty }
      return left < right
    }
    var out: [UInt8] = []
    out.reserveCapacity(all.reduce(bytes.count) { $0 + $1.bytes.count })
    var copied = 0
    for place in order {
      let edit = all[place]
      guard edit.range.lowerBound >= copied else { continue }
      JSONWriter.append(bytes, copied..<edit.range.lowerBound, to: &out)
      out.append(contentsOf: edit.bytes)
      copied = edit.range.upperBound
    }
    JSONWriter.append(bytes, copied..<bytes.count, to: &out)
    return out
  }

  private func appendEdits(of object: ObjectEdit, to all: inout [Edit]) {
    let members = object.index.members
    var lastKept: Int?
    for position in members.indices {
      guard object.removed.contains(position) else {
        lastKept = position
        continue
      }
      let start = members[position].name.lowerBound - 1
      let end = members[position].value.upperBound
      if lastKept != nil {
        // The comma before it goes too.
        all.append(Edit(range: members[position - 1].value.upperBound..<end, bytes: []))
      } else if position + 1 < members.count {
        // Nothing is left before it: the comma behind it goes.
        let next = members[position + 1].name.lowerBound - 1
        all.append(Edit(range: start..<next, bytes: []))
      } else {
        all.append(Edit(range: start..<end, bytes: []))
      }
    }
    guard !object.inserted.isEmpty else { return }
    var text: [UInt8] = []
    for member in object.inserted {
      if lastKept != nil || !text.isEmpty { text.append(JSONByte.comma) }
      text.append(contentsOf: member)
    }
    let place =
      lastKept.map { members[$0].value.upperBound } ?? object.index.value.lowerBound + 1
    all.append(Edit(range: place..<place, bytes: text))
  }
}
