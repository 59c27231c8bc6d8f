import Foundation
import Testing

@testable import Log

@Suite("Masking of credentials")
struct RedactionTests {
  static let key = "sk-proj-Canary0123456789abcdefXYZ"

  @Test(arguments: [
    ("Incorrect API key provided: \(key).", "Incorrect API key provided: sk-[redacted]"),
    ("a sk-ap-abcdefghij-klmnopqrst b", "a sk-[redacted] b"),
    ("(sk-ant-api03-abcdefgh_ijk)", "(sk-[redacted])"),
    ("Authorization: Bearer abcdefgh", "Authorization: Bearer [redacted]"),
    ("authorization:bearer  abcdefgh, x", "authorization:bearer  [redacted], x"),
    ("Basic dXNlcjpwYXNz", "Basic [redacted]"),
    ("GET /v1beta/models?key=abc&alt=sse", "GET /v1beta/models?key=[redacted]&alt=sse"),
    ("https://h/p?api_key=abc", "https://h/p?api_key=[redacted]"),
    ("https://h/p?api_key%3Dabc", "https://h/p?api_key%3D[redacted]"),
    ("x-api-key: abc", "x-api-key: [redacted]"),
    ("X-Goog-Api-Key:abc", "X-Goog-Api-Key:[redacted]"),
    (#"{"api_key": "abc", "model": "m"}"#, #"{"api_key": "[redacted]", "model": "m"}"#),
    (#"{\"access_token\":\"abc\"}"#, #"{\"access_token\":\"[redacted]\"}"#),
    ("password = hunter2", "password = [redacted]"),
    ("key AIzaSyCanary-0123456789_abc!", "key AIza[redacted]!"),
    ("gsk_abcdefghijklm", "gsk_[redacted]"),
    ("Bearer%20abcdefghi", "Bearer%20[redacted]"),
    ("%22sk-abcdefghi%22", "%22sk-[redacted]%22"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "eyJ[redacted]"),
    ("id 0123456789abcdef0123456789abcdef.", "id [redacted]."),
    ("base64 c2stcHJvai1DYW5hcnkwMTIzNDU2Nzg5YWJjZGVm", "base64 [redacted]"),
  ])
  func masks(text: String, masked: String) {
    #expect(Redaction.redacted(text) == masked)
  }

  @Test(arguments: [
    "", "é😀", "The model `gpt-4o-mini-2024-07-18` does not exist",
    "task-oriented risk-free desk-sized", "max_tokens: 100, total_tokens=5", "sk-", "sk-abc",
    "model claude-3-5-sonnet-20241022", "meta-llama/llama-4-maverick-17b-128e-instruct-fp8",
    "request 123e4567-e89b-12d3-a456-426614174000", "req_0123456789abcdef0123456789abcdef",
    "basic rules", "the key is missing", "keys: none", "a=b&c=d",
    "supercalifragilisticexpialidocious_and_longer_still",
    "12345678901234567890123456789012345678901234567890",
  ])
  func leaves(text: String) {
    #expect(Redaction.redacted(text) == text)
  }

  /// Whatever stands around a key, it does not get through.
  @Test func letsNoKeyThroughInAnyPlace() {
    let keys = [
      Self.key, "sk-ant-api03-Canary_abcdefghijk-AA", "AIzaSyCanary0123456789abcdefghijklmnopq",
      "gsk_Canary0123456789abcdefgh", "xai-Canary0123456789abcdef",
      "Canary0123456789abcdefghijklmnopqrstuv",
    ]
    let surroundings = [
      "", " ", "\"", "'", "=", ":", "/", "(", "[", "{", "&", "?", "-", ".", ",", ";", "\n", "\t",
      "é",
      "%22", "\\\"", "<", ">", "key=", "x: ", "Bearer ",
    ]
    for key in keys {
      for before in surroundings {
        for after in surroundings {
          let text = Redaction.redacted("text \(before)\(key)\(after) text")
          #expect(!text.contains("anary"), "\(before)…\(after)")
          #expect(text.hasPrefix("text "))
          // To what follows `key=` belongs the word behind the space.
          #expect(text.hasSuffix(" text") || after == "key=")
        }
      }
    }
  }

  /// Random bytes neither trap nor grow without bound.
  @Test func livesThroughAnything() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("sk-AIza key=Bearer:\"\\%20&0f1_é".utf8)
    for _ in 0..<3_000 {
      let bytes = (0..<Int.random(in: 0...80)).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      let once = Redaction.redacted(bytes)
      #expect(once.count <= 12 * (bytes.count + 1))
    }
  }
}
