import Foundation
import JSON
import Testing

@testable import Simulator

@Suite("Simulated images and audio")
struct OpenAIMediaTests {
  private func form(_ line: String, _ fields: [(String, String)]) throws -> SimulatedAnswer {
    var text = fields.map { name, value in
      "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }.joined()
    text += "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
    text += String(repeating: "x", count: 3_000) + "\r\n--b--\r\n"
    return answer(
      to: try call(
        line, fields: ["authorization: Bearer k", "content-type: multipart/form-data; boundary=b"],
        raw: Array(text.utf8)))
  }

  @Test func drawAPicture() throws {
    let json = answer(
      to: try call(
        "POST /v1/images/generations", body: ["model": "gpt-image-1", "prompt": "a cat", "n": 2])
    ).json
    #expect(json["data"]?.array?.count == 2)
    let bytes = Data(base64Encoded: json["data"]?[0]?["b64_json"]?.string ?? "")
    #expect(bytes?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
    #expect(json["usage"]?["input_tokens"] == 2)
    #expect(json["usage"]?["output_tokens_details"]?["image_tokens"] == 544)
    let old = answer(
      to: try call("POST /v1/images/generations", body: ["model": "dall-e-3", "prompt": "x"]))
    #expect(old.json["usage"] == nil)
  }

  @Test func streamAPicture() throws {
    let data = answer(
      to: try call(
        "POST /v1/images/generations",
        body: ["model": "gpt-image-1", "prompt": "a cat", "stream": true])
    ).data
    #expect(
      data.map { $0["type"] } == ["image_generation.partial_image", "image_generation.completed"])
  }

  @Test func editAPicture() throws {
    let json = try form("POST /v1/images/edits", [("model", "gpt-image-1"), ("prompt", "a cat")])
      .json
    #expect(json["usage"]?["input_tokens_details"]?["image_tokens"] == 272)
  }

  @Test func speak() throws {
    let answer = answer(
      to: try call("POST /v1/audio/speech", body: ["model": "tts", "input": "hello", "voice": "a"]))
    #expect(answer.contentType == "audio/mpeg")
    guard case .whole(let bytes) = answer.body else {
      Issue.record("no bytes")
      return
    }
    #expect(bytes.count == 44)
  }

  @Test func speakInEvents() throws {
    let data = answer(
      to: try call(
        "POST /v1/audio/speech",
        body: ["model": "tts", "input": "hello", "voice": "a", "stream_format": "sse"])
    ).data
    #expect(data.last?["usage"]?["input_tokens"] == 1)
  }

  @Test func write() throws {
    let whisper = try form("POST /v1/audio/transcriptions", [("model", "whisper-1")]).json
    #expect(whisper["usage"] == ["type": "duration", "seconds": 3])
    let other = try form("POST /v1/audio/transcriptions", [("model", "gpt-4o-transcribe")]).json
    #expect(other["usage"]?["input_token_details"]?["audio_tokens"] == 30)
    let text = try form(
      "POST /v1/audio/transcriptions", [("model", "whisper-1"), ("response_format", "text")])
    #expect(text.contentType.hasPrefix("text/plain"))
    let stream = try form(
      "POST /v1/audio/transcriptions", [("model", "gpt-4o-transcribe"), ("stream", "true")])
    #expect(stream.data.last?["type"] == "transcript.text.done")
  }
}
