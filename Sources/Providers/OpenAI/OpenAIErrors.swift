/// What errors mean at OpenAI, Azure and the many that speak their dialect.
enum OpenAIErrors {
  /// By what the error says.
  static let named: [ErrorRow] = money + keys + models

  /// The account behind the key cannot pay.
  private static let money: [ErrorRow] = [
    ErrorRow(
      400...429, .name("insufficient_quota"), .outOfMoney,
      source: "platform.openai.com/docs/guides/error-codes: 429; Perplexity answers it with 401"),
    ErrorRow(
      400...429, .name("billing_hard_limit_reached"), .outOfMoney,
      source: "platform.openai.com/docs/guides/error-codes: 400 for images"),
    ErrorRow(
      400...429, .name("billing_not_active"), .outOfMoney,
      source: "github.com/BerriAI/litellm/issues/2743: 429"),
    ErrorRow(
      400...429, .name("exceeded_current_quota_error"), .outOfMoney,
      source: "platform.moonshot.ai/docs/api/chat: 429 of an account without balance"),
    ErrorRow(
      429, .name("1113"), .outOfMoney, source: "docs.z.ai/api-reference/api-code: no balance left"),
    ErrorRow(
      400...429, .message("billing hard limit"), .outOfMoney,
      source: "platform.openai.com/docs/guides/error-codes: older answers carry no code"),
    ErrorRow(
      400...429, .message("used all available credits"), .outOfMoney,
      source: "github.com/continuedev/continue/issues/10373 (xAI, 429), "
        + "Anantys-oss/koan/issues/2412 (403)"),
    ErrorRow(
      403, .message("doesn't have any credits"), .outOfMoney,
      source: "github.com/continuedev/continue/issues/12670 (xAI)"),
    ErrorRow(
      403, .message("run out of credits"), .outOfMoney,
      source: "github.com/Wei-Shaw/sub2api/issues/4069 (xAI)"),
    ErrorRow(
      403, .message("key limit exceeded"), .outOfMoney,
      source: "openrouter.ai/docs/api/reference/limits: the credit limit set on a key"),
  ]

  /// The key itself is refused.
  private static let keys: [ErrorRow] = [
    ErrorRow(
      401...403, .message("missing scopes"), .keyCannotServeModel,
      source: "github.com/continuedev/continue/issues/10059 (OpenAI, 401): a restricted key"),
    ErrorRow(
      400...403, .name("invalid_api_key"), .keySuspect,
      source: "platform.openai.com/docs/guides/error-codes: 401; corpus openai-…-err401-58ac5407"),
    ErrorRow(
      400...403, .name("account_deactivated"), .keySuspect,
      source: "platform.openai.com/docs/guides/error-codes"),
    ErrorRow(
      400...403, .message("incorrect api key provided"), .keySuspect,
      source: "corpus xai-responses-err400-934c9159: xAI says 400 with the code invalid-argument"),
    ErrorRow(
      403, .name("unsupported_country_region_territory"), .providerFailing,
      source: "platform.openai.com/docs/guides/error-codes: our address, so every key of it"),
    ErrorRow(
      403, .message("access denied due to virtual network"), .providerFailing,
      source: "learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks: "
        + "our address"),
    ErrorRow(
      403, .message("authenticationtypedisabled"), .keySuspect,
      source: "learn.microsoft.com/azure/ai-services/disable-local-auth"),
    ErrorRow(
      403, .name("AuthenticationTypeDisabled"), .keySuspect,
      source: "learn.microsoft.com/azure/ai-services/disable-local-auth"),
  ]

  /// This key has no such model; another may.
  private static let models: [ErrorRow] = [
    ErrorRow(
      400...404, .name("model_not_found"), .keyCannotServeModel,
      source: "corpus openai-…-err404-09e69bd3, groq-…-err404-e920a8e0; OpenAI says 403 for "
        + "a project without it"),
    ErrorRow(
      404, .name("DeploymentNotFound"), .keyCannotServeModel,
      source: "corpus azure-chat-completions-err404-bf6ed151"),
    ErrorRow(
      400...404, .name("OperationNotSupported"), .keyCannotServeModel,
      source: "learn.microsoft.com/azure/ai-services/openai: the deployment's model has no "
        + "such operation"),
    ErrorRow(
      404, .name("404"), .keyCannotServeModel,
      source: "learn.microsoft.com/answers/questions/1299621: Azure's 'Resource not found', "
        + "endpoint or api-version wrong"),
    ErrorRow(
      400...404, .name("invalid_model"), .keyCannotServeModel,
      source: "docs.mistral.ai/api: 400 with the code 1500; docs.perplexity.ai: 400"),
    ErrorRow(
      400...404, .name("model_not_available"), .keyCannotServeModel,
      source: "docs.together.ai/docs/error-codes"),
    ErrorRow(
      404, .name("NotFoundError"), .keyCannotServeModel,
      source: "docs.vllm.ai, OpenAI-compatible server: 'The model does not exist'"),
    ErrorRow(
      400, .message("model not exist"), .keyCannotServeModel,
      source: "api-docs.deepseek.com/quick_start/error_codes"),
    ErrorRow(
      400, .message("is not a valid model id"), .keyCannotServeModel,
      source: "openrouter.ai/docs/errors"),
    ErrorRow(
      404, .message("no endpoints found"), .keyCannotServeModel,
      source: "openrouter.ai/docs/errors"),
    ErrorRow(
      400...404, .message("organization must be verified"), .keyCannotServeModel,
      source: "help.openai.com/articles/10910291: models for verified organizations"),
    ErrorRow(
      403, .message("does not have access to model"), .keyCannotServeModel,
      source: "platform.openai.com/docs/guides/error-codes: a project's list of models"),
    ErrorRow(
      404, .message("does not exist or your team"), .keyCannotServeModel,
      source: "docs.x.ai/docs/key-information/debugging"),
    ErrorRow(
      404, .message("model '"), .keyCannotServeModel,
      source: "corpus cohere-v2-embed-err404-f370f41a"),
    ErrorRow(
      404, .message("model \""), .keyCannotServeModel,
      source: "github.com/ollama/ollama, docs/openai.md: 'model \"x\" not found, try "
        + "pulling it first'"),
  ]

  /// By status, where no name decided.
  static let byStatus: [ErrorRow] = [
    ErrorRow(
      401, .any, .keySuspect,
      source: "platform.openai.com/docs/guides/error-codes; a wrong organization cannot be "
        + "the client's: its header stays here"),
    ErrorRow(
      402, .any, .outOfMoney,
      source: "api-docs.deepseek.com/quick_start/error_codes, openrouter.ai/docs/errors, "
        + "docs.cohere.com/reference/errors"),
    ErrorRow(
      403, .any, .clientFault,
      source: "openrouter.ai/docs/errors: the input was flagged; unknown 4xx are the client's"),
    ErrorRow(
      413, .any, .clientFault,
      source: "console.groq.com/docs/errors: too large, also for a limit of tokens a minute"),
    ErrorRow(
      429, .any, .rateLimited,
      source: "platform.openai.com/docs/guides/rate-limits; corpus azure-…-err429-44f6db04, "
        + "openrouter-…-err429-6ac91ce3"),
    ErrorRow(
      503, .any, .providerFailing,
      source: "platform.openai.com/docs/guides/error-codes: overloaded, or 'Slow Down'"),
  ]
}
