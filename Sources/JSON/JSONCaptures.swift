/// What an extractor has found so far, path by path.
struct JSONCaptures {
  /// What is known of one path; small, so that it can be put back when a repeated name makes what
  /// was found under its first appearance void.
  struct Tally {
    var matches = 0
    /// How many captured values stand.
    var values = 0
    /// How many captured bytes belong to them.
    var bytes = 0
    /// The sum of lengths or sizes.
    var total = 0
    var kind: JSONKind?
    var isOverflowed = false
  }

  /// A value whose bytes or size are wanted and that has not ended.
  private struct Active {
    let path: Int
    /// How many containers are open around it.
    let depth: Int
    let isSize: Bool
    /// Where the part that was not taken yet begins in the current chunk.
    var start: Int
    var isDropped = false
  }

  private struct Store {
    var bytes: [UInt8] = []
    /// Where each value ends in `bytes`.
    var ends: [Int] = []
  }

  private let paths: JSONPaths
  private let bytesMax: Int
  private var tallies: [Tally]
  private var stores: [Store]
  /// The tallies as they were when a named node was entered first, by place in `paths.subtree`.
  private var marks: [Tally]
  /// Whether a named node was already seen in the object that is open, by node.
  private var seen: [Bool]

  /// The outermost first.
  private var actives: [Active] = []
  /// The depth of the innermost active value; -1 if there is none.
  private var activeDepth = -1

  init(_ paths: JSONPaths, bytesMax: Int) {
    self.paths = paths
    self.bytesMax = bytesMax
    tallies = Array(repeating: Tally(), count: paths.count)
    stores = Array(repeating: Store(), count: paths.count)
    marks = Array(repeating: Tally(), count: paths.subtree.count)
    seen = Array(repeating: false, count: paths.nodes.count)
  }

  mutating func reset() {
    if !actives.isEmpty { actives.removeAll(keepingCapacity: true) }
    activeDepth = -1
    for path in tallies.indices where tallies[path].matches > 0 {
      tallies[path] = Tally()
      stores[path].bytes.removeAll(keepingCapacity: true)
      stores[path].ends.removeAll(keepingCapacity: true)
    }
  }

  // MARK: Names

  /// An object that `node` stands for begins: none of its names has been seen.
  @inline(__always)
  mutating func enterObject(_ node: Int) {
    for edge in paths.nodes[node].edges { seen[paths.edges[edge].node] = false }
  }

  /// A wanted name was read; if it is repeated, what its first value gave is forgotten.
  mutating func enterMember(_ node: Int) {
    let isRepeated = seen[node]
    seen[node] = true
    for place in paths.nodes[node].reach {
      let path = paths.subtree[place]
      if isRepeated { putBack(path, marks[place]) } else { marks[place] = tallies[path] }
    }
  }

  private mutating func putBack(_ path: Int, _ mark: Tally) {
    guard tallies[path].matches != mark.matches else { return }
    tallies[path] = mark
    if paths.paths[path].mode == .last {
      // The value before was already given up for the one that is void now.
      tallies[path].values = 0
      tallies[path].bytes = 0
    }
    // Void bytes must go, void ends are overwritten by count.
    stores[path].bytes.removeLast(max(0, stores[path].bytes.count - tallies[path].bytes))
    stores[path].ends.removeLast(max(0, stores[path].ends.count - tallies[path].values))
  }

  // MARK: Values

  mutating func match(_ path: Int, _ kind: JSONKind) {
    tallies[path].matches &+= 1
    tallies[path].kind = kind
    guard paths.paths[path].mode == .last else { return }
    tallies[path].values = 0
    tallies[path].bytes = 0
    tallies[path].isOverflowed = false
    stores[path].bytes.removeAll(keepingCapacity: true)
    stores[path].ends.removeAll(keepingCapacity: true)
  }

  mutating func add(_ amount: Int, to path: Int) {
    tallies[path].total &+= amount
  }

  /// The bytes or the size of a value are wanted from `index` of the chunk on.
  mutating func begin(_ path: Int, depth: Int, at index: Int) {
    let isSize = paths.paths[path].mode == .size
    actives.append(Active(path: path, depth: depth, isSize: isSize, start: index))
    activeDepth = depth
  }

  /// The value that `depth` containers are around has ended just before `index`.
  @inline(__always)
  mutating func endValues(depth: Int, at index: Int, _ chunk: Span<UInt8>) {
    if activeDepth == depth { endActives(at: index, chunk) }
  }

  private mutating func endActives(at index: Int, _ chunk: Span<UInt8>) {
    while let active = actives.last, active.depth == activeDepth {
      let isWhole = take(active, upTo: index, chunk)
      if isWhole, !active.isSize { commit(active.path) }
      actives.removeLast()
    }
    activeDepth = actives.last?.depth ?? -1
  }

  /// Takes what has come of the values that go on in the next chunk.
  @inline(__always)
  mutating func takeRest(of chunk: Span<UInt8>, upTo end: Int) {
    if activeDepth >= 0 { takeParts(of: chunk, upTo: end) }
  }

  private mutating func takeParts(of chunk: Span<UInt8>, upTo end: Int) {
    for place in actives.indices {
      let isWhole = take(actives[place], upTo: end, chunk)
      if !isWhole { actives[place].isDropped = true }
      actives[place].start = 0
    }
  }

  /// Takes a part of a value; false if the value does not fit or did not already.
  private mutating func take(
    _ active: Active, upTo end: Int, _ chunk: Span<UInt8>
  ) -> Bool {
    let path = active.path
    if active.isSize {
      add(end - active.start, to: path)
      return true
    }
    guard !active.isDropped else { return false }
    guard end - active.start <= bytesMax - stores[path].bytes.count else {
      stores[path].bytes.removeLast(stores[path].bytes.count - tallies[path].bytes)
      tallies[path].isOverflowed = true
      return false
    }
    JSONWriter.append(chunk, active.start..<end, to: &stores[path].bytes)
    return true
  }

  private mutating func commit(_ path: Int) {
    stores[path].ends.append(stores[path].bytes.count)
    tallies[path].values &+= 1
    tallies[path].bytes = stores[path].bytes.count
  }

  // MARK: Answers

  func tally(_ path: Int) -> Tally {
    precondition(tallies.indices.contains(path), "there is no path \(path)")
    return tallies[path]
  }

  /// Where a captured value stands in `bytes(of:)`.
  func range(_ path: Int, at position: Int) -> Range<Int>? {
    guard position >= 0, position < tally(path).values else { return nil }
    let ends = stores[path].ends
    return (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  func bytes(of path: Int) -> [UInt8] { stores[path].bytes }
}
