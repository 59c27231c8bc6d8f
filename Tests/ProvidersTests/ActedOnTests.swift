import Testing

@testable import Providers

@Suite("Members that are acted on")
struct ActedOnTests {
  /// Names near those that are acted on may stand as often as they like.
  @Test(arguments: [
    "Model", "modelss", "model ", "mode", "N", "nn", "streams", "maxTokens", "inputs", "modél",
  ])
  func leavesOtherMembersAlone(_ name: String) throws {
    let sample = try Sample(
      "POST /v1/chat/completions", body: #"{"\#(name)":1,"model":"a","\#(name)":"b"}"#)
    #expect(sample.facts.model == "a")
  }

  /// Where a member is acted on, it may stand once.
  @Test(arguments: [
    ("/v1/chat/completions", "max_tokens", true),
    ("/v1/chat/completions", "max_output_tokens", false),
    ("/v1/chat/completions", "models", true), ("/v1/chat/completions", "size", false),
    ("/v1/responses", "max_output_tokens", true), ("/v1/responses", "max_tokens", false),
    ("/v1/messages", "max_tokens", true), ("/v1/messages", "max_completion_tokens", false),
    ("/v1/completions", "prompt", true), ("/v1/chat/completions", "prompt", false),
    ("/v1/images/generations", "quality", true), ("/v1/images/generations", "models", false),
    ("/v1/embeddings", "models", false), ("/v1/embeddings", "n", true),
  ])
  func isActedOnWhereItMeansSomething(_ path: String, _ name: String, _ isActedOn: Bool) {
    let body = #"{"model":"m","\#(name)":null,"\#(name)":null}"#
    let refusal: Refusal?
    do {
      _ = try Sample("POST \(path)", body: body)
      refusal = nil
    } catch {
      refusal = error as? Refusal
    }
    #expect((refusal?.message.contains("repeats") == true) == isActedOn)
  }
}
