import Foundation
import Testing

@testable import HTTP

/// Plays the cases of `../shared/conformance` that need no clock and no second segment against the
/// parsers, in a loop as the server has one.
@Suite("HTTP/1.1 conformance cases (RFC 9110, RFC 9112)")
struct HTTPConformanceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let id: String
    let title: String
    let input: [UInt8]
    let halfCloses: Bool
    let expect: [Outcome]
    var testDescription: String { "\(id): \(title)" }
  }

  struct Outcome: Sendable {
    let sequence: [[String]]
    let end: String
    let isWeak: Bool
  }

  struct Played: Equatable, CustomStringConvertible {
    var statuses: [Int] = []
    var end = "stalled"
    var description: String { "\(statuses) \(end)" }
  }

  static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/conformance/http1_cases.json")

  static let cases: [Case] = {
    guard let data = try? Data(contentsOf: file),
      let document = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let list = document["cases"] as? [[String: Any]]
    else {
      print("../shared/conformance is not here: the HTTP/1.1 conformance cases are skipped.")
      return []
    }
    return list.compactMap { makeCase($0) }
  }()

  private static func makeCase(_ object: [String: Any]) -> Case? {
    guard object["slow"] == nil, let id = object["id"] as? String,
      let steps = object["send"] as? [[String: Any]],
      let outcomes = object["expect"] as? [[String: Any]]
    else { return nil }
    var input: [UInt8] = []
    var halfCloses = false
    for step in steps {
      if let text = step["data"] as? String {
        input += bytes(text)
      } else if let part = step["repeat"] as? [String: Any], let text = part["data"] as? String {
        for _ in 0..<(part["count"] as? Int ?? 0) { input += bytes(text) }
      } else if let part = step["drip"] as? [String: Any], let text = part["data"] as? String {
        input += bytes(text)
      } else if step["half_close"] != nil {
        halfCloses = true
      } else if step["wait_ms"] == nil && step["wait_for_interim_ms"] == nil {
        return nil
      }
    }
    return Case(
      id: id, title: object["title"] as? String ?? "", input: input, halfCloses: halfCloses,
      expect: outcomes.map {
        Outcome(
          sequence: $0["seq"] as? [[String]] ?? [], end: $0["end"] as? String ?? "",
          isWeak: $0["weak"] as? Bool ?? false)
      })
  }

  private static func bytes(_ text: String) -> [UInt8] {
    let filled = text.replacing("{{HOST}}", with: "127.0.0.1:8080")
      .replacing("{{PATH}}", with: "/healthz").replacing("{{POST}}", with: "/nope")
      .replacing("{{AUTH}}", with: "")
    return filled.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  @Test(
    .enabled(if: !cases.isEmpty, "../shared/conformance is not here"), arguments: cases,
    [1, 3, 65_536])
  func playsWithinWhatIsPermitted(_ example: Case, chunkBytes: Int) {
    let played = Self.play(example, chunkBytes: chunkBytes)
    let matching = example.expect.filter { Self.permits($0, played) }
    #expect(!matching.isEmpty, "\(played) is not among \(example.expect)")
    #expect(matching.contains { !$0.isWeak }, "\(played) is safe but weak")
  }

  private static func permits(_ outcome: Outcome, _ played: Played) -> Bool {
    guard outcome.sequence.count == played.statuses.count else { return false }
    for (tokens, status) in zip(outcome.sequence, played.statuses)
    where !tokens.contains(where: { isMet($0, by: status) }) {
      return false
    }
    return outcome.end == "any" || outcome.end == played.end
  }

  private static func isMet(_ token: String, by status: Int) -> Bool {
    switch token {
    case "any": true
    case "ok":
      (200..<400).contains(status)
        || [401, 403, 404, 405, 406, 410, 415, 422, 429].contains(status)
    case "4xx": (400..<500).contains(status)
    case "5xx": (500..<600).contains(status)
    default: token == String(status)
    }
  }

  /// A server of few words: what the parsers accept it answers with 200, or 405 where it does not
  /// know the method.
  private static func play(_ example: Case, chunkBytes: Int) -> Played {
    var played = Played()
    var parser = RequestHeadParser()
    var buffer: [UInt8] = []
    var offset = 0
    var sent = 0
    var current: (head: RequestHead, body: BodyDecoder)?

    func fail(_ status: Int) -> Played {
      played.statuses.append(status)
      played.end = "closed"
      return played
    }

    while true {
      // Everything that what is here allows.
      while offset < buffer.count || current?.body.isFinished == true {
        let rest = buffer.span.extracting(offset...)
        if current == nil {
          do {
            guard let (head, consumed) = try parser.parse(rest) else { break }
            offset += consumed
            if case .length(let length) = head.framing, length > 33_554_432 { return fail(413) }
            current = (head, BodyDecoder(head.framing))
          } catch {
            return fail(error.status)
          }
        } else {
          do {
            var ignored: [UInt8] = []
            offset += try current?.body.decode(rest, into: &ignored) ?? 0
          } catch {
            return fail(400)
          }
          guard let (head, body) = current, body.isFinished else { break }
          if case .other = head.method {
            played.statuses.append(405)
          } else {
            played.statuses.append(200)
          }
          current = nil
          guard head.keepsAlive else {
            played.end = "closed"
            return played
          }
        }
      }
      guard sent < example.input.count else { break }
      if offset > 0 {
        buffer.removeFirst(offset)
        offset = 0
      }
      let next = min(sent + chunkBytes, example.input.count)
      buffer += example.input[sent..<next]
      sent = next
    }
    if example.halfCloses {
      if current != nil { return fail(400) }
      played.end = "closed"
    } else if current == nil, offset == buffer.count {
      played.end = "open"
    }
    return played
  }
}
