import HTTP

extension RequestFacts {
  /// Reads a form with files: the fields `model`, `stream`, `n`, `size` and `quality`,
  /// wherever they stand.
  mutating func readMultipart(
    _ head: RequestHead, body: Span<UInt8>, makesImages: Bool
  ) throws(Refusal) {
    guard let type = head.fields.first("content-type") else { return }
    let form: MultipartReader
    do {
      form = try MultipartReader(body, contentType: type)
    } catch {
      throw .malformed("The form cannot be read: \(error.message) Send valid multipart/form-data.")
    }
    bodyKind = .multipart
    formBoundary = form.boundary
    firstPart = form.parts.first?.header.lowerBound ?? 0
    var hasModel = false
    var hasStream = false
    var hasChoices = false
    var hasSize = false
    var hasQuality = false
    for part in form.parts {
      if part.isNamed("model") {
        guard !hasModel else { throw Self.repeated("model") }
        hasModel = true
        try readModel(part, body)
      } else if part.isNamed("stream") {
        guard !hasStream else { throw Self.repeated("stream") }
        hasStream = true
        isStream = Self.isTrue(body.extracting(part.content))
      } else if part.isNamed("n") {
        guard !hasChoices else { throw Self.repeated("n") }
        hasChoices = true
        if let text = body.extracting(part.content).text(), let count = Int(text), count > 0 {
          choiceCount = min(count, 1_000_000)
        }
      } else if makesImages, part.isNamed("size") {
        guard !hasSize else { throw Self.repeated("size") }
        hasSize = true
        imageSize = Self.short(body.extracting(part.content).text())
      } else if makesImages, part.isNamed("quality") {
        guard !hasQuality else { throw Self.repeated("quality") }
        hasQuality = true
        imageQuality = Self.short(body.extracting(part.content).text())
      }
    }
  }

  private static func repeated(_ name: String) -> Refusal {
    .malformed("The form repeats the field '\(name)'. Send it once.")
  }

  private mutating func readModel(
    _ part: MultipartReader.Part, _ body: Span<UInt8>
  ) throws(Refusal) {
    guard part.filename == nil, part.content.count <= Self.modelBytesMax,
      let name = body.extracting(part.content).text()
    else {
      throw .malformed("The field 'model' must be the name of a model, not a file. Send its name.")
    }
    model = name
    modelValue = part.content
  }

  /// What the form parsers of providers take for true.
  private static func isTrue(_ value: Span<UInt8>) -> Bool {
    value.equalsIgnoringCase("true") || value.equals("1") || value.equalsIgnoringCase("yes")
      || value.equalsIgnoringCase("on")
  }
}
