package import HTTP

/// Builds what goes up to a provider: the head here, the body in `UpstreamBody`.
///
/// Nothing of the client's is copied that `UpstreamHeaders` does not list, and framing, addressing
/// and credentials are ours. Each attempt is built anew from the client's bytes, so that nothing of
/// one provider's key can stand in what another gets.
package enum UpstreamRequest {
  /// Appends the head of a request, its empty line included.
  ///
  /// `model` is the name that the provider knows the model by, for paths that hold it; `bodyBytes`
  /// the length of the body that follows. A key that holds a control byte is left out: it could end
  /// its line.
  package static func head(
    _ route: Route, _ facts: RequestFacts, _ head: RequestHead, profile: ProviderProfile,
    model: String, keySecret: [UInt8], bodyBytes: Int, into out: inout [UInt8]
  ) {
    let bytes = head.fields.bytes
    let span = bytes.span
    out.reserveCapacity(out.count + head.target.count + keySecret.count + 768)
    appendMethod(head.method, to: &out)
    UpstreamPath.append(
      route, passthrough: span.extracting(route.upstreamPath), profile: profile, model: model,
      to: &out)
    if let query = head.query {
      UpstreamQuery.append(
        span.extracting(query), route: route, profile: profile, keySecret: keySecret, to: &out)
    } else {
      UpstreamQuery.append(
        nil, route: route, profile: profile, keySecret: keySecret, to: &out)
    }
    out.append(contentsOf: profile.headStart)
    if profile.auth.isHeader {
      if isUsable(keySecret: keySecret) { out.append(contentsOf: keySecret) }
      out.append("\r\n")
    }
    appendClientHeaders(route, facts, head, span, profile, to: &out)
    if !profile.headerBlock.isEmpty { out.append(contentsOf: profile.headerBlock) }
    guard bodyBytes > 0 || mustFrame(head.method) else { return out.append("\r\n") }
    out.append("content-length: ")
    out.append(decimal: bodyBytes)
    out.append("\r\n\r\n")
  }

  private static func appendMethod(_ method: HTTPMethod, to out: inout [UInt8]) {
    switch method {
    case .post: out.append("POST ")
    case .get: out.append("GET ")
    default:
      out.append(ascii: method.name)
      out.append(UInt8(ascii: " "))
    }
  }

  /// Methods whose request says that its body is empty (RFC 9110 section 8.6).
  private static func mustFrame(_ method: HTTPMethod) -> Bool {
    switch method {
    case .post, .put, .patch: true
    default: false
    }
  }

  /// Whether a key can stand in a header as every provider reads it: visible ASCII alone.
  package static func isUsable(keySecret: [UInt8]) -> Bool {
    keySecret.allSatisfy { (0x21...0x7E).contains($0) }
  }

  private static func appendClientHeaders(
    _ route: Route, _ facts: RequestFacts, _ head: RequestHead, _ bytes: Span<UInt8>,
    _ profile: ProviderProfile, to out: inout [UInt8]
  ) {
    let namesHopByHop = ConnectionOptions(head, bytes)
    var hasAccept = false
    var hasVersion = false
    var hasType = facts.bodyKind == .none
    for line in head.fields.lines {
      let name = bytes.extracting(line.name)
      guard let allowed = UpstreamHeaders.allowed(name),
        allowed != .passthroughOnly || route.endpoint == .passthrough,
        !namesHopByHop.contains(name, in: bytes), !isConfigured(name, profile)
      else { continue }
      switch allowed {
      case .accept:
        guard !hasAccept else { continue }
        hasAccept = true
      case .anthropicVersion:
        guard !hasVersion else { continue }
        hasVersion = true
      case .contentType:
        // JSON is called JSON, whatever a client called it; a body is described once.
        guard !hasType, facts.bodyKind != .json || route.endpoint == .passthrough else { continue }
        hasType = true
      case .other, .passthroughOnly: break
      }
      line.append(of: bytes, to: &out)
    }
    if !hasAccept { out.append("accept: */*\r\n") }
    if !hasType, facts.bodyKind == .json { out.append("content-type: application/json\r\n") }
    if !hasVersion, profile.dialect == .anthropic, !isConfigured("anthropic-version", profile) {
      out.append("anthropic-version: 2023-06-01\r\n")
    }
  }

  /// Whether the operator configured a header of this name, which then replaces the client's.
  private static func isConfigured(_ name: Span<UInt8>, _ profile: ProviderProfile) -> Bool {
    for header in profile.headers where name.equalsIgnoringCase(header.name.utf8.span) {
      return true
    }
    return false
  }

  private static func isConfigured(_ name: String, _ profile: ProviderProfile) -> Bool {
    profile.headers.contains { $0.name == name }
  }
}

extension FieldLine {
  /// Appends the line as it came, without the white space behind its value.
  func append(of bytes: Span<UInt8>, to out: inout [UInt8]) {
    let (start, end) = (name.lowerBound, value.upperBound)
    // The end of the line follows at once, nearly always.
    if end &+ 1 < bytes.count, bytes[end] == UInt8(ascii: "\r"),
      bytes[end &+ 1] == UInt8(ascii: "\n")
    {
      out.append(bytes.extracting(start..<end &+ 2))
    } else {
      out.append(bytes.extracting(start..<end))
      out.append("\r\n")
    }
  }
}

/// The names that a message's `Connection` lists: they concern one hop (RFC 9110 section 7.6.1).
struct ConnectionOptions {
  private var values: [Range<Int>] = []

  init(_ head: RequestHead, _ bytes: Span<UInt8>) { self.init(head.fields.lines, bytes) }

  init(_ lines: [FieldLine], _ bytes: Span<UInt8>) {
    for line in lines where line.name.count == 10 {
      guard bytes.extracting(line.name).equalsIgnoringCase("connection") else { continue }
      let value = bytes.extracting(line.value)
      if value.equalsIgnoringCase("keep-alive") || value.equalsIgnoringCase("close") { continue }
      values.append(line.value)
    }
  }

  /// Whether the list holds `name`.
  func contains(_ name: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
    for value in values {
      var start = value.lowerBound
      while start < value.upperBound {
        let end =
          bytes.firstIndex(of: UInt8(ascii: ","), in: start..<value.upperBound) ?? value.upperBound
        let option = bytes.extracting(Self.trimmed(bytes, start..<end))
        if option.equalsIgnoringCase(name) { return true }
        start = end + 1
      }
    }
    return false
  }

  private static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    return start..<end
  }
}
