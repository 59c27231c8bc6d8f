import Testing

@testable import HTTP

@Suite("Media types (RFC 9110 § 8.3.1)")
struct MediaTypeTests {
  @Test(
    arguments: [
      ("multipart/form-data; boundary=----X-1", "----X-1"),
      ("multipart/form-data;boundary=\"a b\\\"c\" ;x=y", "a b\"c"),
      ("multipart/form-data; charset=utf-8; BOUNDARY=x", "x"),
      ("multipart/form-data; ; boundary=x", "x"),
      ("", nil),
      ("multipart/form-data", nil),
      ("multipart/form-data; boundary=x; boundary=x", nil),
      ("multipart/form-data; boundary =x", nil),
      ("multipart/form-data; boundary=", nil),
      ("multipart/form-data; boundary=\"x", nil),
      ("multipart/form-data; boundary=\"x\\", nil),
      ("multipart/form-data; boundary=\"x\"y", nil),
      ("multipart/form-data; boundary=a b", nil),
      ("multipart/form-data; =x", nil),
      ("multipart/form-data; boundary", nil),
    ] as [(String, String?)])
  func readsAParameter(_ value: String, _ boundary: String?) {
    // A slice that does not begin at 0, as a head gives it.
    let value = Array("xx\(value)".utf8)[2...]
    #expect(MediaType.parameter("boundary", of: value).map { text($0) } == boundary)
  }
}
