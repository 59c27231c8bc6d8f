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
    if !facts.namedIDs.isEmpty { found.append("what the provider has stored") }
    if endpoint == .passthrough { found.append("a request of any kind") }
    guard facts.bodyKind == .json, let index = try? JSONIndex(body) else {
      if facts.bodyKind == .multipart || facts.bodyKind == .other { found.append("a file") }
      return found
    }
    for member in index.members {
      guard let name = JSONString.text(body, member.name) else { continue }
      switch name {
      case "tools" where hasServerTool(body, member.value): found.append("tools of the provider's")
      case "web_search_options", "webSearchOptions": found.append("a search")
      case "mcp_servers": found.append("remote tools")
      case "prompt" where member.kind == .object: found.append("what the provider has stored")
      case "background" where isTrue(body, member): found.append("work in the background")
      default: break
      }
    }
    if mentionsMedia(body) { found.append("media or addresses to fetch") }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  private static func isTrue(_ body: Span<UInt8>, _ member: JSONMember) -> Bool {
    body[member.value.lowerBound] == UInt8(ascii: "t")
  }

  /// Whether a list of tools holds one that runs at the provider.
  ///
  /// A function is the client's: OpenAI's type `function` or `custom`, Anthropic's without a type
  /// or with `custom` or that of a tool of the client's machine, Google's `functionDeclarations`.
  private static func hasServerTool(_ body: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard let elements = try? JSONIndex.elements(body, range: range, elementsMax: 4_096) else {
      return true
    }
    for element in elements {
      guard let tool = try? JSONIndex(body, range: element.value), tool.kind == .object else {
        return true
      }
      if let type = tool.member(named: "type", in: body) {
        let text = jsonString(body, type.value) ?? ""
        guard clientTools.contains(where: { text.hasPrefix($0) }) else { return true }
      } else {
        for member in tool.members {
          guard let name = JSONString.text(body, member.name), clientMembers.contains(name) else {
            return true
          }
        }
      }
    }
    return false
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

  /// Whether a body holds media anywhere: a type of that name, or a member of Google's.
  ///
  /// What stands in a text is escaped there and does not count.
  private static func mentionsMedia(_ body: Span<UInt8>) -> Bool {
    var index = 1
    while index + 4 < body.count {
      defer { index += 1 }
      guard body[index - 1] == UInt8(ascii: "\""), isFirst(body[index]),
        index < 2
          || body[index - 2] != UInt8(ascii: "\\")
      else { continue }
      for word in mediaTypes where matches(body, index, word) {
        if isType(body, quote: index - 1) { return true }
      }
      for word in mediaMembers where matches(body, index, word) { return true }
    }
    return false
  }

  private static func isFirst(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "i"), UInt8(ascii: "f"), UInt8(ascii: "a"), UInt8(ascii: "v"),
      UInt8(ascii: "d"):
      true
    default: false
    }
  }

  private static let mediaTypes = [
    "image_url", "image", "input_image", "input_file", "file", "input_audio", "audio", "video",
    "document",
  ].map { Array($0.utf8) + [UInt8(ascii: "\"")] }

  private static let mediaMembers = [
    "inlineData", "inline_data", "fileData", "file_data", "fileUri", "file_uri", "file_url",
  ].map { Array($0.utf8) + [UInt8(ascii: "\"")] }

  /// Whether the string that begins there is the value of a member `type`.
  private static func isType(_ body: Span<UInt8>, quote: Int) -> Bool {
    var index = skipBlanksBack(body, from: quote - 1)
    guard index >= 0, body[index] == UInt8(ascii: ":") else { return false }
    index = skipBlanksBack(body, from: index - 1)
    return index >= 5 && matches(body, index - 5, typeName)
  }

  private static func skipBlanksBack(_ body: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index >= 0, isBlank(body[index]) { index -= 1 }
    return index
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D: true
    default: false
    }
  }

  private static let typeName = Array("\"type\"".utf8)

  private static func matches(_ body: Span<UInt8>, _ start: Int, _ word: [UInt8]) -> Bool {
    guard start + word.count <= body.count else { return false }
    for index in word.indices where body[start + index] != word[index] { return false }
    return true
  }
}
