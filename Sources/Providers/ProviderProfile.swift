import HTTP

/// Why a field of a provider's record was refused.
package struct ProfileError: Error, Equatable, Sendable {
  /// The field's name in the record.
  package let field: String
  /// What is wrong with it, and what would be right; never holds its value.
  package let message: String
}

/// How a provider takes our key.
package enum AuthScheme: Equatable, Sendable {
  case bearer
  case xAPIKey
  case apiKey
  case xGoogAPIKey
  /// As a parameter of the query, by this name.
  case query(String)
  case none

  /// Whether the credential goes in a header; then it follows `headerStart`.
  var isHeader: Bool {
    switch self {
    case .bearer, .xAPIKey, .apiKey, .xGoogAPIKey: true
    case .query, .none: false
    }
  }

  /// The name of the header, and what stands before the credential; else nothing.
  var headerStart: StaticString {
    switch self {
    case .bearer: "authorization: Bearer "
    case .xAPIKey: "x-api-key: "
    case .apiKey: "api-key: "
    case .xGoogAPIKey: "x-goog-api-key: "
    case .query, .none: ""
    }
  }
}

/// What a request needs to know of a provider: the checked fields of its record.
///
/// Made once per record; a request only reads it.
package struct ProviderProfile: Equatable, Sendable {
  /// How the paths of an `openai` provider are formed.
  package enum Style: String, Sendable, CaseIterable {
    case plain
    case azure
  }

  /// Whether a stream is asked for its usage; `never` is also learned from a refusal.
  package enum StreamUsage: String, Sendable, CaseIterable {
    case ask
    case never
  }

  /// A header that the operator adds to every request.
  package struct Header: Equatable, Sendable {
    /// In lower case.
    package let name: String
    package let value: String
  }

  package let name: String
  package let dialect: Dialect
  package let target: UpstreamTarget
  package let auth: AuthScheme
  package let apiVersion: String?
  package let style: Style
  package let streamUsage: StreamUsage
  package let headers: [Header]
  /// Whether addresses of private networks may be connected to.
  package let allowsPrivate: Bool
  /// What stands between the target's host and an endpoint's path.
  let endpointPrefix: [UInt8]
  let pathForm: UpstreamPath.Form
  /// What follows the target in the head of every request, up to the value of the credential where
  /// it is a header.
  let headStart: [UInt8]
  /// The operator's headers as they go on the wire.
  let headerBlock: [UInt8]

  /// Checks the fields of a record; what is nil takes its default.
  ///
  /// `auth` is `bearer`, `x-api-key`, `api-key`, `x-goog-api-key`, `query:NAME` or `none`, by dialect
  /// if nil; `allowPrivate` is true if nil for a literal loopback address.
  package init(
    name: String, dialect: String, baseURL: String, auth: String? = nil, apiVersion: String? = nil,
    style: String? = nil, streamUsage: String? = nil, headers: [(String, String)] = [],
    allowPrivate: Bool? = nil
  ) throws(ProfileError) {
    self.name = try Self.checkedName(name)
    self.dialect = try Self.choice(dialect, field: "dialect")
    self.target = try UpstreamTarget(parsing: baseURL)
    self.style = try Self.choice(style ?? "plain", field: "style")
    self.streamUsage = try Self.choice(streamUsage ?? "ask", field: "stream_usage")
    self.apiVersion = try Self.checkedVersion(apiVersion)
    self.allowsPrivate = allowPrivate ?? target.isLoopbackLiteral
    guard self.style == .plain || self.dialect == .openai else {
      throw ProfileError(
        field: "style", message: "style 'azure' goes only with the dialect 'openai'")
    }
    self.auth = try Self.scheme(auth, dialect: self.dialect, style: self.style)
    (self.pathForm, self.endpointPrefix) = UpstreamPath.form(
      dialect: self.dialect, style: self.style, pathPrefix: target.pathPrefix)
    if self.pathForm == .azureDeployments, self.apiVersion == nil {
      throw ProfileError(
        field: "api_version",
        message: "style 'azure' needs an api_version such as 2024-10-21,"
          + " or a base_url that ends in /openai/v1")
    }
    var start: [UInt8] = []
    start.append(" HTTP/1.1\r\nhost: ")
    start.append(contentsOf: target.hostHeader)
    start.append("\r\nuser-agent: appliance\r\naccept-encoding: identity\r\n")
    start.append(self.auth.headerStart)
    self.headStart = start
    self.headers = try Self.checkedHeaders(headers)
    var block: [UInt8] = []
    for header in self.headers {
      block.append(ascii: header.name)
      block.append(ascii: ": ")
      block.append(contentsOf: header.value.utf8)
      block.append(ascii: "\r\n")
    }
    self.headerBlock = block
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, field: String
  ) throws(ProfileError) -> Choice {
    if let value = Choice(rawValue: text) { return value }
    let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    throw ProfileError(field: field, message: "\(field) must be one of \(names)")
  }

  private static func checkedName(_ name: String) throws(ProfileError) -> String {
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte), name != ".",
      name != ".."
    else {
      throw ProfileError(
        field: "name",
        message: "name must be 1 to 64 letters, digits, '.', '-' or '_': it stands in paths")
    }
    return name
  }

  /// A byte that a provider's name may hold.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func checkedVersion(_ version: String?) throws(ProfileError) -> String? {
    guard let version else { return nil }
    guard (1...64).contains(version.utf8.count), version.utf8.allSatisfy(isNameByte) else {
      throw ProfileError(
        field: "api_version",
        message: "api_version must be letters, digits, '.', '-' or '_', such as 2024-10-21")
    }
    return version
  }

  private static func scheme(
    _ text: String?, dialect: Dialect, style: Style
  ) throws(ProfileError) -> AuthScheme {
    switch text {
    case nil:
      switch dialect {
      case .openai: style == .azure ? .apiKey : .bearer
      case .anthropic: .xAPIKey
      case .gemini: .xGoogAPIKey
      }
    case "bearer": .bearer
    case "x-api-key": .xAPIKey
    case "api-key": .apiKey
    case "x-goog-api-key": .xGoogAPIKey
    case "none": AuthScheme.none
    case .some(let text):
      try queryScheme(text)
    }
  }

  private static func queryScheme(_ text: String) throws(ProfileError) -> AuthScheme {
    let name = text.utf8.dropFirst(6)
    guard text.hasPrefix("query:"), (1...64).contains(name.count), name.allSatisfy(isNameByte)
    else {
      throw ProfileError(
        field: "auth",
        message: "auth must be 'bearer', 'x-api-key', 'api-key', 'x-goog-api-key', 'query:NAME'"
          + " or 'none'")
    }
    return .query(String(text.dropFirst(6)))
  }

  private static func checkedHeaders(
    _ headers: [(String, String)]
  ) throws(ProfileError) -> [Header] {
    guard headers.count <= 32 else {
      throw ProfileError(field: "headers", message: "headers may hold 32 names")
    }
    var checked: [Header] = []
    for (name, value) in headers {
      let lowercase = String(decoding: name.utf8.map(asciiLowercase), as: UTF8.self)
      guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(isHeaderNameByte) else {
        throw ProfileError(field: "headers", message: "headers holds a name that HTTP cannot carry")
      }
      if let reason = UpstreamHeaders.reasonNotToConfigure(lowercase) {
        throw ProfileError(
          field: "headers", message: "headers must not hold '\(lowercase)': \(reason)")
      }
      guard value.utf8.count <= 4_096,
        value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) })
      else {
        throw ProfileError(
          field: "headers",
          message: "the value of header '\(lowercase)' must be one line of at most 4096 bytes")
      }
      guard !checked.contains(where: { $0.name == lowercase }) else {
        throw ProfileError(field: "headers", message: "headers holds '\(lowercase)' twice")
      }
      checked.append(Header(name: lowercase, value: value))
    }
    return checked
  }

  /// A byte of a token (RFC 9110 section 5.6.2).
  private static func isHeaderNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
