import Testing

@testable import HTTP

@Suite("Media types (RFC 9110 § 8.3.1)")
struct MediaTypeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let value: String
    let essence: String
    var boundary: String?
    var isJSON = false
    var testDescription: String { value }
  }

  static let cases: [Case] = [
    Case(value: "application/json", essence: "application/json", isJSON: true),
    Case(value: "Application/JSON; charset=UTF-8", essence: "application/json", isJSON: true),
    Case(value: "application/json;", essence: "application/json", isJSON: true),
    Case(value: " text/event-stream ; charset=utf-8", essence: "text/event-stream"),
    Case(value: "application/problem+json", essence: "application/problem+json", isJSON: true),
    Case(value: "+json", essence: "+json", isJSON: true),
    Case(value: "json", essence: "json"),
    Case(value: "application/jsonl", essence: "application/jsonl"),
    Case(value: "", essence: ""),
    Case(
      value: "multipart/form-data; boundary=----X-1", essence: "multipart/form-data",
      boundary: "----X-1"),
    Case(
      value: "multipart/form-data;boundary=\"a b\\\"c\" ;x=y", essence: "multipart/form-data",
      boundary: "a b\"c"),
    Case(
      value: "multipart/form-data; charset=utf-8; BOUNDARY=x", essence: "multipart/form-data",
      boundary: "x"),
    Case(value: "multipart/form-data; ; boundary=x", essence: "multipart/form-data", boundary: "x"),
    Case(value: "multipart/form-data; boundary=x; boundary=x", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary =x", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary=", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary=\"x", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary=\"x\\", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary=\"x\"y", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary=a b", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; =x", essence: "multipart/form-data"),
    Case(value: "multipart/form-data; boundary", essence: "multipart/form-data"),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) {
    // A slice that does not begin at 0, as a head gives it.
    let value = Array("xx\(example.value)".utf8)[2...]
    #expect(MediaType.essence(of: value) == example.essence)
    #expect(MediaType.isJSON(value) == example.isJSON)
    #expect(MediaType.isEventStream(value) == (example.essence == "text/event-stream"))
    #expect(MediaType.parameter("boundary", of: value).map { text($0) } == example.boundary)
  }
}
