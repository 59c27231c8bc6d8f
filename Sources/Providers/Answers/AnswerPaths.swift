/// What the meter does with a value; `AnswerPaths` says which value has which.
enum AnswerSlot: UInt8, Sendable {
  case none
  /// A top-level object: the body, or one event of a stream.
  case event
  // Identity.
  case id, model, type, status, background, handle, resourceName
  // Usage.
  case usage, usageOfEvent, usageAtStart, figure, sum, counted
  case tier, usageTier, geminiTier, trafficType, geo, speed
  case cost, costTicks, seconds, duration
  case iteration, iterationType, iterationModel
  case modality, modalityName, modalityCount
  case serverTool, outputItems, outputType, webQuery
  case imageEntry, image
  // Content.
  case text, textOfEvent, deltaOfEvent, content
  // The shape of a stream.
  case choices, choice, choiceMessage, finish, finished, eventNumber
  // An error inside a 200.
  case error, errorType, errorCode, errorMessage, errorStatus
  case eventCode, eventMessage
}

/// Every place in an answer that is read, of every dialect and vendor, as one graph.
///
/// A node is a place; its edges are the member names below it, kept as hashes in a small open
/// table so that a member costs one or two probes however many are known. Shapes that stand at
/// several places (a usage object, a message, an error) are one node with several edges to it. A new
/// vendor is a row in `AnswerPaths.read`.
struct AnswerPaths: Sendable {
  typealias NodeID = UInt16

  /// How a string or number at a node is taken.
  enum Take: UInt8, Sendable {
    /// Passed over.
    case skip
    /// Kept, up to a bound, and handed over whole.
    case token
    /// Counted as output text, and kept nowhere.
    case text
    /// Only whether it is empty matters.
    case presence
  }

  struct Node: Sendable {
    var slot = AnswerSlot.none
    /// `UsageFigure` of a figure, or of what a modality list adds up to.
    var figure: UInt8 = 0
    var take = Take.skip
    /// An object or array here is output text in its raw form (tool arguments).
    var takesRaw = false
    /// The node of every element, if the value is an array; 0: none.
    var element: NodeID = 0
    /// The node of every member that has no edge of its own, its name kept; 0: none.
    var wildcard: NodeID = 0
    var hasEdges = false
  }

  /// Where a node's edges begin, and how many places they have less one; without edges it is the
  /// empty one at 0.
  struct Table: Sendable {
    var first: UInt32 = 0
    var mask: UInt32 = 0
  }

  struct Edge: Sendable {
    var hash: UInt64 = 0
    var node: NodeID = 0
  }

  static let root: NodeID = 1

  let nodes: [Node]
  private let tables: [Table]
  private let edges: [Edge]

  /// The places of all dialects.
  static let all = AnswerPaths()

  private init() {
    var builder = AnswerPathsBuilder()
    AnswerPaths.read(into: &builder)
    (nodes, tables, edges) = builder.finished()
  }

  /// The node of the member with this name hash, 0 if it is not read.
  func child(of node: NodeID, _ hash: UInt64) -> NodeID {
    let table = tables[Int(node)]
    var place = UInt32(truncatingIfNeeded: hash) & table.mask
    while true {
      let edge = edges[Int(table.first &+ place)]
      if edge.node == 0 { return nodes[Int(node)].wildcard }
      if edge.hash == hash { return edge.node }
      place = (place &+ 1) & table.mask
    }
  }
}

/// The hash of a name's decoded bytes, taken eight at a time and cut anywhere.
///
/// Names are told apart by their hash alone: 64 bits, over a few hundred known names. A provider
/// that forges a collision gains what it could have had by writing the known name.
struct NameHash {
  private var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// Up to seven bytes that wait for the eighth, lowest first.
  private var word: UInt64 = 0
  private var wordBytes: UInt64 = 0

  init() {}

  init(_ name: StaticString) {
    for byte in name.description.utf8 { add(byte) }
  }

  init(_ name: Span<UInt8>) {
    for index in name.indices { add(name[index]) }
  }

  var value: UInt64 {
    Self.mixed(hash ^ wordBytes, word)
  }

  mutating func add(_ byte: UInt8) {
    word |= UInt64(byte) << (wordBytes &* 8)
    wordBytes &+= 1
    guard wordBytes == 8 else { return }
    add(word: word)
  }

