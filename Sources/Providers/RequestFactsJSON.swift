import HTTP
import JSON

/// Why a JSON body was not read; a passthrough tells the kinds apart.
enum RequestBodyError: Error {
  /// A member that is acted on stands twice.
  case repeated(Refusal)
  /// It names more ids than are looked up.
  case tooManyIDs(Refusal)
  case unreadable(Refusal)

  var refusal: Refusal {
    switch self {
    case .repeated(let refusal), .tooManyIDs(let refusal), .unreadable(let refusal): refusal
    }
  }
}

extension RequestFacts {
  /// Reads a JSON body.
  mutating func readJSON(_ route: Route, body: Span<UInt8>) throws(RequestBodyError) {
    guard !body.isEmpty else {
      throw .unreadable(.malformed("The body is empty. Send a JSON object."))
    }
    let index: JSONIndex
    do {
      index = try JSONIndex(body)
    } catch {
      throw .unreadable(.malformed("The body cannot be read: \(error.message). Send valid JSON."))
    }
    guard index.kind == .object else {
      throw .unreadable(.malformed("The body is JSON but no object. Send a JSON object."))
    }
    bodyKind = .json
    rootBrace = index.value.lowerBound
    isRootEmpty = index.members.isEmpty
    var seen: UInt32 = 0
    var prompts = 1
    for member in index.members {
      guard let acted = Self.actedOn(member, in: body), acted.isActedOn(by: route.endpoint) else {
        continue
      }
      guard seen & (1 << acted.rawValue) == 0 else {
        let name = Self.name(of: member, in: body)
        throw .repeated(.malformed("The body repeats the member '\(name)'. Send it once."))
      }
      seen |= 1 << acted.rawValue
      if acted == .prompt {
        prompts = Self.promptCount(member, body)
      } else {
        try read(acted, member, route, body)
      }
    }
    choiceCount = min(choiceCount * prompts, Int(Self.choiceCountMax))
    if Self.namesFiles(route.endpoint) {
      RequestFileIDs.append(
        from: body, of: route.endpoint, names: index.names, to: &namedIDs)
      guard namedIDs.count <= RequestFileIDs.idsMax else {
        throw .tooManyIDs(
          .malformed(
            "The body names more than \(RequestFileIDs.idsMax) files and the like. Send fewer."))
      }
    }
  }

  /// Whether an endpoint's requests name files and containers below their top level.
  private static func namesFiles(_ endpoint: Endpoint) -> Bool {
    switch endpoint {
    case .chatCompletions, .responses, .responsesCompact, .responsesInputTokens, .messages,
      .messagesCountTokens, .generateContent, .streamGenerateContent, .countTokens, .passthrough:
      true
    default: false
    }
  }

  private static func actedOn(_ member: JSONMember, in body: Span<UInt8>) -> ActedOn? {
    meaning(of: member, in: body, bytesMax: 21) { ActedOn($0) }
  }

  /// What a member is by its name, escapes decoded; no name that `known` knows is longer than
  /// `bytesMax`.
  private static func meaning<Meaning>(
    of member: JSONMember, in body: Span<UInt8>, bytesMax: Int,
    _ known: (Span<UInt8>) -> Meaning?
  ) -> Meaning? {
    guard member.hasEscapes else { return known(body.extracting(member.name)) }
    guard let name = JSONString.decoded(body, member.name, bytesMax: bytesMax) else { return nil }
    return known(name.span)
  }

  private static func name(of member: JSONMember, in body: Span<UInt8>) -> String {
    JSONString.text(body, member.name) ?? ""
  }

