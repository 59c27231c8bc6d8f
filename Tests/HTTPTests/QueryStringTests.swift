import Testing

@testable import HTTP

@Suite("Query of a request target")
struct QueryStringTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let input: String
    let keys: [String]
    let without: String
    var testDescription: String { input.debugDescription }
  }

  static let cases: [Case] = [
    Case(input: "key=a", keys: ["a"], without: ""),
    Case(input: "alt=sse&key=a", keys: ["a"], without: "alt=sse"),
    Case(input: "key=a&alt=sse", keys: ["a"], without: "alt=sse"),
    Case(input: "x=1&key=a&y=%zz", keys: ["a"], without: "x=1&y=%zz"),
    Case(input: "key=a&key=b", keys: ["a", "b"], without: ""),
    Case(input: "k%65y=a%2Bb+c", keys: ["a+b c"], without: ""),
    Case(input: "key", keys: [""], without: ""),
    Case(input: "key=", keys: [""], without: ""),
    Case(input: "key=a=b", keys: ["a=b"], without: ""),
    Case(input: "key=%zz&x", keys: ["%zz"], without: "x"),
    Case(
      input: "KEY=a&keys=b&%zzkey=c&mykey=d", keys: [], without: "KEY=a&keys=b&%zzkey=c&mykey=d"),
    Case(input: "", keys: [], without: ""),
    Case(input: "a&&b=%20+", keys: [], without: "a&&b=%20+"),
    Case(input: "&key=a&", keys: ["a"], without: "&"),
  ]

  @Test(arguments: cases)
  func findsAndRemoves(_ example: Case) {
    let query = QueryString(Array("/p?\(example.input)".utf8)[3...])
    #expect(query.values("key").map { text($0) } == example.keys)
    #expect(query.first("key").map { text($0) } == example.keys.first)
    #expect(query.contains("key") == !example.keys.isEmpty)
    #expect(text(query.removing(["key"])) == example.without)
  }

  @Test func removesSeveralNames() {
    let query = QueryString(Array("a=1&key=x&b=2&token=y&c=3".utf8)[...])
    #expect(text(query.removing(["key", "token"])) == "a=1&b=2&c=3")
  }
}
