import Testing

@testable import Providers

@Suite("A provider's list of models")
struct ModelListNamesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let dialect: Dialect
    var style: String?
    let body: String
    let names: Set<String>?
    var testDescription: String { "\(dialect.rawValue): \(name)" }
  }

  static let cases: [Case] = [
    Case(
      name: "whole", dialect: .openai,
      body: #"{"object":"list","data":[{"id":"a"},{"id":"ft:b:c"}]}"#, names: ["a", "ft:b:c"]),
    Case(
      name: "whole", dialect: .anthropic, body: #"{"data":[{"id":"a"}],"has_more":false}"#,
      names: ["a"]),
    Case(
      name: "more follows", dialect: .anthropic, body: #"{"data":[{"id":"a"}],"has_more":true}"#,
      names: nil),
    Case(
      name: "whole", dialect: .gemini,
      body: #"{"models":[{"name":"models/a"},{"name":"tunedModels/b"}]}"#,
      names: ["a", "tunedModels/b"]),
    Case(
      name: "more follows", dialect: .gemini,
      body: #"{"models":[{"name":"models/a"}],"nextPageToken":"x"}"#, names: nil),
    Case(
      name: "base models, not deployments", dialect: .openai, style: "azure",
      body: #"{"data":[{"id":"a"}]}"#, names: nil),
    Case(name: "empty", dialect: .openai, body: #"{"data":[]}"#, names: nil),
    Case(name: "no list", dialect: .openai, body: #"{"data":{}}"#, names: nil),
    Case(name: "no JSON", dialect: .openai, body: "<html>", names: nil),
    Case(name: "no body", dialect: .openai, body: "", names: nil),
    Case(name: "no names", dialect: .openai, body: #"{"data":[{"id":7}]}"#, names: nil),
    Case(
      name: "too long a name", dialect: .openai,
      body: #"{"data":[{"id":"\#(String(repeating: "x", count: 257))"}]}"#, names: nil),
    Case(
      name: "too many", dialect: .openai,
      body: #"{"data":[\#(repeatElement(#"{"id":"a"}"#, count: 4_097).joined(separator: ","))]}"#,
      names: nil),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) throws {
    let profile = try ProviderProfile(
      name: "p", dialect: example.dialect.rawValue, baseURL: "https://p.example",
      apiVersion: example.style == nil ? nil : "2024-10-21", style: example.style)
    #expect(ModelListNames.read(Array(example.body.utf8), profile: profile) == example.names)
  }

  @Test func allOfItIsAskedFor() {
    #expect(ModelListNames.wholeListQuery(.openai).isEmpty)
    #expect(ModelListNames.wholeListQuery(.anthropic) == "limit=1000")
    #expect(ModelListNames.wholeListQuery(.gemini) == "pageSize=1000")
  }
}
