/// An error that a provider sent inside an answer of status 200, as it was stated.
package struct ErrorEventFacts: Equatable, Sendable {
  /// An HTTP status that the error names itself (`code: 429`, `status_code: 400`).
  package var status: Int?
  /// OpenAI's and Anthropic's `type`, Gemini's `status` (`RESOURCE_EXHAUSTED`).
  package var type: String?
  package var code: String?
  package var message: String?
  /// Nothing of the answer had come before it: another provider may still answer.
  package var cameBeforeContent = true

  package init() {}

  var isEmpty: Bool { status == nil && type == nil && code == nil && message == nil }
}
