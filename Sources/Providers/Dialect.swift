/// A wire format that a client or a provider speaks.
///
/// Many providers share one: Groq, Mistral, OpenRouter, Azure and dozens more speak `openai`.
package enum Dialect: String, Sendable, CaseIterable {
  case openai
  case anthropic
  case gemini
}
