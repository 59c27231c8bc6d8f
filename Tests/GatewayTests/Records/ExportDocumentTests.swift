import JSON
import Testing

@testable import Gateway

@Suite("Exports")
struct ExportDocumentTests {
  /// An export with secrets, imported into an empty appliance, gives the same export.
  @Test(arguments: [ExportDocument.Secrets.sealed, .clear])
  func canBeImported(secrets: ExportDocument.Secrets) throws {
    let world = try World(ImportPlannerTests.full)
    let document = ExportDocument.document(world.snapshot, secrets: secrets)
    #expect(try world.plan(document.text).writes.isEmpty, "into itself")
    #expect(try world.plan(document.text, replacing: true).writes.isEmpty)
    var other = World()
    try other.load(document.text)
    #expect(
      ExportDocument.document(other.snapshot, secrets: .clear)
        == ExportDocument.document(world.snapshot, secrets: .clear))
    #expect(try other.caller("t1").user.name == "ada")
  }

  @Test func namesAndOrder() throws {
    let world = try World(ImportPlannerTests.full)
    let document = ExportDocument.document(world.snapshot, secrets: .clear)
    #expect(
      document.object?.map(\.name) == [
        "providers", "keys", "users", "tokens", "models", "prices", "settings",
      ])
    #expect(document["keys"]?[0]?["provider"]?.string == "a")
    #expect(document["keys"]?[0]?["secret"]?.string == "k1")
    #expect(document["models"]?[0]?["targets"]?[0]?["provider"]?.string == "a")
    #expect(document["models"]?[0]?["fallbacks"]?[0]?.string == "n")
    #expect(document["models"]?[0]?["fallbacks"]?[1]?["provider"]?.string == "local")
    #expect(document["tokens"]?[0]?["expires_at"]?.string == "2027-01-31T00:00:00Z")
    #expect(document["prices"]?["m"]?["input_cost_per_token"]?.numberText == "1e-06")
    #expect(document["settings"]?["queue_wait"]?.numberText == "5")
  }

  @Test func secretsMayBeLeftOut() throws {
    let world = try World(ImportPlannerTests.full)
    let text = ExportDocument.document(world.snapshot, secrets: .omitted).text
    #expect(!text.contains("secret") && !text.contains("digest"))
    let sealed = ExportDocument.document(world.snapshot, secrets: .sealed)
    #expect(sealed["keys"]?[0]?["secret"]?["sealed"]?.string != nil)
    #expect(!sealed.text.contains("\"k1\""))
  }

  @Test func headersThatMayHoldSecretsAreMasked() throws {
    var world = try World(
      """
      {'providers': [{'name': 'p', 'dialect': 'openai', 'base_url': 'https://p.example',
        'headers': {'X-Gateway-Authorization': 'one', 'X-Team': 'blue'}}]}
      """)
    let id = try world.provider("p").id
    let old = try #require(world.snapshot.record(.provider, id: id))
    try world.load(
      """
      {'providers': [{'name': 'p',
        'headers': {'X-Gateway-Authorization': 'two', 'X-Team': 'red', 'X-Team-Token': 'three'}}]}
      """)
    let new = try #require(world.snapshot.record(.provider, id: id))
    let before = ExportDocument.masked(old, in: world.snapshot)
    #expect(before?["headers"] == ["X-Gateway-Authorization": "[secret]", "X-Team": "blue"])
    let after = ExportDocument.masked(new, in: world.snapshot, since: old)
    #expect(
      after?["headers"] == [
        "X-Gateway-Authorization": "[new secret]", "X-Team": "red", "X-Team-Token": "[new secret]",
      ])
  }
}
