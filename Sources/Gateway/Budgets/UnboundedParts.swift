import JSON
package import Providers

/// Finds what keeps a request's cost from having a bound, in words for people.
///
/// What a provider fetches, stores or does on its own: addresses of images and files, media (a
/// few bytes of which may be many tokens), ids of stored things, tools that run at the provider.
/// Looked for only where a budget counts the request.
package enum UnboundedParts {
  /// Each kind once.
  package static func find(
    _ endpoint: Endpoint, _ facts: RequestFacts, body: Span<UInt8>
  ) -> [String] {
    var found: [String] = []
    if !facts.namedIDs.isEmpty { found.append(stored) }
    if endpoint == .passthrough { found.append("a request of any kind") }
    // OpenRouter searches for every model of such a name:
    // openrouter.ai/docs/guides/routing/model-variants/online
    if facts.model?.hasSuffix(":online") == true { found.append(search) }
    guard facts.bodyKind == .json, let index = try? JSONIndex(body) else {
      if facts.bodyKind == .multipart || facts.bodyKind == .other { found.append("a file") }
      return found
    }
    let takesItems = endpoint == .responses || endpoint == .responsesCompact
    let mayNameItems = takesItems && index.names.mayMeet(idName)
    for member in index.members {
      guard let name = JSONString.text(body, member.name) else { continue }
      switch name {
      case "tools" where hasServerTool(body, member): found.append(tools)
      case "input" where mayNameItems && hasReference(body, member): found.append(stored)
      // Without an option it is a search as usual.
      case "web_search_options" where member.kind != .null: found.append(search)
      case "webSearchOptions" where member.kind != .null: found.append(search)
      case "search_parameters" where asksForSearch(body, member): found.append(search)
      case "prompt" where member.kind == .object: found.append(stored)
      default:
        if let part = switches[name], !isOff(body, member) { found.append(part) }
      }
    }
    if MediaParts.areFound(in: body, of: endpoint) { found.append("media or addresses to fetch") }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  private static let search = "a search"
  private static let stored = "what the provider has stored"
  private static let tools = "tools of the provider's"

  /// Top-level members that have a provider do something on its own, unless they are off.
  private static let switches = [
    // OpenAI: platform.openai.com/docs/api-reference/responses/create
    "background": "work in the background",
    // Anthropic: docs.anthropic.com/en/docs/agents-and-tools/mcp-connector
    "mcp_servers": "remote tools",
    // xAI: docs.x.ai/docs/guides/deferred-chat-completions
    "deferred": "work in the background",
    // OpenRouter: openrouter.ai/docs/guides/features/plugins, …/presets, …/model-routing
    "plugins": search, "preset": stored, "models": "a choice of other models",
    // Azure: learn.microsoft.com/azure/ai-services/openai/references/on-your-data
    "data_sources": search,
    // Groq: console.groq.com/docs/api-reference, chat
    "compound_custom": tools, "search_settings": search,
    // Alibaba: alibabacloud.com/help/en/model-studio/qwen-api-reference
    "enable_search": search, "enable_code_interpreter": tools,
  ]

  /// Null, false or empty.
  private static func isOff(_ body: Span<UInt8>, _ member: JSONMember) -> Bool {
    switch member.kind {
    case .null: true
    case .bool: body[member.value.lowerBound] == UInt8(ascii: "f")
    case .number: false
    case .string, .array, .object:
      member.value.dropFirst().dropLast().allSatisfy { body[$0] <= 0x20 }
    }
  }

  /// xAI searches when it sees fit, unless the mode is off.
  ///
  /// Source: docs.x.ai/docs/guides/live-search.
  private static func asksForSearch(_ body: Span<UInt8>, _ member: JSONMember) -> Bool {
    guard member.kind != .null else { return false }
    guard let options = try? JSONIndex(body, range: member.value),
      options.count(named: "mode", in: body) == 1,
      let mode = options.member(named: "mode", in: body)
    else { return true }
    return jsonString(body, mode.value) != "off"
  }
}

// MARK: tools

extension UnboundedParts {
  /// Whether `tools` holds one that runs at the provider; what is no list may be one.
  private static func hasServerTool(_ body: Span<UInt8>, _ member: JSONMember) -> Bool {
    guard member.kind != .null else { return false }
    guard let elements = listed(body, member, elementsMax: 4_096) else { return true }
    return elements.contains { isServerTool(body, $0) }
  }

  /// A function is the client's: OpenAI's type `function` or `custom`, Anthropic's without a type
  /// or with `custom` or that of a tool of the client's machine, Google's `functionDeclarations`.
  private static func isServerTool(_ body: Span<UInt8>, _ element: JSONElement) -> Bool {
    guard element.kind == .object, let tool = try? JSONIndex(body, range: element.value) else {
      return true
    }
    var isTyped = false
    var hasOthers = false
    for member in tool.members where member.kind != .null {
      guard let name = JSONString.text(body, member.name) else { return true }
      if name == "type" {
        isTyped = true
        let type = jsonString(body, member.value) ?? ""
        guard clientTools.contains(where: { type.hasPrefix($0) }) else { return true }
      } else if !clientMembers.contains(name) {
        hasOthers = true
      }
    }
    return hasOthers && !isTyped
  }

  private static let clientTools = [
    "function", "custom", "bash_", "text_editor_", "computer_", "memory_", "local_shell",
    "apply_patch",
  ]
  private static let clientMembers: Set<String> = [
    "functionDeclarations", "function_declarations", "name", "description", "input_schema",
    "cache_control", "parameters", "strict", "function", "defer_loading", "eager_input_streaming",
    "allowed_callers", "input_examples",
  ]

  /// The elements of a list; nil if it is none or has more than `elementsMax`.
  private static func listed(
    _ body: Span<UInt8>, _ member: JSONMember, elementsMax: Int
  ) -> [JSONElement]? {
    guard member.kind == .array,
      let elements = try? JSONIndex.elements(
        body, range: member.value, elementsMax: elementsMax + 1),
      elements.count <= elementsMax
    else { return nil }
    return elements
  }
}

// MARK: items that are stored

extension UnboundedParts {
  private static let idName = JSONNameSketch(["id"])

  /// Whether the input of a response names an item that the provider has stored.
  private static func hasReference(_ body: Span<UInt8>, _ member: JSONMember) -> Bool {
    guard member.kind == .array else { return false }
    // More than any conversation has.
    guard let items = listed(body, member, elementsMax: 65_536) else { return true }
    return items.contains { $0.kind == .object && isReference(body, $0) }
  }

  /// A reference may leave its type out, and every item with less than a message or a call of its
  /// own is one: an id, and no role beside it nor anything but a type.
  ///
  /// Source: platform.openai.com/docs/api-reference/responses/create, `input`, item reference.
  private static func isReference(_ body: Span<UInt8>, _ element: JSONElement) -> Bool {
    guard let item = try? JSONIndex(body, range: element.value) else { return true }
    var (hasID, hasRole, isTyped, hasMore) = (false, false, false, false)
    for member in item.members {
      guard let name = JSONString.text(body, member.name) else { return true }
      switch name {
      case "id": hasID = true
      case "role": hasRole = member.kind != .null
      case "type":
        let type = jsonString(body, member.value)
        if type == "item_reference" { return true }
        isTyped = type != nil
      default: hasMore = true
      }
    }
    return hasID && !hasRole && !(isTyped && hasMore)
  }
}
