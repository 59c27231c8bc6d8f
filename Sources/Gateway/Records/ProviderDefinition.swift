import JSON
package import Providers

/// The checked fields of a provider's record.
package struct ProviderDefinition: Equatable, Sendable {
  package static let fields = [
    "name", "dialect", "base_url", "auth", "api_version", "style", "allow_private", "stream_usage",
    "headers",
  ]

  package let profile: ProviderProfile

  package var name: String { profile.name }

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(
      value, kind: .provider, id: id, naming: "name", known: Self.fields)
    var headers: [(String, String)] = []
    if let value = fields.value("headers") {
      guard case .object(let members) = value else {
        throw fields.error("headers", "headers must be an object of names and texts")
      }
      for member in members {
        guard case .string(let text) = member.value else {
          throw fields.error("headers", "headers must be an object of names and texts")
        }
        headers.append((member.name, text))
      }
    }
    let name = try fields.requiredText("name", example: "openai")
    let dialect = try fields.requiredText("dialect", example: "openai")
    let baseURL = try fields.requiredText("base_url", example: "https://api.openai.com/v1")
    let auth = try fields.text("auth")
    let apiVersion = try fields.text("api_version")
    let style = try fields.text("style")
    let streamUsage = try fields.text("stream_usage")
    let allowPrivate = try fields.flag("allow_private")
    do {
      profile = try ProviderProfile(
        name: name, dialect: dialect, baseURL: baseURL, auth: auth, apiVersion: apiVersion,
        style: style, streamUsage: streamUsage, headers: headers, allowPrivate: allowPrivate)
    } catch {
      throw fields.error(error.field, error.message)
    }
  }
}
