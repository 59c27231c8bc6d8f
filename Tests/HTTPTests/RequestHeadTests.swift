import Testing

@testable import HTTP

@Suite("Request head")
struct RequestHeadTests {
  static func parse(_ input: String) throws -> RequestHead {
    var parser = RequestHeadParser()
    return try #require(try parser.parse(Array(input.utf8).span)).head
  }

  @Test(arguments: [
    ("GET", HTTPMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
    ("PATCH", .patch), ("OPTIONS", .options), ("get", .other("get")), ("LINK", .other("LINK")),
  ])
  func knowsMethods(_ name: String, _ method: HTTPMethod) throws {
    let head = try Self.parse("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.method == method)
    #expect(head.method.name == name)
  }

  @Test(arguments: [
    ("/a/b", "/a/b"), ("/a%20b", "/a b"), ("/%C3%A9", "/é"), ("/%e9", nil), ("/%zz", nil),
    ("/%", nil), ("/%00", "/\0"), ("http://a", "/"), ("http://a?x", "/"), ("/a+b", "/a+b"),
  ])
  func decodesItsPath(_ target: String, _ path: String?) throws {
    #expect(try Self.parse("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").decodedPath() == path)
  }

  @Test func theHostOfTheTargetGoesFirst() throws {
    let head = try Self.parse("GET http://b:81/x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.authority.map { text(head.bytes[$0]) } == "b:81")
    #expect(text(head.bytes[head.target]) == "http://b:81/x?y=1")
    #expect(text(head.pathBytes) == "/x")
    #expect(head.queryBytes.map { text($0) } == "y=1")
    let plain = try Self.parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(plain.authority.map { text(plain.bytes[$0]) } == "a")
    #expect(plain.queryBytes == nil)
    #expect(try Self.parse("GET / HTTP/1.0\r\n\r\n").authority == nil)
  }
}
