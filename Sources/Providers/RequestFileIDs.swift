import HTTP
import JSON

/// Finds the ids of files, caches, containers and vector stores that a request names below its top level.
///
/// They live on the key that they were made with, and belong to the user who made them: a name
/// that is missed here could reach another user's file. So names are compared with their escapes
/// decoded, wherever they stand. Most bodies are dismissed by the sketch of their names.
enum RequestFileIDs {
  /// More than any request of a known client names: each is looked up.
  ///
  /// A request that names more is refused: what is not looked up could be another user's.
  static let idsMax = 256
  private static let idBytesMax = 512

  /// Appends the ids that a sound JSON document with these names holds, each once, until there are
  /// more than `idsMax`; `ToolData` of the endpoint holds none.
  static func append(
    from body: Span<UInt8>, of endpoint: Endpoint, names: JSONNameSketch, to ids: inout [String]
  ) {
    guard names.mayMeet(Self.names) else { return }
    var walk = JSONStringWalk()
    while ids.count <= idsMax, let string = walk.next(body) {
      guard string.isName else { continue }
      if string.reads(
        body, bytesMax: ToolData.nameBytesMax, as: { ToolData.isName($0, of: endpoint) }),
        walk.takeObject(body)
      {
        continue
      }
      guard string.reads(body, bytesMax: 16, as: isNamed) else { continue }
      if let value = walk.nextHere(body) {
        add(JSONString.text(body, value.inside), to: &ids)
      } else if walk.take(UInt8(ascii: "["), body) {
        while ids.count <= idsMax, let value = walk.nextHere(body) {
          add(JSONString.text(body, value.inside), to: &ids)
          guard walk.take(UInt8(ascii: ","), body) else { break }
        }
      }
    }
  }

  /// Appends the ids that a passthrough's path names: `/files/file-1`, `/cachedContents/x`.
  static func append(fromPath path: Span<UInt8>, to ids: inout [String]) {
    guard let decoded = PercentCoding.decoded(path),
      let text = String(validating: decoded, as: UTF8.self)
    else { return }
    var collection: Substring = ""
    for segment in text.split(separator: "/") {
      let name = segment.prefix { $0 != ":" }
      // The files of OpenAI's containers are reached by their container's id.
      let isCollected =
        ["files", "cachedContents", "batches"].contains(collection) && !name.hasPrefix("cfile_")
      if prefixes.contains(where: { name.hasPrefix($0) }) || isCollected && isUUID(name) {
        add(String(name), to: &ids)
      } else if isCollected {
        // Google's ids hold their collection.
        add(collection + "/" + name, to: &ids)
      }
      collection = segment
    }
  }

  /// As some providers' ids are, which say nothing of their collection: RFC 9562, section 4.
  private static func isUUID(_ name: Substring) -> Bool {
    name.utf8.count == 36 && name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isHexDigit($0) }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  private static let prefixes = [
    "file-", "file_", "batch_", "msgbatch_", "resp_", "conv_", "cntr_", "container_", "vs_",
  ]

  /// The names whose values are ids or lists of them.
  private static let names = JSONNameSketch([
    "file_id", "fileUri", "file_ids", "file_uri", "container", "input_file_id",
    "vector_store_id", "vector_store_ids", "cachedContent", "cached_content",
  ])

  /// Whether a name is one whose value is an id or a list of ids.
  private static func isNamed(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 7: name.equals("file_id") || name.equals("fileUri")
    case 8: name.equals("file_ids") || name.equals("file_uri")
    case 9: name.equals("container")
    case 13: name.equals("input_file_id") || name.equals("cachedContent")
    // Google's, beside OpenAI's members: ai.google.dev/gemini-api/docs/openai, `extra_body`.
    case 14: name.equals("cached_content")
    case 15: name.equals("vector_store_id")
    case 16: name.equals("vector_store_ids")
    default: false
    }
  }

  /// Google names a file by its address; the id is the end of it.
  private static func add(_ id: String?, to ids: inout [String]) {
    guard let id, !id.isEmpty, id.utf8.count <= idBytesMax else { return }
    var name = id
    if id.contains("://") {
      guard let place = id.utf8.lastIndex(of: UInt8(ascii: "/")) else { return }
      guard id[..<place].hasSuffix("/files") else { return }
      name = "files" + id[place...]
    }
    if !ids.contains(name) { ids.append(name) }
  }
}
