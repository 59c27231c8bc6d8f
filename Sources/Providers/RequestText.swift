package import HTTP
import JSON

/// What a request gives its model, for an estimate of its input tokens.
package struct RequestTally: Equatable, Sendable {
  package var text = TextTally()
  /// Messages of a conversation, which providers frame one by one; 0 where none have a role.
  package var messages = 0
  /// Tools are declared: a provider adds instructions of its own.
  package var hasTools = false

  package init() {}
}

/// Tallies the text that a request gives its model.
///
/// Made only when it is needed: for a budget's reservation, or where no provider stated a usage.
/// Counted are the strings of messages, prompts and inputs; the definitions of tools count as they
/// are written. Media, ids and the names of roles and types do not count.
package enum RequestText {
  /// The tally of a request's text, with what of its form counts too.
  package static func requestTally(
    _ route: Route, _ facts: RequestFacts, _ head: RequestHead, body: Span<UInt8>
  ) -> RequestTally {
    switch facts.bodyKind {
    case .json:
      var reader = Reader()
      reader.read(body)
      return reader.tally
    case .multipart:
      var tally = RequestTally()
      addForm(head, body, to: &tally.text)
      return tally
    case .none, .other:
      return RequestTally()
    }
  }

  private static func addForm(
    _ head: RequestHead, _ body: Span<UInt8>, to tally: inout TextTally
  ) {
    guard let type = head.fields.first("content-type"),
      let form = try? MultipartReader(body, contentType: type)
    else { return }
    for part in form.parts where part.isNamed("prompt") && part.filename == nil {
      tally.add(body.extracting(part.content))
      tally.endText()
    }
  }

  /// Walks the top-level members of a document.
  private struct Reader {
    var tally = RequestTally()
    private var scratch: [UInt8] = []

    mutating func read(_ body: Span<UInt8>) {
      guard let index = try? JSONIndex(body) else { return }
      for member in index.members {
        let name = body.extracting(member.name)
        if RequestText.isText(name) {
          addStrings(body, member.value)
        } else if RequestText.isDefinition(name) {
          tally.text.add(body.extracting(member.value))
          tally.text.endText()
          // More than `[]`.
          if name.equals("tools") || name.equals("functions"), member.value.count > 2 {
            tally.hasTools = true
          }
        }
      }
    }

    /// Adds the strings of a value that are no names and no values of `isSilent` names.
    private mutating func addStrings(_ body: Span<UInt8>, _ range: Range<Int>) {
      var index = range.lowerBound
      var isSilent = false
      while let open = body.firstIndex(of: UInt8(ascii: "\""), in: index..<range.upperBound) {
        index = RequestText.stringEnd(body, from: open, to: range.upperBound)
        var next = index
        while next < range.upperBound, body[next] <= 0x20 { next += 1 }
        if next < range.upperBound, body[next] == UInt8(ascii: ":") {
          var value = next + 1
          while value < range.upperBound, body[value] <= 0x20 { value += 1 }
          // Only a string that follows at once is the name's own value.
          let isString = value < range.upperBound && body[value] == UInt8(ascii: "\"")
          let name = body.extracting(open + 1..<index - 1)
          isSilent = isString && RequestText.isSilent(name)
          if isString, name.equals("role") { tally.messages += 1 }
          continue
        }
        if !isSilent { addString(body, open..<index) }
        isSilent = false
      }
    }

    private mutating func addString(_ body: Span<UInt8>, _ range: Range<Int>) {
      guard let inside = JSONString.inside(body, range), !RequestText.isMedia(body, inside) else {
        return
      }
      var decoded = scratch
      scratch = []
      decoded.removeAll(keepingCapacity: true)
      _ = JSONString.appendDecoded(body, inside, to: &decoded)
      tally.text.add(decoded.span)
      tally.text.endText()
      scratch = decoded
    }
  }

  /// The top-level members whose strings a model reads, in the three dialects.
  private static func isText(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 5: name.equals("input") || name.equals("query")
    case 6: name.equals("prompt") || name.equals("system") || name.equals("suffix")
    case 7: name.equals("content") || name.equals("message")
    case 8:
      name.equals("messages") || name.equals("contents") || name.equals("requests")
        || name.equals("document")
    case 9: name.equals("documents")
    case 12: name.equals("instructions")
    case 17: name.equals("systemInstruction")
    case 18: name.equals("system_instruction")
    case 22: name.equals("generateContentRequest")
    default: false
    }
  }

  /// Those that count as they are written: a model is given them as JSON or the like.
  private static func isDefinition(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 4: name.equals("text")
    case 5: name.equals("tools")
    case 9: name.equals("functions")
    case 15: name.equals("response_format")
    default: false
    }
  }

  /// Names of strings that are no text: ids, media, kinds.
  private static func isSilent(_ name: Span<UInt8>) -> Bool {
    switch name.count {
    case 2: name.equals("id")
    case 3: name.equals("url")
    case 4: name.equals("role") || name.equals("type") || name.equals("data")
    case 5: name.equals("model")
    case 6: name.equals("status") || name.equals("detail") || name.equals("format")
    case 7: name.equals("call_id") || name.equals("file_id") || name.equals("fileUri")
    case 8: name.equals("mimeType") || name.equals("file_uri")
    case 9:
      name.equals("file_data") || name.equals("mime_type") || name.equals("image_url")
        || name.equals("signature")
    case 10: name.equals("media_type")
    case 11: name.equals("tool_use_id")
    case 12: name.equals("tool_call_id")
    case 16: name.equals("thoughtSignature")
    case 17: name.equals("encrypted_content") || name.equals("thought_signature")
    default: false
    }
  }

  /// Whether a string is a medium written into its address.
  private static func isMedia(_ body: Span<UInt8>, _ inside: Range<Int>) -> Bool {
    inside.count > 64 && body.hasBytes("data:", at: inside.lowerBound)
  }

  /// Where the string that begins at `open` ends, its quote included.
  private static func stringEnd(_ body: Span<UInt8>, from open: Int, to end: Int) -> Int {
    var index = open + 1
    while index < end {
      switch body[index] {
      case UInt8(ascii: "\""): return index + 1
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    return end
  }
}
