import JSON

/// Images and audio, as OpenAI answers them.
struct OpenAIMedia {
  let call: SimulatedCall
  let turn: SimulatedTurn

  // MARK: Images

  /// `…/images/generations`, `edits` and `variations`.
  var images: SimulatedAnswer {
    let count = min(max(Int(field("n").flatMap { Int($0) } ?? 1), 1), 10)
    guard call.wantsStream else {
      var answer: JSONValue = [
        "created": number(turn.createdSeconds),
        "data": .array(Array(repeating: ["b64_json": .string(Self.image)], count: count)),
      ]
      // The DALL·E models state no usage.
      if turn.tellsUsage && !turn.model.hasPrefix("dall-e") {
        answer["usage"] = imageUsage(count)
        answer["output_format"] = "png"
        answer["size"] = "1024x1024"
        answer["quality"] = "low"
      }
      return .json(answer)
    }
    let name = call.isFor("images/edits") ? "image_edit" : "image_generation"
    var last: JSONValue = [
      "type": .string("\(name).completed"), "b64_json": .string(Self.image),
      "created_at": number(turn.createdSeconds), "size": "1024x1024", "quality": "low",
      "background": "opaque", "output_format": "png",
    ]
    var partial = last
    partial["type"] = .string("\(name).partial_image")
    partial["partial_image_index"] = 0
    if turn.tellsUsage { last["usage"] = imageUsage(1) }
    return .events([
      SimulatedAnswer.event(partial, name: "\(name).partial_image"),
      SimulatedAnswer.event(last, name: "\(name).completed"),
    ])
  }

  private func imageUsage(_ count: Int) -> JSONValue {
    let text = TokenCounter.count(prompt)
    let imageInput = (call.multipart?.fileBytes ?? 0) > 0 ? Self.imageTokens : 0
    let output = Self.imageTokens * count
    return [
      "input_tokens": turn.told(text + imageInput), "output_tokens": turn.told(output),
      "total_tokens": turn.told(text + imageInput + output),
      "input_tokens_details": ["text_tokens": number(text), "image_tokens": number(imageInput)],
      "output_tokens_details": ["text_tokens": 0, "image_tokens": number(output)],
    ]
  }

  // MARK: Audio

  /// `…/audio/speech`: the bytes are as many as the input has, so that a test can tell answers apart.
  var speech: SimulatedAnswer {
    let input = call.document["input"]?.string ?? ""
    let sound = Self.soundHead + Array(repeating: 0x55, count: 8 * input.unicodeScalars.count)
    guard call.document["stream_format"]?.string == "sse" else {
      let format = call.document["response_format"]?.string ?? "mp3"
      let type = format == "mp3" ? "audio/mpeg" : "audio/\(format)"
      return .bytes(sound, contentType: type)
    }
    let tokens = TokenCounter.count(input)
    var done: JSONValue = ["type": "speech.audio.done"]
    if turn.tellsUsage {
      done["usage"] = [
        "input_tokens": turn.told(tokens), "output_tokens": turn.told(tokens * 4),
        "total_tokens": turn.told(tokens * 5),
      ]
    }
    return .events([
      SimulatedAnswer.event(["type": "speech.audio.delta", "audio": .string(Base64.encoded(sound))]
      ),
      SimulatedAnswer.event(done),
    ])
  }

  /// `…/audio/transcriptions` and `translations`.
  var transcription: SimulatedAnswer {
    let text = turn.text
    let format = field("response_format") ?? "json"
    let seconds = max(1, (call.multipart?.fileBytes ?? 0) / 1_000)
    let isByDuration = turn.model.hasPrefix("whisper")
    let tokens = TokenCounter.count(text)
    let usage: JSONValue =
      isByDuration
      ? ["type": "duration", "seconds": number(seconds)]
      : [
        "type": "tokens", "input_tokens": turn.told(seconds * 10),
        "input_token_details": ["text_tokens": 0, "audio_tokens": number(seconds * 10)],
        "output_tokens": turn.told(tokens), "total_tokens": turn.told(seconds * 10 + tokens),
      ]
    if call.wantsStream {
      var done: JSONValue = ["type": "transcript.text.done", "text": .string(text), "logprobs": []]
      if turn.tellsUsage { done["usage"] = usage }
      return .events(
        turn.pieces.map {
          SimulatedAnswer.event(["type": "transcript.text.delta", "delta": .string($0)])
        } + [SimulatedAnswer.event(done)])
    }
    switch format {
    case "text": return .bytes(Array("\(text)\n".utf8), contentType: "text/plain; charset=utf-8")
    case "srt":
      let cue = "1\n00:00:00,000 --> 00:00:0\(min(seconds, 9)),000\n\(text)\n\n"
      return .bytes(Array(cue.utf8), contentType: "text/plain; charset=utf-8")
    default:
      var answer: JSONValue = ["text": .string(text)]
      if format == "verbose_json" {
        answer["task"] = call.isFor("audio/translations") ? "translate" : "transcribe"
        answer["language"] = "english"
        answer["duration"] = number(seconds)
        answer["segments"] = []
      }
      if turn.tellsUsage { answer["usage"] = usage }
      return .json(answer)
    }
  }

  /// A field of the JSON body or of the form.
  private func field(_ name: String) -> String? {
    let value = call.document[name]
    return value?.string ?? value?.numberText ?? call.multipart?.text(name)
  }

  private var prompt: String { field("prompt") ?? "" }

  private static let imageTokens = 272

  /// A PNG of one transparent pixel.
  static let image =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

  /// The start of an MPEG audio frame.
  private static let soundHead: [UInt8] = [0xFF, 0xFB, 0x90, 0x64]
}
