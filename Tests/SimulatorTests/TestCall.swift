import HTTP
import JSON
import Testing

@testable import Simulator

/// A call as it would come over a connection.
func call(
  _ requestLine: String, body: JSONValue? = nil, fields: [String] = ["authorization: Bearer k"],
  raw: [UInt8]? = nil
) throws -> SimulatedCall {
  let bytes = raw ?? body?.serialized() ?? []
  let lines = ["\(requestLine) HTTP/1.1", "host: sim", "content-length: \(bytes.count)"] + fields
  let text = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  var parser = RequestHeadParser()
  let head = try #require(try parser.parse(text.span)).head
  return SimulatedCall(head: head, body: bytes)
}

/// The answer of a simulator without rules.
func answer(
  to call: SimulatedCall, state: SimulatorState = SimulatorState(options: .init(), port: 1),
  behaviour: Behaviour = Behaviour()
) -> SimulatedAnswer {
  let model = call.modelWithDirectives.split(separator: ";").first.map(String.init) ?? ""
  let provider = SimulatedProvider(
    call: call, key: call.key ?? "", behaviour: behaviour, model: model,
    serial: state.nextSerial(), createdSeconds: 1_700_000_000)
  return provider.answer(state)
}

func behaviour(_ directives: String) throws -> Behaviour {
  var behaviour = Behaviour()
  let isUnderstood = behaviour.apply(directives: directives[...], separator: ";")
  try #require(isUnderstood)
  return behaviour
}

extension SimulatedAnswer {
  /// The body of an answer that is whole.
  var json: JSONValue {
    guard case .whole(let bytes) = body else { return .null }
    return (try? JSONValue(parsing: bytes)) ?? .null
  }

  /// The data of the events of a stream, in order; `[DONE]` is a string.
  var data: [JSONValue] {
    guard case .events(let events) = body else { return [] }
    return events.flatMap { String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isNewline) }
      .filter { $0.hasPrefix("data: ") }
      .map { line in
        let text = String(line.dropFirst(6))
        return (try? JSONValue(parsing: text)) ?? .string(text)
      }
  }

  var text: String {
    switch body {
    case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
    case .events(let events): String(decoding: Array(events.joined()), as: UTF8.self)
    }
  }
}

/// One message of a user.
func ask(_ text: String, _ more: JSONValue = [:]) -> JSONValue {
  var body: JSONValue = [
    "model": "sim-small", "messages": [["role": "user", "content": .string(text)]],
  ]
  for member in more.object ?? [] { body[member.name] = member.value }
  return body
}
