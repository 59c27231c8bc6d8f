import JSON

/// What the simulator sends back, before the connection frames it.
struct SimulatedAnswer {
  enum Body {
    case whole([UInt8])
    /// Written one after the other, with the interval between them.
    case events([[UInt8]])
  }

  var status = 200
  /// Besides the framing and the date.
  var fields: [(name: String, value: String)] = []
  var contentType: String
  var body: Body

  static func json(_ value: JSONValue, status: Int = 200) -> SimulatedAnswer {
    SimulatedAnswer(
      status: status, contentType: "application/json", body: .whole(value.serialized()))
  }

  static func bytes(_ bytes: [UInt8], contentType: String) -> SimulatedAnswer {
    SimulatedAnswer(contentType: contentType, body: .whole(bytes))
  }

  static func events(
    _ events: [[UInt8]], contentType: String = "text/event-stream; charset=utf-8"
  ) -> SimulatedAnswer {
    SimulatedAnswer(contentType: contentType, body: .events(events))
  }

  /// `data: {…}`, with `event:` before it where the dialect names its events.
  static func event(
    _ value: JSONValue, name: String? = nil, lineEnd: String = "\n"
  ) -> [UInt8] {
    let head = name.map { "event: \($0)\(lineEnd)" } ?? ""
    return Array("\(head)data: \(value.text)\(lineEnd)\(lineEnd)".utf8)
  }
}
