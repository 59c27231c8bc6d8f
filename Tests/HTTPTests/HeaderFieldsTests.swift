import Testing

@testable import HTTP

@Suite("Header fields (RFC 9110 § 5)")
struct HeaderFieldsTests {
  static func fields(_ pairs: [(String, String)]) -> HeaderFields {
    var fields = HeaderFields()
    for (name, value) in pairs { fields.append(name: name, value: value) }
    return fields
  }

  @Test func findsNamesInAnyCase() {
    let fields = Self.fields([("X-A", "1"), ("Content-Type", "text/plain"), ("x-a", "2")])
    #expect(fields.count == 3)
    #expect(fields.string("content-type") == "text/plain")
    #expect(fields.string("x-a") == "1")
    #expect(fields.count(of: "x-a") == 2)
    #expect(fields.contains("content-type"))
    #expect(!fields.contains("content-typ"))
    #expect(fields.first("x-b") == nil)
    #expect(fields.lines.count { fields.isNamed($0, "x-a") } == 2)
  }

  @Test func aValueCannotEndItsLine() {
    let fields = Self.fields([("X-A", " a\r\nX-Evil: 1\u{0}\u{7F}é ")])
    #expect(fields.string("x-a") == "a  X-Evil: 1  é")
    var out: [UInt8] = []
    fields.appendWire(to: &out)
    #expect(text(out) == "X-A: a  X-Evil: 1  é\r\n")
  }

  @Test(arguments: ["", "X A", "X:A", "X\r\nA", "é", "X\u{0}"])
  func refusesAName(_ name: String) {
    var fields = HeaderFields()
    let isAppended = fields.append(name: name, value: "x")
    #expect(!isAppended)
    #expect(fields.isEmpty && fields.bytes.isEmpty)
  }

  @Test func goesOverTheWireAsItIs() throws {
    let fields = Self.fields([("A", "1"), ("b", ""), ("C", "x: y")])
    var out = Array("HTTP/1.1 200 OK\r\n".utf8)
    fields.appendWire(to: &out)
    out += Array("\r\n".utf8)
    #expect(text(out) == "HTTP/1.1 200 OK\r\nA: 1\r\nb: \r\nC: x: y\r\n\r\n")
    var parser = ResponseHeadParser()
    let head = try #require(try parser.parse(out.span)).head
    #expect(head.fields.lines.map { text(head.fields.bytes[$0.value]) } == ["1", "", "x: y"])
  }
}
