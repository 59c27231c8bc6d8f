import CCurl

/// A libcurl handle, set up for one transfer.
struct FetchHandle: ~Copyable {
  private let handle: UnsafeMutableRawPointer
  private var headers: UnsafeMutablePointer<curl_slist>?
  private let transfer: FetchTransfer
  /// The first option that could not be set: nothing is sent then.
  private var failure = CURLE_OK

  /// - Parameters:
  ///   - request: Checked here for what would break the framing.
  ///   - target: Must outlive the handle, as libcurl reads the URL from it.
  ///   - transfer: Gets what comes back.
  /// - Throws: `FetchError.badRequest`.
  init(
    _ request: FetchRequest, _ target: borrowing FetchTarget, _ transfer: FetchTransfer
  ) throws(FetchError) {
    try Self.check(request)
    guard let handle = curl_easy_init() else {
      throw .failed(host: target.host, words: "out of memory")
    }
    self.handle = handle
    self.transfer = transfer
    setPointer(CURLOPT_CURLU, UnsafeMutableRawPointer(target.handle))
    setRules(request)
    setWay(request)
    setMethod(request)
    setHeaders(request)
    setCallbacks()
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
  }

  borrowing func perform(body: [UInt8]?) -> CURLcode {
    guard failure == CURLE_OK else { return failure }
    guard let body else { return curl_easy_perform(handle) }
    return body.withUnsafeBytes { bytes in
      let status = ccurl_set_body(handle, bytes.baseAddress, bytes.count)
      return status == CURLE_OK ? curl_easy_perform(handle) : status
    }
  }

  // MARK: Options

  private mutating func setRules(_ request: FetchRequest) {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_FOLLOWLOCATION, 0)
    // Neither `https_proxy` nor `NO_PROXY` of the environment.
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NOPROXY, "*")
    set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_HTTP09_ALLOWED, 0)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let caFile = request.caFile { set(CURLOPT_CAINFO, caFile) }
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeoutMilliseconds))
    set(CURLOPT_TIMEOUT_MS, max(1, request.timeoutMilliseconds))
    set(CURLOPT_USERAGENT, request.userAgent)
  }

  private mutating func setWay(_ request: FetchRequest) {
    if case .socket(let path) = request.way { set(CURLOPT_UNIX_SOCKET_PATH, path) }
  }

  private mutating func setMethod(_ request: FetchRequest) {
    if request.method == "HEAD" { return set(CURLOPT_NOBODY, 1) }
    // A body makes it a POST; the name that is sent is always the one asked for.
    if request.body != nil { set(CURLOPT_POST, 1) }
    set(CURLOPT_CUSTOMREQUEST, request.method)
  }

  private mutating func setHeaders(_ request: FetchRequest) {
    // No waiting for `100 Continue`, and no content type but the one that is given.
    add("Expect:")
    let hasType = request.headers.contains {
      $0.name.utf8.elementsEqual("content-type".utf8, by: { lowered($0) == $1 })
    }
    if !hasType { add("Content-Type:") }
    for (name, value) in request.headers { add(value.isEmpty ? "\(name);" : "\(name): \(value)") }
    setPointer(CURLOPT_HTTPHEADER, headers)
  }

  private mutating func add(_ line: String) {
    guard let longer = curl_slist_append(headers, line) else { return fail(CURLE_OUT_OF_MEMORY) }
    headers = longer
  }

  private mutating func setCallbacks() {
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    setPointer(CURLOPT_WRITEDATA, context)
    setPointer(CURLOPT_HEADERDATA, context)
    setPointer(CURLOPT_OPENSOCKETDATA, context)
    setPointer(CURLOPT_XFERINFODATA, context)
    set(CURLOPT_NOPROGRESS, 0)
    check(
      ccurl_set_receiver(handle, CURLOPT_WRITEFUNCTION) { start, size, count, context in
        let bytes = UnsafeRawBufferPointer(start: start, count: size * count)
        return receiver(of: context)?.receive(body: bytes) == true ? bytes.count : 0
      })
    check(
      ccurl_set_receiver(handle, CURLOPT_HEADERFUNCTION) { start, size, count, context in
        let line = UnsafeRawBufferPointer(start: start, count: size * count)
        return receiver(of: context)?.receive(headerLine: line) == true ? line.count : 0
      })
    check(
      ccurl_set_open_socket(handle) { context, _, address in
        guard let address, let transfer = receiver(of: context) else { return CURL_SOCKET_BAD }
        return transfer.openSocket(address)
      })
    check(
      ccurl_set_progress(handle) { context, _, _, _, _ in
        receiver(of: context)?.goesOn == true ? 0 : 1
      })
  }

  private mutating func set(_ option: CURLoption, _ value: Int) {
    check(ccurl_set_long(handle, option, value))
  }

  private mutating func set(_ option: CURLoption, _ value: String) {
    check(ccurl_set_string(handle, option, value))
  }

  private mutating func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
    check(ccurl_set_pointer(handle, option, value))
  }

  private mutating func check(_ status: CURLcode) {
    if status != CURLE_OK { fail(status) }
  }

  private mutating func fail(_ status: CURLcode) {
    if failure == CURLE_OK { failure = status }
  }

  // MARK: What would break the framing

  private static func check(_ request: FetchRequest) throws(FetchError) {
    guard isToken(request.method) else { throw .badRequest("the method is not a token") }
    for (name, value) in request.headers {
      guard isToken(name) else { throw .badRequest("a header's name is not a token") }
      guard !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
        throw .badRequest("the header \(name) holds a control character")
      }
    }
  }

  /// RFC 9110, section 5.6.2.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}

private func receiver(of context: UnsafeMutableRawPointer?) -> FetchTransfer? {
  context.map { Unmanaged<FetchTransfer>.fromOpaque($0).takeUnretainedValue() }
}
