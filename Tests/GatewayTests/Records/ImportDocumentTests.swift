import JSON
import Testing

@testable import Gateway

@Suite("Import documents")
struct ImportDocumentTests {
  static let refusals: [(String, String)] = [
    ("[]", "must be an object with providers, keys, users, tokens, models, prices, settings"),
    ("{'provider': []}", "has no section 'provider'"),
    ("{'users': [], 'users': []}", "users: This section is given twice"),
    ("{'users': {}}", "users: This section must be a list"),
    ("{'prices': []}", "prices: This section must be an object keyed by name"),
    ("{'settings': 3}", "settings: This section must be an object keyed by name"),
    ("{'users': ['ada']}", "users[0]: Each user must be an object"),
    ("{'users': [{}]}", "users[0]: name is missing"),
    ("{'users': [{'name': 'a'}, {'name': 'a'}]}", "users[1]: 'a' stands in the document twice"),
    ("{'users': [{'name': 'a', 'name': 'a'}]}", "users[0]: name is given twice"),
    (
      "{'users': [{'name': 'a', 'budgets': [{'usd': 1, 'usd': 500, 'period': 'day'}]}]}",
      "users[0]: budgets: usd is given twice"
    ),
    (
      "{'models': [{'name': 'a', 'targets': [{'provider': 'a', 'model': 'x', 'model': 'y'}]}]}",
      "models[0]: targets: model is given twice"
    ),
    (
      "{'users': [{'name': 'a', 'rpm': 5}]}",
      "users[0]: a user has no field 'rpm'; its fields are name"
    ),
    (
      "{'users': [{'name': 'a', 'level': 'x'}]}", "users[0]: user 'a': level must be a whole number"
    ),
    (
      "{'users': [{'name': 'a'}, {'name': 'b', 'status': 'x'}]}",
      "users[1]: user 'b': status must be"
    ),
    ("{'keys': [{'label': 'l'}]}", "keys[0]: provider is missing"),
    ("{'keys': [{'provider': 'x', 'label': 'l'}]}", "keys[0].provider: there is no provider 'x'"),
    ("{'keys': [{'provider': 'a', 'label': 'n', 'secret': 5}]}", "keys[0]: secret must be a text"),
    ("{'keys': [{'provider': 'a', 'label': 'n', 'secret': ''}]}", "keys[0]: secret must be a text"),
    ("{'keys': [{'provider': 'a', 'label': 'n'}]}", "keys[0]: key 'a/n': secret is missing"),
    (
      "{'keys': [{'provider': 'a', 'label': 'n', 'secret': 'a b canary'}]}",
      "keys[0]: secret may not hold"
    ),
    (
      "{'keys': [{'provider': 'a', 'label': 'n', 'secret': {'sealed': 'other:65'}}]}",
      "keys[0]: secret was sealed with another master key"
    ),
    (
      "{'tokens': [{'user': 'x', 'label': 'l', 'secret': 's'}]}",
      "tokens[0].user: there is no user 'x'"
    ),
    ("{'tokens': [{'user': 'ada', 'label': 'n'}]}", "tokens[0]: token 'n': digest must be"),
    ("{'tokens': [{'user': 'ada', 'label': 'n', 'digest': '12'}]}", "tokens[0]: digest must be 64"),
    (
      "{'tokens': [{'user': 'ada', 'label': 'n', 'secret': 7}]}", "tokens[0]: secret must be a text"
    ),
    (
      "{'tokens': [{'user': 'ada', 'label': 'n', 'secret': 's', 'digest': '\(RecordFieldsTests.digest)'}]}",
      "tokens[0]: secret and digest are of different tokens"
    ),
    (
      "{'tokens': [{'user': 'ada', 'label': 'n', 'secret': 's', 'expires_at': 'x'}]}",
      "tokens[0]: expires_at must be a time"
    ),
    (
      "{'models': [{'name': 'n', 'targets': [{'provider': 'x', 'model': 'y'}]}]}",
      "models[0].targets: there is no provider 'x'"
    ),
    ("{'models': [{'name': 'n', 'targets': 5}]}", "models[0]: model 'n': targets must be a list"),
    ("{'prices': {'m': 5}}", "prices['m']: price 'm': price must be an object"),
    (
      "{'settings': {'nonsense': 5}}",
      "settings['nonsense']: setting 'nonsense': there is no such setting"
    ),
    (
      "{'settings': {'queue_wait': 'x'}}",
      "settings['queue_wait']: setting 'queue_wait': must be a number"
    ),
  ]

  /// Nothing is written when any part does not stand, and no message holds a secret.
  @Test(arguments: refusals)
  func refuses(document: String, words: String) throws {
    let world = try World(SnapshotBuilderTests.document)
    let error = #expect(throws: ImportError.self) { try world.plan(document) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("canary") != true)
  }
}
