import JSON
import Testing

@testable import Simulator

@Suite("What a request says")
struct PromptTextTests {
  @Test(
    arguments: [
      (["messages": [["role": "user", "content": "one two"]]], 6, "one two"),
      (
        [
          "system": "be kind",
          "messages": [["role": "user", "content": [["type": "text", "text": "one"]]]],
        ], 7, "one"
      ),
      (["contents": [["role": "user", "parts": [["text": "one two"]]]]], 6, "one two"),
      (["systemInstruction": ["parts": [["text": "a"]]], "contents": []], 1, "a"),
      (["input": "one two three"], 3, "one two three"),
      (["input": [["role": "user", "content": "one"]]], 5, "one"),
      (["prompt": ["one", "two"]], 2, "two"), (["prompt": [1, 2, 3]], 3, ""),
      (
        [
          "messages": [
            ["role": "user", "content": [["type": "image_url", "image_url": ["url": "x"]]]]
          ]
        ],
        89, ""
      ),
    ] as [(JSONValue, Int, String)])
  func isCounted(document: JSONValue, tokens: Int, last: String) {
    let prompt = PromptText(document)
    #expect(prompt.tokens == tokens)
    #expect(prompt.last == last)
  }

  @Test(
    arguments: [
      ["messages": [["role": "tool", "content": "x"]]],
      ["messages": [["role": "user", "content": [["type": "tool_result", "content": "x"]]]]],
      ["contents": [["role": "user", "parts": [["functionResponse": ["name": "f"]]]]]],
      ["input": [["type": "function_call_output", "output": "x"]]],
    ] as [JSONValue])
  func mayEndWithAToolsResult(document: JSONValue) {
    #expect(PromptText(document).endsWithToolResult)
  }
}
