import Testing

@testable import Simulator

@Suite("Form fields")
struct MultipartFieldsTests {
  private let body =
    "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
    + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n"
    + "Content-Type: audio/wav\r\n\r\n1234\r\n--b--\r\n"

  @Test func areRead() throws {
    let fields = try #require(
      MultipartFields(body: Array(body.utf8), contentType: "multipart/form-data; boundary=\"b\""))
    #expect(fields.text("model") == "whisper-1")
    #expect(fields.text("file") == nil)
    #expect(fields.fileBytes == 4)
  }

  @Test func endOnAnyCut() {
    for count in 0...body.utf8.count {
      _ = MultipartFields(
        body: Array(body.utf8.prefix(count)), contentType: "multipart/form-data; boundary=b")
    }
    #expect(MultipartFields(body: [], contentType: "application/json") == nil)
  }
}
