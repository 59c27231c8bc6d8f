import HTTP
import JSON

/// Finds the ids of files, containers and vector stores that a request names below its top level.
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
  /// more than `idsMax`.
  static func append(
    from body: Span<UInt8>, names: JSONNameSketch, to ids: inout [String]
  ) {
    guard names.mayMeet(Self.names) else { return }
    var walk = JSONStringWalk()
    while ids.count <= idsMax, let string = walk.next(body) {
      guard string.isName, string.reads(body, bytesMax: 16, as: isNamed) else { continue }
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
      if ["files", "cachedContents", "batches"].contains(collection) {
        // Google's ids hold their collection.
        add(collection + "/" + name, to: &ids)
      }
      if prefixes.contains(where: { name.hasPrefix($0) }) { add(String(name), to: &ids) }
      collection = segment
    }
  }

  private static let prefixes = [
    "file-", "file_", "batch_", "msgbatch_", "resp_", "conv_", "cntr_", "container_", "vs_",
  ]

  /// The names whose values are ids or lists of them.
  private static let names = JSONNameSketch([
    "file_id", "fileUri", "file_ids", "file_uri", "container", "input_file_id",
    "vector_store_id", "vector_store_ids",
  ])

  /// Whether a name is one whose value is an id or a list of ids.
  private static func isNamed(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 7: name.equals("file_id") || name.equals("fileUri")
    case 8: name.equals("file_ids") || name.equals("file_uri")
    case 9: name.equals("container")
    case 13: name.equals("input_file_id")
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
