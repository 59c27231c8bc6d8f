import Gateway
import JSON
import Testing

@testable import Server

@Suite("The door of the administration")
struct AdministrationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let body: String
    let status: Int
    let code: String?
    var testDescription: String { body }
  }

  static let cases: [Case] = [
    Case(body: #"{"operation":"user.add","arguments":{"name":"zoe"}}"#, status: 200, code: nil),
    Case(body: #"{"operation":"user.list"}"#, status: 200, code: nil),
    Case(body: #"{"operation":"user.list","arguments":null}"#, status: 200, code: nil),
    Case(
      body: #"{"operation":"user.add","arguments":{"name":"ada"}}"#, status: 400,
      code: "already_exists"),
    Case(
      body: #"{"operation":"user.set","arguments":{"name":"eve"}}"#, status: 400, code: "not_found"),
    Case(body: #"{"operation":"user.add","arguments":{}}"#, status: 400, code: "invalid"),
    Case(body: #"{"operation":"user.add","arguments":{"name":7}}"#, status: 400, code: "invalid"),
    Case(body: #"{"operation":"user.fly"}"#, status: 400, code: "invalid"),
    Case(body: #"{"operation":"user.add.now"}"#, status: 400, code: "invalid"),
    Case(body: #"{"operation":""}"#, status: 400, code: "invalid"),
    Case(body: #"{"operation":7}"#, status: 400, code: "invalid"),
    Case(body: #"{}"#, status: 400, code: "invalid"),
    Case(body: #"[]"#, status: 400, code: "invalid"),
    Case(body: "", status: 400, code: "invalid"),
    Case(body: #"{"operation":"#, status: 400, code: "invalid"),
  ]

  @Test(arguments: cases)
  func answers(_ example: Case) throws {
    let desk = try TestDesk.furnished()
    let answer = desk.administration.answer(Array(example.body.utf8))
    #expect(answer.status == example.status)
    let body = try JSONValue(parsing: answer.body)
    #expect(body.at("error.code")?.string == example.code)
    #expect(body.object?.map(\.name) == [example.code == nil ? "result" : "error"])
    if example.code != nil { #expect(body.at("error.message")?.string?.isEmpty == false) }
  }

  @Test func everyOperationHasItsName() {
    for name in [
      "provider.list", "provider.show", "provider.add", "provider.set", "provider.remove",
      "key.list", "key.add", "key.set", "key.remove", "user.list", "user.add", "user.set",
      "user.remove", "token.list", "token.add", "token.remove", "model.list", "model.add",
      "model.set", "model.remove", "price.list", "price.set", "price.import", "price.remove",
      "setting.list", "setting.set", "import", "export", "status", "requests.list",
      "request.show", "usage.summary",
    ] {
      #expect(OperationName(name) != nil, "\(name)")
    }
    for name in ["", ".", "provider", "provider.", ".list", "cloud.list", "provider.list.x"] {
      #expect(OperationName(name) == nil, "\(name)")
    }
  }

  @Test func argumentsAreReadWithClearErrors() throws {
    let arguments = Arguments(["a": "x", "b": 7, "c": nil, "d": true, "e": ""])
    #expect(try arguments.text("a") == "x")
    #expect(try arguments.optionalText("c") == nil)
    #expect(try arguments.optionalInt("b") == 7)
    #expect(arguments.flag("d"))
    #expect(!arguments.flag("a"))
    for name in ["b", "c", "e", "absent"] {
      let error = #expect(throws: OperationFailure.self) { try arguments.text(name) }
      #expect(error?.code == "invalid")
      #expect(error?.message.contains("'\(name)'") == true)
    }
    #expect(throws: OperationFailure.self) { try arguments.optionalInt("a") }
    var taken = arguments
    #expect(taken.take("a")?.string == "x")
    #expect(taken["a"] == nil)
  }
}
