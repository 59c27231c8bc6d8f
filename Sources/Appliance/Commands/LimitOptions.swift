import JSON

/// The options of users and tokens that limit them.
enum LimitOptions {
  static let limits = Command.Option(
    "--limits", "NAME=N,…",
    help: """
      Limits such as rpm=60,tpm=100000: requests or tokens (t; input it, output ot) a minute (pm) \
      or a day (pd), or concurrent. They replace those before; an empty text removes all.
      """)
  static let modelLimits = Command.Option(
    "--model-limits", "MODEL:NAME=N,…",
    help: """
      The same for the models of a pattern, as gpt-4*:rpm=10. It is the name asked for that \
      counts: openai/gpt-4o is another than gpt-4o, and *gpt-4o* is both. Repeatable; all together \
      replace those before, an empty text removes all.
      """, isRepeated: true)

  static let budgets = Command.Option(
    "--budget", "USD/PERIOD[,…]",
    help: """
      Dollars for each hour, day, week or month, or in total, as 10/month. Behind it may stand \
      rolling, timezone=NAME and strict. Repeatable; all together replace those before, an empty \
      text removes all.
      """, isRepeated: true)

  static let ofUsers = [limits, modelLimits, budgets]
  static let ofTokens = [limits, budgets]

  static func userFields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    try tokenFields(call) + [("model_limits", try modelLimits(call))]
  }

  static func tokenFields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    [("limits", try limits(call)), ("budgets", try budgets(call))]
  }

  /// `10/month,timezone=Europe/Berlin` each as an object of a list; null for an empty text.
  private static func budgets(_ call: Invocation) throws(CommandError) -> JSONValue? {
    guard call.has("--budget") else { return nil }
    var budgets: [JSONValue] = []
    for text in call.values("--budget") where !text.isEmpty {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let sides = parts.first?.split(separator: "/", omittingEmptySubsequences: false) ?? []
      guard sides.count == 2, let amount = amount(sides[0]) else {
        throw .usage("--budget takes dollars and a period as 10/month, not '\(text)'.")
      }
      var members = [
        JSONValue.Member("usd", amount), JSONValue.Member("period", .string(String(sides[1]))),
      ]
      for part in parts.dropFirst() {
        if part == "rolling" {
          members.append(.init("aligned", false))
        } else if part == "strict" {
          members.append(.init("mode", "strict"))
        } else if part.hasPrefix("timezone=") {
          members.append(.init("timezone", .string(String(part.dropFirst(9)))))
        } else {
          throw .usage(
            "--budget takes rolling, strict or timezone=NAME behind its period, not '\(part)'.")
        }
      }
      budgets.append(.object(members))
    }
    return budgets.isEmpty ? .null : .array(budgets)
  }

  /// A number of dollars that is not negative, every digit kept.
  static func amount(_ text: Substring) -> JSONValue? {
    guard text.utf8.first.map({ (0x30...0x39).contains($0) }) == true,
      case .number(let number)? = try? JSONValue(parsing: Array(text.utf8))
    else { return nil }
    return .number(number)
  }

  /// `rpm=60,tpm=1000` as an object; null for an empty text.
  static func limits(_ call: Invocation) throws(CommandError) -> JSONValue? {
    guard let text = call.value("--limits") else { return nil }
    return text.isEmpty ? .null : .object(try members(of: text[...], "--limits"))
  }

  /// `gpt-4*:rpm=10` each as an object of a list; null for an empty text.
  static func modelLimits(_ call: Invocation) throws(CommandError) -> JSONValue? {
    guard call.has("--model-limits") else { return nil }
    var rules: [JSONValue] = []
    for text in call.values("--model-limits") where !text.isEmpty {
      // A model's name may hold colons, a limit's may not.
      guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else {
        throw .usage("--model-limits takes MODEL:NAME=N, not '\(text)'.")
      }
      let limits = try members(of: text[text.index(after: colon)...], "--model-limits")
      rules.append(.object([.init("model", .string(String(text[..<colon])))] + limits))
    }
    return rules.isEmpty ? .null : .array(rules)
  }

  private static func members(
    of text: Substring, _ option: String
  ) throws(CommandError) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let number = Int64(sides[1]), number >= 0 else {
        throw .usage("\(option) takes limits such as rpm=60,tpm=100000, not '\(part)'.")
      }
      members.append(.init(String(sides[0]), .int(number)))
    }
    return members
  }
}