  private mutating func read(
    _ acted: ActedOn, _ member: JSONMember, _ route: Route, _ body: Span<UInt8>
  ) throws(RequestBodyError) {
    let value = member.value
    switch acted {
    case .model:
      guard member.kind == .string, let name = jsonString(body, value) else {
        throw .unreadable(
          .malformed("The member 'model' must be a string. Send a name in quotes."))
      }
      model = name
      modelValue = value
    case .stream:
      guard member.kind == .bool || member.kind == .null else {
        throw .unreadable(.malformed("The member 'stream' must be true or false."))
      }
      isStream = body[value.lowerBound] == UInt8(ascii: "t")
    case .streamOptions:
      try readStreamOptions(member, body)
    case .choices, .bestOf:
      readChoices(body, value)
    case .maxTokens, .maxCompletionTokens, .maxOutputTokens:
      readCap(member.kind == .number ? body.extracting(value) : nil)
    case .previousResponse, .cachedContent, .conversation, .container:
      try readID(member, body)
    case .generationConfig:
      try readGenerationConfig(member, body)
    case .imageSize:
      imageSize = member.kind == .string ? Self.short(jsonString(body, value)) : nil
    case .imageQuality:
      imageQuality = member.kind == .string ? Self.short(jsonString(body, value)) : nil
    case .prompt: break  // Counted where it is found.
    case .models: try readModels(member, body)
    case .input:
      if route.endpoint == .audioSpeech, member.kind == .string {
        inputCharacters = Self.codePoints(body, value)
      }
    }
  }

  /// Models to fall back on at the provider, which rules of models must know of.
  ///
  /// Source: openrouter.ai/docs/guides/routing/model-fallbacks.
  private mutating func readModels(
    _ member: JSONMember, _ body: Span<UInt8>
  ) throws(RequestBodyError) {
    guard member.kind == .array else {
      if member.kind != .null { otherModels = [""] }
      return
    }
    guard
      let elements = try? JSONIndex.elements(
        body, range: member.value, elementsMax: Self.otherModelsMax + 1),
      elements.count <= Self.otherModelsMax
    else {
      throw .unreadable(
        .malformed("'models' names more than \(Self.otherModelsMax) models. Send fewer."))
    }
    otherModels = elements.map { jsonString(body, $0.value) ?? "" }
  }

  /// More than any provider takes.
  private static let otherModelsMax = 32

  /// A word of a request for images; one that is longer than any provider's is none.
  static func short(_ word: String?) -> String? {
    guard let word, word.utf8.count <= 32 else { return nil }
    return word
  }

  private mutating func readStreamOptions(
    _ member: JSONMember, _ body: Span<UInt8>
  ) throws(RequestBodyError) {
    switch member.kind {
    case .null: streamOptions = .null(value: member.value)
    case .object:
      let index = try Self.nested(member, body)
      guard index.count(named: "include_usage", in: body) <= 1 else {
        throw .repeated(
          .malformed("The body repeats 'stream_options.include_usage'. Send it once."))
      }
      if let option = index.member(named: "include_usage", in: body) {
        streamOptions = .includeUsage(value: option.value)
        asksForUsage = body[option.value.lowerBound] == UInt8(ascii: "t")
      } else {
        streamOptions = .object(brace: index.value.lowerBound, isEmpty: index.members.isEmpty)
      }
    default: streamOptions = .other
    }
  }

  private mutating func readGenerationConfig(
    _ member: JSONMember, _ body: Span<UInt8>
  ) throws(RequestBodyError) {
    guard member.kind == .object else { return }
    let index = try Self.nested(member, body)
    var caps = 0
    for option in index.members {
      switch Self.meaning(of: option, in: body, bytesMax: 17, { ConfigOption($0) }) {
      case .candidateCount: readChoices(body, option.value)
      case .maxOutputTokens:
        caps += 1
        readCap(option.kind == .number ? body.extracting(option.value) : nil)
      case nil: break
      }
    }
    guard caps <= 1 else {
      throw .repeated(
        .malformed("The body repeats 'generationConfig.maxOutputTokens'. Send it once."))
    }
  }

  private static func nested(
    _ member: JSONMember, _ body: Span<UInt8>
  ) throws(RequestBodyError) -> JSONIndex {
    do {
      return try JSONIndex(body, range: member.value)
    } catch {
      throw .unreadable(.malformed("The body cannot be read: \(error.message). Send valid JSON."))
    }
  }

