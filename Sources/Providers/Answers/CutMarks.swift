/// Where the members of a top-level object stand, to cut one out together with its comma.
///
/// All places are offsets in the body.
struct CutMarks {
  /// The comma before the current member.
  var comma = 0
  /// The opening quote of the current member's name.
  var name = 0
  /// A member before the current one stays.
  var hasKept = false
  /// A first member that goes: it takes the comma after it along.
  private var first: Range<Int>?

  /// What to cut for the current member, whose value ends at `end`; nil if that is only known when
  /// the next member begins.
  mutating func cutMember(endingAt end: Int) -> Range<Int>? {
    guard !hasKept else { return comma..<end }
    first = name..<end
    return nil
  }

  /// What to cut of a first member, now that the next one's name begins at `next`.
  mutating func cutBefore(name next: Int) -> Range<Int>? {
    guard let cut = first else { return nil }
    first = nil
    return cut.lowerBound..<next
  }

  /// What to cut of a first member that is the last as well.
  mutating func cutAtEnd() -> Range<Int>? {
    defer { first = nil }
    return first
  }
}
