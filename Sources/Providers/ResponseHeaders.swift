package import HTTP

/// Which headers of a provider's answer go back to the client.
///
/// An allow-list. Rate limits and request ids of the provider's stay here, and so do cookies, what
/// names its servers, network and accounts (`server`, `via`, `cf-*`, `openai-organization`,
/// `x-ms-region`), and everything not known when this was written. Framing is ours.
///
/// | header | why it goes back |
/// |---|---|
/// | `content-type`, `-encoding`, `-language`, `-disposition` | they describe the body |
/// | `cache-control` | proxies between us and the client must not store a stream |
/// | `openai-processing-ms`, `openai-version`, `openai-model` | clients log them |
/// | `x-should-retry` | the SDKs of OpenAI and Anthropic obey it |
/// | `deprecation`, `sunset`, `warning`, `x-api-warning` | they are for the developer |
/// | `accept-ranges`, `content-range`, `etag`, `last-modified` | passthrough alone: downloads of files |
package enum ResponseHeaders {
  /// Appends the answer's header lines, without the status line, the framing and the empty line.
  ///
  /// - Parameters:
  ///   - head: The provider's.
  ///   - requestID: Ours; goes out as `x-request-id`, for Anthropic's clients as `request-id` too.
  ///   - dialect: The client's.
  ///   - isPassthrough: Whether headers of file downloads go back too.
  ///   - out: Where the lines are appended.
  package static func append(
    from head: ResponseHead, requestID: String, dialect: Dialect, isPassthrough: Bool = false,
    into out: inout [UInt8]
  ) {
    let bytes = head.fields.bytes
    let span = bytes.span
    let namesHopByHop = ConnectionOptions(head.fields.lines, span)
    var upstreamID: (rank: Int, value: Range<Int>)?
    for line in head.fields.lines {
      let name = span.extracting(line.name)
      if let rank = requestIDRank(name) {
        if rank < upstreamID?.rank ?? .max, !line.value.isEmpty {
          upstreamID = (rank, line.value)
        }
        continue
      }
      guard isAllowed(name, isPassthrough), !namesHopByHop.contains(name, in: span) else {
        continue
      }
      line.append(of: span, to: &out)
    }
    appendRequestID(requestID, dialect: dialect, into: &out)
    if let value = upstreamID?.value, value.count <= idBytesMax {
      out.append("x-upstream-request-id: ")
      out.append(span.extracting(value))
      out.append("\r\n")
    }
  }

  /// Appends the headers that name a request; every answer has them, refusals too.
  package static func appendRequestID(
    _ requestID: String, dialect: Dialect, into out: inout [UInt8]
  ) {
    out.append("x-request-id: ")
    out.append(ascii: requestID)
    if dialect == .anthropic {
      out.append("\r\nrequest-id: ")
      out.append(ascii: requestID)
    }
    out.append("\r\n")
  }

  private static let idBytesMax = 256

  /// How well a header names the provider's request, the best 0; nil where it does not.
  private static func requestIDRank(_ name: Span<UInt8>) -> Int? {
    switch name.count {
    case 10 where name.equalsIgnoringCase("request-id"): 0
    case 12 where name.equalsIgnoringCase("x-request-id"): 1
    case 15 where name.equalsIgnoringCase("apim-request-id"): 2
    case 15 where name.equalsIgnoringCase("x-generation-id"): 6
    case 17 where name.equalsIgnoringCase("x-kong-request-id"): 5
    case 17 where name.equalsIgnoringCase("x-goog-request-id"): 3
    case 22 where name.equalsIgnoringCase("mistral-correlation-id"): 4
    default: nil
    }
  }

  private static func isAllowed(_ name: Span<UInt8>, _ isPassthrough: Bool) -> Bool {
    switch name.count {
    case 4: isPassthrough && name.equalsIgnoringCase("etag")
    case 6: name.equalsIgnoringCase("sunset")
    case 7: name.equalsIgnoringCase("warning")
    case 11: name.equalsIgnoringCase("deprecation")
    case 12:
      name.equalsIgnoringCase("content-type") || name.equalsIgnoringCase("openai-model")
    case 13:
      name.equalsIgnoringCase("cache-control") || name.equalsIgnoringCase("x-api-warning")
        || isPassthrough
          && (name.equalsIgnoringCase("content-range") || name.equalsIgnoringCase("accept-ranges")
            || name.equalsIgnoringCase("last-modified"))
    case 14:
      name.equalsIgnoringCase("openai-version") || name.equalsIgnoringCase("x-should-retry")
    case 16:
      name.equalsIgnoringCase("content-encoding") || name.equalsIgnoringCase("content-language")
    case 19: name.equalsIgnoringCase("content-disposition")
    case 20: name.equalsIgnoringCase("openai-processing-ms")
    default: false
    }
  }
}
