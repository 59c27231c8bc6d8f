import Providers
import Testing

@testable import Gateway

@Suite("What keeps a cost from having a bound")
struct UnboundedPartsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let body: String
    var found: [String] = []
    var testDescription: String { body }
  }

  static let media = "media or addresses to fetch"
  static let tools = "tools of the provider's"

  @Test(arguments: [
    Case(body: "{'messages':[{'role':'user','content':'an image, a file'}]}"),
    Case(body: "{'messages':[{'content':'say \\'type\\':\\'image\\' twice'}]}"),
    Case(body: "{'messages':[{'content':[{'type':'image_url','image_url':{}}]}]}", found: [media]),
    Case(body: "{'messages':[{'content':[{'type' : 'document'}]}]}", found: [media]),
    Case(body: "{'contents':[{'parts':[{'inlineData':{}}]}]}", found: [media]),
    Case(body: "{'input':[{'type':'input_file','file_url':'https://x'}]}", found: [media]),
    Case(body: "{'tools':[{'type':'function','function':{'name':'file'}},{'type':'custom'}]}"),
    Case(body: "{'tools':[{'name':'f','input_schema':{}},{'type':'bash_20250124','name':'bash'}]}"),
    Case(body: "{'tools':[{'functionDeclarations':[]}]}"),
    Case(body: "{'tools':[{'type':'web_search_20250305','name':'w'}]}", found: [tools]),
    Case(body: "{'tools':[{'googleSearch':{}}]}", found: [tools]),
    Case(body: "{'tools':[{'type':'code_interpreter'}]}", found: [tools]),
    Case(body: "{'tools':['x']}", found: [tools]),
    Case(body: "{'web_search_options':{}}", found: ["a search"]),
    Case(body: "{'mcp_servers':[]}", found: ["remote tools"]),
    Case(body: "{'prompt':{'id':'p'}}", found: ["what the provider has stored"]),
    Case(body: "{'prompt':'p'}"), Case(body: "{'background':false}"),
    Case(body: "{'background':true}", found: ["work in the background"]),
  ])
  func isFound(example: Case) {
    var facts = RequestFacts()
    facts.bodyKind = .json
    let body = Array(example.body.replacing("'", with: "\"").replacing("\\\"", with: "\\\"").utf8)
    #expect(UnboundedParts.find(.chatCompletions, facts, body: body.span) == example.found)
  }

  @Test func whatIsNotReadHasNoBound() {
    var facts = RequestFacts()
    facts.bodyKind = .multipart
    facts.namedIDs = ["file-1"]
    #expect(
      UnboundedParts.find(.passthrough, facts, body: [UInt8]().span) == [
        "what the provider has stored", "a request of any kind", "a file",
      ])
  }
}
