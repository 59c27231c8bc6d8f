import Providers
import Testing

@testable import Gateway

@Suite("What keeps a cost from having a bound")
struct UnboundedPartsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var endpoint = Endpoint.chatCompletions
    let body: String
    var found: [String] = []
    var testDescription: String { body }
  }

  static let media = "media or addresses to fetch"
  static let tools = "tools of the provider's"
  static let search = "a search"
  static let stored = "what the provider has stored"
  static let later = "work in the background"

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
    Case(body: "{'webSearchOptions':{}}", found: ["a search"]),
    Case(body: "{'web_search_options':null}"), Case(body: "{'mcp_servers':[]}"),
    Case(body: "{'mcp_servers':null}"),
    Case(body: "{'mcp_servers':[{'type':'url','url':'x'}]}", found: ["remote tools"]),
    Case(body: "{'tools':[{'type':null,'name':'f','input_schema':{}}]}"),
    Case(body: "{'tools':[{'functionDeclarations':[],'googleSearch':null}]}"),
    Case(body: "{'prompt':{'id':'p'}}", found: ["what the provider has stored"]),
    Case(body: "{'prompt':'p'}"), Case(body: "{'background':false}"),
    Case(body: "{'background':true}", found: [later]),
  ])
  func isFound(example: Case) {
    #expect(find(example) == example.found)
  }

  private func find(_ example: Case, model: String? = nil) -> [String] {
    var facts = RequestFacts()
    facts.bodyKind = .json
    facts.model = model
    let body = Array(example.body.replacing("'", with: "\"").utf8)
    return UnboundedParts.find(example.endpoint, facts, body: body.span)
  }

  /// What is no list of tools may be read as one of a single tool.
  @Test(arguments: [
    Case(body: "{'tools':{'googleSearch':{}}}", found: [tools]),
    Case(body: "{'tools':{'type':'web_search'}}", found: [tools]),
    Case(body: "{'tools':{'type':'function'}}", found: [tools]),
    Case(body: "{'tools':'x'}", found: [tools]), Case(body: "{'tools':1}", found: [tools]),
    Case(body: "{'tools':true}", found: [tools]), Case(body: "{'tools':null}"),
    Case(body: "{'tools':[]}"), Case(body: "{'t\\u006fols':[{'googleSearch':{}}]}", found: [tools]),
    Case(body: "{'tools':[{'g\\u006fogleSearch':{}}]}", found: [tools]),
    Case(body: "{'tools':[{'type':'web\\u005fsearch'}]}", found: [tools]),
    Case(body: "{'tools':[{'t\\u0079pe':'web_search'}]}", found: [tools]),
    Case(body: "{'tools':[{'t\\u0079pe':'f\\u0075nction'}]}"),
    Case(body: "{'tools':[{'type':'function','type':'web_search'}]}", found: [tools]),
    Case(body: "{'tools':[{'type':'function'}],'tools':[{'type':'x'}]}", found: [tools]),
    Case(body: "{'tools':[{'x':1,'type':'function'}]}"),
  ])
  func toolsAreThose(example: Case) {
    #expect(find(example) == example.found)
  }

  @Test func moreToolsThanAreLookedAtMayBeAnything() {
    func list(_ count: Int) -> Case {
      let tools = Array(repeating: "{'type':'function'}", count: count).joined(separator: ",")
      return Case(body: "{'tools':[\(tools)]}")
    }
    #expect(find(list(4_096)) == [])
    #expect(find(list(4_097)) == [Self.tools])
  }

  @Test(arguments: [
    Case(body: "{'plugins':[{'id':'web'}]}", found: [search]),
    Case(body: "{'pl\\u0075gins':[{'id':'web'}]}", found: [search]),
    Case(body: "{'plugins':[]}"), Case(body: "{'plugins':[ ]}"), Case(body: "{'plugins':null}"),
    Case(body: "{'search_parameters':{}}", found: [search]),
    Case(body: "{'search_parameters':{'mode':'auto'}}", found: [search]),
    Case(body: "{'search_parameters':{'mode':'on'}}", found: [search]),
    Case(body: "{'search\\u005fparameters':{'mode':'on'}}", found: [search]),
    Case(body: "{'search_parameters':{'mode':'off','mode':'on'}}", found: [search]),
    Case(body: "{'search_parameters':{'mode':'off','m\\u006fde':'on'}}", found: [search]),
    Case(body: "{'search_parameters':true}", found: [search]),
    Case(body: "{'search_parameters':{'mode':'off'}}"), Case(body: "{'search_parameters':null}"),
    Case(body: "{'m':{'search_parameters':{}}}"),
    Case(body: "{'enable_search':true}", found: [search]), Case(body: "{'enable_search':false}"),
    Case(body: "{'enable_search':1}", found: [search]),
    Case(body: "{'enable_code_interpreter':true}", found: [tools]),
    Case(body: "{'data_sources':[{'type':'azure_search'}]}", found: [search]),
    Case(body: "{'search_settings':{'include_domains':['a']}}", found: [search]),
    Case(body: "{'compound_custom':{'tools':{}}}", found: [tools]),
    Case(body: "{'compound_custom':null}"), Case(body: "{'deferred':true}", found: [later]),
    Case(body: "{'models':['a','b']}", found: ["a choice of other models"]),
    Case(body: "{'preset':'p'}", found: [stored]), Case(body: "{'preset':''}"),
    Case(body: "{'plugins':[{'id':'web'}],'enable_search':true}", found: [search]),
  ])
  func whatSwitchesTheProviderOnIsFound(example: Case) {
    #expect(find(example) == example.found)
  }

  @Test func aModelThatSearchesIsFound() {
    #expect(find(Case(body: "{}"), model: "a/b:online") == [Self.search])
    #expect(find(Case(body: "{}"), model: "a/b:free") == [])
    #expect(find(Case(body: "{}"), model: "online") == [])
  }

  /// Each as the one item of a response's input.
  @Test(arguments: [
    ("{'type':'item_reference','id':'msg_1'}", true), ("{'id':'msg_1'}", true),
    ("{'id':'msg_1','type':null}", true), ("{'type':'item\\u005freference','id':'m'}", true),
    ("{'i\\u0064':'msg_1'}", true), ("{'t\\u0079pe':'item_reference','id':'msg_1'}", true),
    ("{'type':'item_reference','id':'msg_1','role':'user','content':'a'}", true),
    ("{'type':'image_generation_call','id':'ig_1'}", true), ("{'id':'msg_1','x':1}", true),
    ("{'id':'msg_1','role':null}", true),
    ("{'role':'user','content':'a'}", false), ("'id'", false), ("{}", false),
    ("{'id':'msg_1','role':'assistant','content':[]}", false),
    ("{'id':'msg_1','type':'message','role':'assistant','content':[]}", false),
    ("{'id':'fc_1','type':'function_call','call_id':'c','name':'f','arguments':'{}'}", false),
    ("{'id':'rs_1','type':'reasoning','summary':[]}", false),
    ("{'type':'function_call_output','call_id':'c','output':'item_reference'}", false),
    ("{'role':'user','content':[{'id':'a'}]}", false),
  ])
  func aStoredItemIsFound(_ item: String, _ isStored: Bool) {
    let media = item.contains("image_generation_call") ? [Self.media] : []
    for endpoint in [Endpoint.responses, .responsesCompact] {
      let example = Case(endpoint: endpoint, body: "{'input':['a',\(item)]}")
      #expect(find(example) == (isStored ? [Self.stored] + media : media))
    }
    #expect(find(Case(endpoint: .embeddings, body: "{'input':[\(item)]}")) == media)
  }

  @Test func moreItemsThanAreLookedAtMayBeAnything() {
    func list(_ count: Int) -> Case {
      let items = Array(repeating: "0", count: count).joined(separator: ",")
      return Case(endpoint: .responses, body: "{'input':[\(items)],'a':{'id':1}}")
    }
    #expect(find(list(65_536)) == [])
    #expect(find(list(65_537)) == [Self.stored])
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
