import JSON

/// Reads the list of models that a provider shows to one of its keys.
package enum ModelListNames {
  /// Names beyond this are a list that nobody can have meant for us.
  package static let countMax = 4_096
  private static let nameBytesMax = 256

  /// The query that asks for the whole list at once; empty where that is what comes anyway.
  ///
  /// docs.anthropic.com/en/api/models-list: 20 by default, at most 1000;
  /// ai.google.dev/api/models: 50 by default, at most 1000.
  package static func wholeListQuery(_ dialect: Dialect) -> String {
    switch dialect {
    case .openai: ""
    case .anthropic: "limit=1000"
    case .gemini: "pageSize=1000"
    }
  }

  /// The models that an answer names, as requests name them.
  ///
  /// Nil where it is not a whole list (another page follows, or it is too long), and for a style
  /// whose list names other things than requests do: Azure lists base models, not deployments.
  package static func read(_ body: [UInt8], profile: ProviderProfile) -> Set<String>? {
    guard profile.style == .plain, let root = try? JSONValue(parsing: body) else { return nil }
    let entries: [JSONValue]
    switch profile.dialect {
    case .openai, .anthropic:
      guard let data = root["data"]?.array, root["has_more"]?.bool != true else { return nil }
      entries = data
    case .gemini:
      guard let models = root["models"]?.array, (root["nextPageToken"]?.string ?? "").isEmpty
      else { return nil }
      entries = models
    }
    guard !entries.isEmpty, entries.count <= countMax else { return nil }
    var names: Set<String> = []
    for entry in entries {
      guard let name = (entry["id"] ?? entry["name"])?.string, !name.isEmpty,
        name.utf8.count <= nameBytesMax
      else { return nil }
      let isPrefixed = profile.dialect == .gemini && name.hasPrefix("models/")
      names.insert(isPrefixed ? String(name.dropFirst("models/".count)) : name)
    }
    return names
  }
}
