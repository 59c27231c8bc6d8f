import JSON
import Testing

@testable import Gateway

/// Every definition's refusals, in one table: kind, value, and words that the message must hold.
@Suite("Fields of records")
struct RecordFieldsTests {
  static let provider = "'name': 'o', 'dialect': 'openai', 'base_url': 'https://o.example/v1'"
  static let key = "'provider': 'p', 'label': 'first', 'secret': {'sealed': 's'}"
  static let digest = String(repeating: "0a", count: 32)
  static let token = "'user': 'u', 'label': 'l', 'digest': '\(digest)'"
  static let model = "'name': 'm', 'targets': [{'provider': 'p', 'model': 'x'}]"

  static let refusals: [(Record.Kind, String, [String])] = [
    (.provider, "[]", ["object", "base_url"]),
    (
      .provider, "{\(provider), 'basurl': 1}",
      ["provider 'o'", "'basurl'", "its fields are name, dialect"]
    ),
    (.provider, "{\(provider), 'auth': 'x', 'auth': 'y'}", ["auth", "twice"]),
    (.provider, "{'name': 'o', 'dialect': 'openai'}", ["base_url is missing", "https://"]),
    (
      .provider, "{'name': 'o', 'dialect': 'cohere', 'base_url': 'https://o'}",
      ["dialect", "'openai'"]
    ),
    (.provider, "{'name': 'o', 'dialect': 'openai', 'base_url': 'ftp://o'}", ["base_url"]),
    (.provider, "{\(provider), 'allow_private': 'yes'}", ["allow_private must be true or false"]),
    (.provider, "{\(provider), 'headers': []}", ["headers must be an object"]),
    (
      .provider, "{\(provider), 'headers': {'a': 1}}",
      ["headers must be an object of names and texts"]
    ),
    (
      .key, "{'label': 'first', 'secret': {'sealed': 's'}}", ["key 'first'", "provider is missing"]
    ),
    (
      .key, "{'provider': 'p', 'label': ' x', 'secret': {'sealed': 's'}}",
      ["label", "without spaces"]
    ),
    (.key, "{\(key), 'level': -1}", ["level must be a whole number from 0 to 1000000"]),
    (.key, "{\(key), 'level': 1.5}", ["level must be a whole number"]),
    (.key, "{\(key), 'level': 1e300}", ["level must be a whole number"]),
    (.key, "{\(key), 'weight': 0}", ["weight must be a whole number from 1 to 10000"]),
    (.key, "{\(key), 'models': 'gpt'}", ["models must be a list of texts"]),
    (.key, "{\(key), 'models': [1]}", ["models must be a list of texts"]),
    (.key, "{\(key), 'models': ['a*b*']}", ["models", "one '*'"]),
    (.key, "{\(key), 'status': 'off'}", ["status must be one of 'active', 'disabled', 'pending'"]),
    (
      .key, "{'provider': 'p', 'label': 'first', 'secret': 'sk-clear-canary'}",
      ["secret must be sealed"]
    ),
    (.user, "{}", ["name is missing"]),
    (.user, "{'name': ''}", ["name is missing"]),
    (.user, "{'name': 'a\\nb'}", ["name", "one line"]),
    (.user, "{'name': 7}", ["name must be a text"]),
    (.user, "{'name': 'ada', 'status': 'gone'}", ["user 'ada'", "'active', 'suspended'"]),
    (.user, "{'name': 'ada', 'affinity': 'key'}", ["affinity must be one of 'none', 'user'"]),
    (.user, "{'name': 'ada', 'quota': {}}", ["has no field 'quota'"]),
    (.token, "{'user': 'u', 'label': 'l'}", ["digest must be 64 hexadecimal digits"]),
    (.token, "{\(token), 'expires_at': 'soon'}", ["expires_at must be a time such as"]),
    (.token, "{\(token), 'secret': 'x'}", ["has no field 'secret'"]),
    (.model, "{'name': 'm'}", ["targets is missing"]),
    (.model, "{'name': 'm', 'targets': []}", ["targets is missing"]),
    (.model, "{'name': 'a**', 'targets': [1]}", ["name may hold one '*'"]),
    (.model, "{'name': 'm', 'targets': ['x']}", ["targets must hold objects"]),
    (.model, "{'name': 'm', 'targets': [{'provider': 'p'}]}", ["targets must hold objects"]),
    (.model, "{'name': 'm', 'targets': [{'provider': 'p', 'model': ''}]}", ["empty model"]),
    (
      .model, "{'name': 'm', 'targets': [{'provider': 'p', 'model': 'x', 'wait': 1}]}",
      ["has no field 'wait'"]
    ),
    (
      .model, "{'name': 'm', 'targets': [{'provider': 'p', 'model': 'x', 'weight': -1}]}",
      ["weight in targets", "0 to 10000"]
    ),
    (
      .model, "{'name': 'm', 'targets': [{'provider': 'p', 'model': 'x-*'}]}",
      ["'x-*' in targets holds a '*'"]
    ),
    (.model, "{\(model), 'fallbacks': [1]}", ["fallbacks must hold objects", "or names"]),
    (.model, "{\(model), 'fallbacks': ['']}", ["empty model"]),
    (.price, "{'name': 'm'}", ["price must be an object"]),
    (.price, "{'name': 'm', 'price': 3}", ["price must be an object"]),
    (
      .price, "{'name': 'm', 'price': {'input_cost_per_token': 'x'}}",
      ["price 'm'", "input_cost_per_token"]
    ),
    (.setting, "{'name': 'queue_weight', 'value': 1}", ["no such setting", "queue_wait"]),
    (.setting, "{'name': 'queue_wait'}", ["value is missing"]),
    (.setting, "{'name': 'queue_wait', 'value': -1}", ["seconds from 0 to 600"]),
    (.setting, "{'name': 'unpriced', 'value': 'maybe'}", ["'allow', 'refuse', 'free'"]),
  ]

  @Test(arguments: refusals)
  func refuses(kind: Record.Kind, value: String, words: [String]) throws {
    let json = try JSONValue(parsing: value.replacing("'", with: "\""))
    let error = try #require(throws: RecordError.self) { try Self.decode(kind, json) }
    #expect(error.kind == kind)
    for word in words { #expect(error.description.contains(word), "\(error)") }
    #expect(!error.description.contains("canary"))
  }

  static func decode(_ kind: Record.Kind, _ value: JSONValue) throws(RecordError) {
    switch kind {
    case .provider: _ = try ProviderDefinition(value, id: "id")
    case .key: _ = try KeyDefinition(value, id: "id")
    case .user: _ = try UserDefinition(value, id: "id")
    case .token: _ = try TokenDefinition(value, id: "id")
    case .model: _ = try ModelDefinition(value, id: "id")
    case .price: _ = try ModelPriceDefinition(value, id: "id")
    case .setting: _ = try SettingDefinition(value, id: "id")
    }
  }

  @Test func nullReadsAsAbsent() throws {
    let definition = try UserDefinition(["name": "ada", "level": nil, "status": nil], id: "u")
    #expect(definition.level == 1 && definition.status == .active)
  }
}
