import Testing

@testable import HTTP

@Suite("Multipart edit")
struct MultipartEditTests {
  static let form = Array(
    """
    preamble\r\n--B\r
    Content-Disposition: form-data; name="file"; filename="a"\r
    \r
    \u{0}bytes\r\n--\r
    --B\r
    Content-Disposition: form-data; name="model"\r
    \r
    team/whisper\r
    --B\r
    X-Kept: yes\r
    Content-Disposition: form-data; name="stream"\r
    \r
    \r
    --B--\r
    epilogue
    """.utf8)

  @Test(arguments: ["w", "", "a much longer name of a model", "team/whisper"])
  func replacesOneFieldAndNothingElse(_ value: String) throws {
    let reader = try MultipartReader(Self.form.span, boundary: [0x42])
    let model = try #require(reader.first("model"))
    var edit = MultipartEdit(reader)
    #expect(edit.isEmpty)
    try edit.replace(model, with: Array(value.utf8))
    #expect(!edit.isEmpty)
    let edited = edit.applied(to: Self.form.span)
    #expect(text(edited) == text(Self.form).replacing("team/whisper", with: value))
    let again = try MultipartReader(edited.span, boundary: [0x42])
    #expect(again.first("model").map { text(edited[$0.content]) } == value)
    #expect(again.parts.count == 3)
  }

  @Test func replacesSeveralInAnyOrder() throws {
    let reader = try MultipartReader(Self.form.span, boundary: [0x42])
    var edit = MultipartEdit(reader)
    try edit.replace(try #require(reader.first("stream")), with: Array("true".utf8))
    try edit.replace(try #require(reader.first("model")), with: Array("x".utf8))
    try edit.replace(try #require(reader.first("model")), with: Array("whisper".utf8))
    let edited = edit.applied(to: Self.form.span)
    let again = try MultipartReader(edited.span, boundary: [0x42])
    #expect(again.parts.map { text(edited[$0.content]) } == ["\0bytes\r\n--", "whisper", "true"])
  }

  @Test func withoutReplacementsNothingChanges() throws {
    let reader = try MultipartReader(Self.form.span, boundary: [0x42])
    #expect(MultipartEdit(reader).applied(to: Self.form.span) == Self.form)
  }

  @Test(arguments: ["--B", "x\r\n--B--\r\n", "a--Bb"])
  func refusesAValueThatHoldsTheDelimiter(_ value: String) throws {
    let reader = try MultipartReader(Self.form.span, boundary: [0x42])
    var edit = MultipartEdit(reader)
    let model = try #require(reader.first("model"))
    #expect(throws: MultipartError.valueHoldsBoundary) {
      try edit.replace(model, with: Array(value.utf8))
    }
  }
}
