/// Searches and the like that the provider ran for an answer, counted by kind.
///
/// Some state a count in the usage, some list each call among the output, some the words of each
/// search.
struct ServerToolCalls {
  /// Most kinds that are remembered of each source: a bound against a provider that floods.
  private static let kindsMax = 32

  /// What the usage states.
  private var stated: [String: Int64] = [:]
  /// Calls among the output items, whose list a stream may repeat.
  private var listed: [String: Int64] = [:]
  private var searches: Int64 = 0

  /// The usage states how often the tool of this name was used.
  mutating func state(_ name: [UInt8], _ count: Int64) {
    guard count > 0, stated.count < Self.kindsMax else { return }
    stated[readText(name.span)] = count
  }

  /// A list of output items begins, in the place of one before it.
  mutating func beginList() {
    listed.removeAll(keepingCapacity: true)
  }

  /// Items of the Responses API whose tool the client runs itself.
  private static let clientCalls: Set<String> = [
    "function_call", "custom_tool_call", "computer_call", "local_shell_call", "shell_call",
    "apply_patch_call",
  ]

  /// An output item of this type stands in the list.
  mutating func list(type: String) {
    guard type.hasSuffix("_call"), !Self.clientCalls.contains(type), listed.count < Self.kindsMax
    else { return }
    listed[type, default: 0] += 1
  }

  /// So many searches are listed by the newest event that lists any.
  mutating func setSearches(_ count: Int64) { searches = count }

  /// All of them, by kind.
  var counts: [String: Int64] {
    var counts = stated
    if !listed.isEmpty { counts.merge(listed) { $0 + $1 } }
    if searches > 0 { counts["web_search_queries"] = searches }
    return counts
  }
}
