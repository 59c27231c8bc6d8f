import Testing

@testable import HTTP

@Suite("Parameters of a field value (RFC 9110 § 5.6.6)")
struct FieldParametersTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let input: String
    /// Nil where the list is malformed.
    let pairs: [String]?
    var testDescription: String { input.debugDescription }
  }

  @Test(arguments: [
    Case(input: "", pairs: []),
    Case(input: "; a=b;C=\"d\"", pairs: ["a=b", "c=d"]),
    Case(input: ";a=\"\"", pairs: ["a="]),
    Case(input: ";a=\"x;y=z\";b=1", pairs: ["a=x;y=z", "b=1"]),
    Case(input: "; a=\"\\\"\\\\\"", pairs: ["a=\"\\"]),
    Case(input: ";a=b/c@d;", pairs: ["a=b/c@d"]),
    Case(input: ";;\t; a=b \t", pairs: ["a=b"]),
    Case(input: "a=b", pairs: nil),
    Case(input: ";a=b c", pairs: nil),
    Case(input: ";a=b\"c\"", pairs: nil),
    Case(input: ";a= b", pairs: nil),
    Case(input: ";a", pairs: nil),
  ])
  func reads(_ example: Case) {
    let found = FieldParameters.read(Array(example.input.utf8).span, from: 0)
    #expect(found?.map { "\(text($0.name))=\(text($0.value))" } == example.pairs)
  }
}
