import Testing

@testable import Providers

@Suite("Forms with files")
struct RequestFactsMultipartTests {
  static let type = "Content-Type: multipart/form-data; boundary=\"x-1\""

  private func form(_ parts: [(String, String)]) -> String {
    parts.map { "--x-1\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined()
      + "--x-1--\r\n"
  }

  private func facts(
    _ parts: [(String, String)], path: String = "/v1/audio/transcriptions"
  ) throws -> RequestFacts {
    try Sample("POST \(path)", [Self.type], body: form(parts)).facts
  }

  @Test func readsItsFields() throws {
    let read = try facts([
      ("name=\"file\"; filename=\"model\"", "\u{0}\u{1}"), ("name=\"stream\"", "true"),
      ("name=model", "whisper-1"), ("name=\"n\"", "2"),
    ])
    #expect(read.bodyKind == .multipart)
    #expect(read.model == "whisper-1")
    #expect(read.isStream)
    #expect(read.choiceCount == 2)
  }

  @Test func readsWhatPricesAnImage() throws {
    let parts = [
      ("name=\"model\"", "dall-e-2"), ("name=\"size\"", "256x256"), ("name=\"quality\"", "hd"),
      ("name=\"n\"", "3"),
    ]
    let read = try facts(parts, path: "/v1/images/edits")
    #expect(read.imageSize == "256x256")
    #expect(read.imageQuality == "hd")
    #expect(read.choiceCount == 3)
    #expect(try facts(parts + parts.suffix(2).prefix(1)).imageSize == nil)
    for field in ["size", "quality"] {
      #expect(throws: Refusal.self) {
        try facts(parts + [("name=\"\(field)\"", "x")], path: "/v1/images/edits")
      }
    }
  }

  @Test(arguments: [
    ("true", true), ("True", true), ("1", true), ("on", true), ("false", false), ("", false),
    ("0", false),
  ])
  func readsWhetherItStreams(_ value: String, _ isStream: Bool) throws {
    let read = try facts([("name=\"model\"", "m"), ("name=\"stream\"", value)])
    #expect(read.isStream == isStream)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var name: String
    var parts: [(String, String)]
    var word: String
    var testDescription: String { name }
  }

  static let bad: [Bad] = [
    Bad(name: "no model", parts: [("name=\"file\"; filename=\"a\"", "x")], word: "no model"),
    Bad(
      name: "two models", parts: [("name=\"model\"", "a"), ("name=\"model\"", "a")], word: "repeats"
    ),
    Bad(
      name: "two streams",
      parts: [("name=\"model\"", "a"), ("name=\"stream\"", "a"), ("name=\"stream\"", "b")],
      word: "'stream'"),
    Bad(name: "a file for a model", parts: [("name=\"model\"; filename=\"m\"", "a")], word: "file"),
    Bad(
      name: "a long model", parts: [("name=\"model\"", String(repeating: "m", count: 300))],
      word: "model"),
    Bad(name: "an empty model", parts: [("name=\"model\"", "")], word: "empty"),
  ]

  @Test(arguments: bad)
  func refuses(_ bad: Bad) throws {
    let error = #expect(throws: Refusal.self) { try facts(bad.parts) }
    #expect(error?.status == 400)
    #expect(error?.message.contains(bad.word) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["", "--x-1\r\n", "--x-1\r\nContent-Disposition: form-data\r\n\r\n\r\n--x-1--"])
  func refusesWhatIsNoForm(_ body: String) throws {
    let error = #expect(throws: Refusal.self) {
      try Sample("POST /v1/images/edits", [Self.type], body: body)
    }
    #expect(error?.message.contains("form") == true)
  }

  @Test func readsAFormInAPassthrough() throws {
    #expect(try facts([("name=\"model\"", "m")], path: "/passthrough/p/files").model == "m")
    #expect(try facts([("name=\"file\"", "m")], path: "/passthrough/p/files").model == nil)
  }
}
