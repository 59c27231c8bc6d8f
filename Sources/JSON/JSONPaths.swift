/// The table of what a `JSONExtractor` looks for; built once per kind of answer.
///
/// ```
/// static let paths = JSONPaths([
///   .capture("usage"),                                       // path 0
///   .length("choices", "*", "message", "content"),           // path 1
/// ])
/// ```
/// Results are asked for by the number of the path in this table.
package struct JSONPaths: Sendable {
  /// What is kept of a match.
  package enum Mode: Sendable {
    /// The raw bytes of every match, in order.
    case capture
    /// The raw bytes of the last match.
    case last
    /// Nothing but how many there were, and the kind of the last.
    case count
    /// For matches that are strings: the sum of their lengths in UTF-8 bytes, escapes decoded.
    case length
    /// The sum of the raw sizes of the matches in bytes, quotes and inner white space included.
    case size
  }

  package struct Path: Sendable {
    /// Names of members, or `*` for each element of an array; no component at all is the root.
    package let components: [String]
    package let mode: Mode

    package init(_ components: [String], _ mode: Mode) {
      self.components = components
      self.mode = mode
    }

    package static func capture(_ components: String...) -> Path { Path(components, .capture) }
    package static func last(_ components: String...) -> Path { Path(components, .last) }
    package static func count(_ components: String...) -> Path { Path(components, .count) }
    package static func length(_ components: String...) -> Path { Path(components, .length) }
    package static func size(_ components: String...) -> Path { Path(components, .size) }
  }

  /// A place that some path passes through or ends at.
  struct Node {
    /// The named ways on from here: positions in `edges`.
    var edges = 0..<0
    /// The node of every element if the value is an array; `none` if no path goes there.
    var element = JSONPaths.none
    /// The paths that end here: positions in `terminals`.
    var terminals = 0..<0
    /// The paths that end here or further on: positions in `subtree`.
    var reach = 0..<0

    var isInner: Bool { !edges.isEmpty || element != JSONPaths.none }
  }

  struct Edge {
    /// Positions in `names`.
    let name: Range<Int>
    let node: Int
  }

  /// Stands for "no node".
  static var none: Int { -1 }

  package let paths: [Path]
  /// The root is node 0.
  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  private(set) var names: [UInt8] = []
  private(set) var terminals: [Int] = []
  private(set) var subtree: [Int] = []
  /// The longest name: a longer one in a document matches nothing.
  private(set) var nameBytesMax = 0
  private(set) var componentsMax = 0

  package init(_ paths: [Path]) {
    self.paths = paths
    componentsMax = paths.map(\.components.count).max() ?? 0
    add(Array(paths.indices), depth: 0)
  }

  package var count: Int { paths.count }

  /// Adds the node that all of `group` reach after `depth` components, and what follows it.
  private mutating func add(_ group: [Int], depth: Int) {
    let place = nodes.count
    nodes.append(Node())
    let reachStart = subtree.count
    subtree.append(contentsOf: group)
    nodes[place].reach = reachStart..<subtree.count
    let terminalStart = terminals.count
    terminals.append(contentsOf: group.filter { paths[$0].components.count == depth })
    nodes[place].terminals = terminalStart..<terminals.count

    var order: [String] = []
    var groups: [String: [Int]] = [:]
    for path in group where paths[path].components.count > depth {
      let component = paths[path].components[depth]
      if groups[component] == nil { order.append(component) }
      groups[component, default: []].append(path)
    }
    var ways: [Edge] = []
    for component in order {
      let next = nodes.count
      add(groups[component] ?? [], depth: depth + 1)
      if component == "*" {
        nodes[place].element = next
        continue
      }
      let start = names.count
      names.append(contentsOf: component.utf8)
      nameBytesMax = max(nameBytesMax, component.utf8.count)
      ways.append(Edge(name: start..<names.count, node: next))
    }
    let edgeStart = edges.count
    edges.append(contentsOf: ways)
    nodes[place].edges = edgeStart..<edges.count
  }

  /// The node that the member named by a part of `bytes` leads to; `none` if no path goes there.
  @inline(__always)
  func child(of node: Int, named bytes: Span<UInt8>, _ name: Range<Int>) -> Int {
    for place in nodes[node].edges {
      let edge = edges[place]
      guard edge.name.count == name.count else { continue }
      var index = 0
      while index < name.count,
        bytes[name.lowerBound &+ index] == names[edge.name.lowerBound &+ index]
      {
        index &+= 1
      }
      if index == name.count { return edge.node }
    }
    return JSONPaths.none
  }
}
