import JSON

/// One model that a caller may use.
package struct ModelListEntry: Equatable, Sendable {
  package var name: String
  /// The name of its provider, or `appliance` for a mapping.
  package var owner: String
  /// Unix time, milliseconds: when its record was made.
  package var createdMilliseconds: Int64

  package init(name: String, owner: String, createdMilliseconds: Int64) {
    self.name = name
    self.owner = owner
    self.createdMilliseconds = createdMilliseconds
  }
}

/// The model lists, made from our own records in the form of each dialect.
///
/// A list is always whole: the forms say that no page follows.
package enum ModelList {
  /// The answer to `GET /v1/models`.
  package static func list(_ entries: [ModelListEntry], dialect: Dialect) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(64 + entries.count * 160)
    switch dialect {
    case .openai: out.append(ascii: "{\"object\":\"list\",\"data\":[")
    case .anthropic: out.append(ascii: "{\"data\":[")
    case .gemini: out.append(ascii: "{\"models\":[")
    }
    for entry in entries {
      JSONWriter.separate(&out)
      append(entry, dialect, to: &out)
    }
    out.append(UInt8(ascii: "]"))
    if dialect == .anthropic {
      out.append(ascii: ",\"has_more\":false")
      appendID("first_id", entries.first, to: &out)
      appendID("last_id", entries.last, to: &out)
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  /// The answer to `GET /v1/models/{id}`.
  package static func single(_ entry: ModelListEntry, dialect: Dialect) -> [UInt8] {
    var out: [UInt8] = []
    append(entry, dialect, to: &out)
    return out
  }

  private static func append(_ entry: ModelListEntry, _ dialect: Dialect, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    switch dialect {
    case .openai:
      JSONWriter.member("id", entry.name, to: &out)
      JSONWriter.member("object", "model", to: &out)
      JSONWriter.member("created", entry.createdMilliseconds / 1_000, to: &out)
      JSONWriter.member("owned_by", entry.owner, to: &out)
    case .anthropic:
      JSONWriter.member("type", "model", to: &out)
      JSONWriter.member("id", entry.name, to: &out)
      JSONWriter.member("display_name", entry.name, to: &out)
      JSONWriter.member(
        "created_at", RFC3339.text(milliseconds: entry.createdMilliseconds), to: &out)
    case .gemini:
      JSONWriter.member("name", "models/" + entry.name, to: &out)
      JSONWriter.member("version", "1", to: &out)
      JSONWriter.member("displayName", entry.name, to: &out)
      JSONWriter.member("description", "Served by \(entry.owner).", to: &out)
      out.append(
        ascii: ",\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\","
          + "\"embedContent\",\"batchEmbedContents\"]")
    }
    out.append(UInt8(ascii: "}"))
  }

  private static func appendID(_ name: String, _ entry: ModelListEntry?, to out: inout [UInt8]) {
    JSONWriter.name(name, to: &out)
    if let entry {
      JSONWriter.append(string: entry.name, to: &out)
    } else {
      JSONWriter.append(raw: "null", to: &out)
    }
  }
}
