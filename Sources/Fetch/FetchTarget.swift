import CCurl

/// A URL, parsed by the parser that the transfer uses: what was checked is what is connected to.
struct FetchTarget: ~Copyable {
  let handle: OpaquePointer
  /// For errors: the only part of a URL that may be shown.
  let host: String

  init(_ url: String) throws(FetchError) {
    guard !url.utf8.contains(0), let handle = curl_url() else { throw .badURL }
    guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
      let scheme = Self.part(handle, CURLUPART_SCHEME), scheme == "http" || scheme == "https",
      Self.part(handle, CURLUPART_USER) == nil, Self.part(handle, CURLUPART_PASSWORD) == nil,
      let host = Self.part(handle, CURLUPART_HOST), !host.isEmpty
    else {
      curl_url_cleanup(handle)
      throw .badURL
    }
    self.handle = handle
    self.host = host
  }

  deinit { curl_url_cleanup(handle) }

  private static func part(_ handle: OpaquePointer, _ part: CURLUPart) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
