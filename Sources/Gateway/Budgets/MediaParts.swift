import HTTP
import JSON
import Providers

/// Finds media in a request, written into it or behind an address: a few bytes of them may be many
/// tokens.
///
/// Known by the value of a member `type`, or by a member of Google's, escapes decoded. What stands
/// in a text does not count, nor does a member that has the name of a type. Asks for no memory but
/// for short words that are written with escapes.
enum MediaParts {
  /// Whether a sound document holds one, at whatever depth but in `ToolData`.
  static func areFound(in body: Span<UInt8>, of endpoint: Endpoint) -> Bool {
    var walk = JSONStringWalk()
    while let name = walk.next(body) {
      guard name.isName else { continue }
      if name.reads(
        body, bytesMax: ToolData.nameBytesMax, as: { ToolData.isName($0, of: endpoint) }),
        walk.takeObject(body)
      {
        continue
      }
      if name.reads(body, bytesMax: 11, as: isPart) { return true }
      // A property of a schema may have the name, and is an object.
      if name.reads(body, bytesMax: 8, as: isAddress), walk.nextHere(body) != nil { return true }
      if name.reads(body, bytesMax: 4, as: { $0.equals("type") }),
        let type = walk.nextHere(body), type.reads(body, bytesMax: 64, as: isType)
      {
        return true
      }
    }
    return false
  }

  /// Whether a member of this name is a medium: Google's parts have no type.
  ///
  /// Source: ai.google.dev/api/caching#Part.
  private static func isPart(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 8: name.equals("fileData")
    case 9: name.equals("file_data")
    case 10: name.equals("inlineData")
    case 11: name.equals("inline_data")
    default: false
    }
  }

  /// Whether the text behind a member of this name is where a file is.
  private static func isAddress(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 7: name.equals("fileUri")
    case 8: name.equals("file_uri") || name.equals("file_url")
    default: false
    }
  }

  /// Whether a part of this type is a medium.
  ///
  /// Compatible providers name more of them than OpenAI does, all in its manner: `video_url`,
  /// `document_url`, `input_video`. Of `input_…`, two are none: OpenAI's text, and the unit of the
  /// triggers in Anthropic's `context_management`. Earlier work of a tool may hold images too.
  private static func isType(_ type: Span<UInt8>) -> Bool {
    if type.hasBytes("_url", at: type.count - 4) { return true }
    if type.hasBytes("input_", at: 0) {
      return !type.equals("input_text") && !type.equals("input_tokens")
    }
    return switch type.count {
    case 4: type.equals("file")
    case 5: type.equals("image") || type.equals("audio") || type.equals("video")
    case 8: type.equals("document")
    case 19: type.equals("computer_screenshot")
    case 21: type.equals("image_generation_call")
    default: false
    }
  }
}