  /// Adds eight bytes, the first in the lowest place; only where whole words came before.
  mutating func add(word whole: UInt64) {
    hash = Self.mixed(hash, whole)
    word = 0
    wordBytes = 0
  }

  /// Adds the lowest `count` bytes, fewer than eight, as the last; only where whole words came
  /// before.
  mutating func add(part: UInt64, count: Int) {
    word = part & ((1 << UInt64(truncatingIfNeeded: count &* 8)) &- 1)
    wordBytes = UInt64(truncatingIfNeeded: count)
  }

  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0xD6E8_FEB8_6659_FD93
    return product ^ (product >> 32)
  }
}

/// Collects nodes and edges, then lays the edges out.
struct AnswerPathsBuilder {
  typealias NodeID = AnswerPaths.NodeID

  // Node 0 stands for "not read", node 1 is the root.
  private var nodes = [AnswerPaths.Node(), AnswerPaths.Node()]
  private var children: [[(hash: UInt64, node: NodeID)]] = [[], []]

  /// A new node.
  mutating func node(
    _ slot: AnswerSlot = .none, take: AnswerPaths.Take = .skip, figure: UsageFigure? = nil,
    takesRaw: Bool = false
  ) -> NodeID {
    nodes.append(
      AnswerPaths.Node(
        slot: slot, figure: figure?.rawValue ?? 0, take: take, takesRaw: takesRaw))
    children.append([])
    return NodeID(nodes.count - 1)
  }

  mutating func setRoot(_ slot: AnswerSlot) {
    nodes[Int(AnswerPaths.root)].slot = slot
  }

  /// The members `names` of `parent` lead to `child`.
  mutating func member(_ parent: NodeID, _ names: StaticString..., to child: NodeID) {
    for name in names {
      children[Int(parent)].append((NameHash(name).value, child))
    }
  }

  mutating func element(of parent: NodeID, is child: NodeID) {
    nodes[Int(parent)].element = child
  }

  mutating func wildcard(of parent: NodeID, is child: NodeID) {
    nodes[Int(parent)].wildcard = child
  }

  /// A member that is a figure of the usage.
  mutating func figure(_ parent: NodeID, _ names: StaticString..., is figure: UsageFigure) {
    let child = node(.figure, take: .token, figure: figure)
    for name in names {
      children[Int(parent)].append((NameHash(name).value, child))
    }
  }

  /// A member that is kept as a token.
  mutating func token(_ parent: NodeID, _ names: StaticString..., is slot: AnswerSlot) {
    let child = node(slot, take: .token)
    for name in names {
      children[Int(parent)].append((NameHash(name).value, child))
    }
  }

  /// A member that is output text.
  mutating func text(_ parent: NodeID, _ names: StaticString...) {
    let child = node(.text, take: .text, takesRaw: true)
    for name in names {
      children[Int(parent)].append((NameHash(name).value, child))
    }
  }

  /// A member that is content, though not text (audio, images).
  mutating func content(_ parent: NodeID, _ names: StaticString...) {
    let child = node(.content, take: .presence)
    for name in names {
      children[Int(parent)].append((NameHash(name).value, child))
    }
  }

  func finished() -> (
    nodes: [AnswerPaths.Node], tables: [AnswerPaths.Table], edges: [AnswerPaths.Edge]
  ) {
    var laidOut = nodes
    var tables = Array(repeating: AnswerPaths.Table(), count: nodes.count)
    var edges = [AnswerPaths.Edge()]
    for (index, list) in children.enumerated() where !list.isEmpty {
      var places = 4
      while places < list.count * 2 { places *= 2 }
      let first = edges.count
      edges.append(contentsOf: repeatElement(AnswerPaths.Edge(), count: places))
      for child in list {
        var place = Int(truncatingIfNeeded: child.hash & UInt64(places - 1))
        while edges[first + place].node != 0 {
          precondition(edges[first + place].hash != child.hash, "a name is listed twice")
          place = (place + 1) & (places - 1)
        }
        edges[first + place] = AnswerPaths.Edge(hash: child.hash, node: child.node)
      }
      laidOut[index].hasEdges = true
      tables[index] = AnswerPaths.Table(first: UInt32(first), mask: UInt32(places - 1))
    }
    return (laidOut, tables, edges)
  }
}