  /// How many texts are to be completed, each with an answer of its own: a list of texts or of lists
  /// of tokens, where a list of numbers is one.
  ///
  /// Source: platform.openai.com/docs/api-reference/completions/create, `prompt`.
  private static func promptCount(_ member: JSONMember, _ body: Span<UInt8>) -> Int {
    guard member.kind == .array,
      let elements = try? JSONIndex.elements(
        body, range: member.value, elementsMax: Int(choiceCountMax))
    else { return 1 }
    return max(1, elements.count { $0.kind != .number })
  }

  /// How many answers are asked for at most, as the most lenient provider may read it: a number in
  /// quotes too, a fraction rounded up, and one that is beyond all reading as the greatest.
  private mutating func readChoices(_ body: Span<UInt8>, _ value: Range<Int>) {
    guard let inside = JSONString.inside(body, value) else {
      return readChoices(body.extracting(value))
    }
    guard let number = JSONString.decoded(body, inside, bytesMax: 64) else {
      return choiceCount = Int(Self.choiceCountMax)
    }
    readChoices(number.span)
  }

  private mutating func readChoices(_ number: Span<UInt8>) {
    let count: Int64
    switch JSONInteger(parsing: number) {
    case .exact(let exact): count = exact
    case .outOfRange: count = Self.choiceCountMax
    case .fraction:
      let point = number.indices.first { number[$0] == UInt8(ascii: ".") } ?? 0
      let hasExponent = number.indices.contains { number[$0] | 0x20 == UInt8(ascii: "e") }
      let whole = JSONInteger(parsing: number.extracting(0..<point)).exactValue
      count = hasExponent ? Self.choiceCountMax : whole.map { $0 &+ 1 } ?? Self.choiceCountMax
    case .notNumber: return
    }
    choiceCount = max(choiceCount, Int(clamping: min(count, Self.choiceCountMax)))
  }

  /// More than any provider makes; a bound of their cost does not overflow.
  private static let choiceCountMax: Int64 = 1_000_000

  private mutating func readCap(_ number: Span<UInt8>?) {
    guard let number, let cap = JSONInteger(parsing: number).exactValue, cap > 0 else { return }
    outputTokensMax = max(outputTokensMax ?? 0, cap)
  }

  /// An id, or an object that holds it as `id`.
  private mutating func readID(
    _ member: JSONMember, _ body: Span<UInt8>
  ) throws(RequestBodyError) {
    var value = member.value
    if member.kind == .object {
      let index = try Self.nested(member, body)
      guard index.count(named: "id", in: body) <= 1 else {
        let name = Self.name(of: member, in: body)
        throw .repeated(.malformed("The body repeats '\(name).id'. Send it once."))
      }
      guard let id = index.member(named: "id", in: body) else { return }
      value = id.value
    }
    guard let id = jsonString(body, value), !id.isEmpty, id.utf8.count <= 512 else { return }
    namedIDs.append(id)
  }

  /// Unicode code points of a string value: its bytes that begin a character, an escape as the one
  /// character that it stands for.
  static func codePoints(_ body: Span<UInt8>, _ value: Range<Int>) -> Int {
    guard let inside = JSONString.inside(body, value) else { return 0 }
    var count = 0
    var index = inside.lowerBound
    while index < inside.upperBound {
      let byte = body[index]
      index += 1
      if byte == UInt8(ascii: "\\"), index < inside.upperBound {
        let isUnicode = body[index] == UInt8(ascii: "u")
        // The second half of a surrogate pair is no character of its own.
        let isSecondHalf = isUnicode && isLowSurrogate(body, at: index)
        index += isUnicode ? 5 : 1
        count += isSecondHalf ? 0 : 1
      } else if byte & 0xC0 != 0x80 {
        count += 1
      }
    }
    return count
  }

  /// Whether `uDC00` to `uDFFF` stands at `index`.
  private static func isLowSurrogate(_ body: Span<UInt8>, at index: Int) -> Bool {
    guard index + 2 < body.count, asciiLowercase(body[index + 1]) == UInt8(ascii: "d") else {
      return false
    }
    switch asciiLowercase(body[index + 2]) {
    case UInt8(ascii: "c")...UInt8(ascii: "f"): return true
    default: return false
    }
  }
}
