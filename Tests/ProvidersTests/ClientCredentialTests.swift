import HTTP
import Testing

@testable import Providers

@Suite("Tokens of clients")
struct ClientCredentialTests {
  @Test(arguments: [
    ("GET /v1/models", ["Authorization: Bearer sk-ap-1"]),
    ("GET /v1/models", ["authorization: bearer   sk-ap-1"]),
    ("GET /v1/models", ["X-Api-Key: sk-ap-1"]),
    ("GET /v1/models", ["api-key: sk-ap-1"]),
    ("GET /v1/models", ["x-goog-api-key: sk-ap-1"]),
    ("GET /v1/models?key=sk-ap-1", []),
    ("GET /v1/models?a=b&%6B%65y=sk%2Dap-1&c", []),
    ("GET /v1/models?key=", ["api-key: sk-ap-1"]),
    ("GET /v1/models?key=sk-ap-1", ["api-key: sk-ap-1", "authorization: Bearer sk-ap-1"]),
    ("GET /v1/models", ["Authorization: Basic dXNlcg==", "x-api-key: sk-ap-1"]),
    ("GET /v1/models", ["Authorization: Bearer ", "x-api-key: sk-ap-1"]),
    ("GET /v1/models", ["x-api-key:", "api-key: sk-ap-1"]),
  ])
  func findsTheTokenWhereverItStands(_ line: String, _ fields: [String]) throws {
    let token = try ClientCredential.find(try requestHead(line, fields))
    #expect(String(decoding: token, as: UTF8.self) == "sk-ap-1")
  }

  @Test(arguments: [
    ("GET /v1/models", []), ("GET /v1/models", ["Authorization: Basic dXNlcg=="]),
    ("GET /v1/models", ["Authorization: sk-ap-1"]), ("GET /v1/models", ["Authorization: Bearer"]),
    ("GET /v1/models", ["x-api-key: "]), ("GET /v1/models?key=", []),
    ("GET /v1/models?akey=b", []), ("GET /v1/models?Key=b", []),
    ("GET /v1/models", ["cookie: key=sk-ap-1"]),
  ])
  func findsNone(_ line: String, _ fields: [String]) throws {
    let head = try requestHead(line, fields)
    #expect(throws: Refusal.missingToken) { try ClientCredential.find(head) }
  }

  @Test(arguments: [
    ("GET /v1/models?key=b", ["x-api-key: a"]), ("GET /v1/models?key=a&key=b", []),
    ("GET /v1/models", ["x-api-key: a", "x-api-key: b"]),
    ("GET /v1/models", ["Authorization: Bearer a", "api-key: b"]),
    ("GET /v1/models", ["Authorization: Bearer a", "Authorization: Bearer A"]),
    ("GET /v1/models?key=%zz", []),
  ])
  func refusesTokensThatDiffer(_ line: String, _ fields: [String]) throws {
    let head = try requestHead(line, fields)
    let error = #expect(throws: Refusal.self) { try ClientCredential.find(head) }
    #expect(error?.status == 400)
    #expect(error?.message.contains("token") == true || error?.message.contains("key") == true)
  }

  @Test func walksAQuery() {
    let query = Array("a=1&&b&=c&d=e=f&".utf8)
    var parameters = QueryParameters()
    var found: [String] = []
    while let parameter = parameters.next(in: query.span) {
      let name = String(decoding: query[parameter.name], as: UTF8.self)
      let value = String(decoding: query[parameter.value], as: UTF8.self)
      found.append("\(name)|\(value)|\(String(decoding: query[parameter.whole], as: UTF8.self))")
    }
    #expect(found == ["a|1|a=1", "b||b", "|c|=c", "d|e=f|d=e=f"])
  }
}
