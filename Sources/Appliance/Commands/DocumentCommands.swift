import JSON

/// `appliance import` and `appliance export`: all records in one document.
enum DocumentCommands {
  static let all: [Command] = [importFile, export]

  private static let importFile = Command.operation(
    "import", "Add and change records from a document",
    operands: [Command.Operand(name: "FILE")],
    options: [
      Command.Option("--replace", help: "Remove the records that the document does not name.")
    ],
    details: [
      "FILE is JSON, or - for standard input: providers, keys, users, tokens, models, prices and "
        + "settings, with names in place of ids. Records and fields that it does not name stay as "
        + "they are; importing it twice changes nothing. All of it is done, or nothing."
    ],
    examples: ["appliance import team.json", "appliance import - --replace < all.json"]
  ) { call throws(CommandError) in
    let document = try call.readDocument(call.operand(0))
    let result = try call.perform(
      .importDocument, [("document", document), ("replace", .bool(call.has("--replace")))])
    call.printChange(
      result, "",
      ["created", "changed", "unchanged", "removed"].map { "\(cellText(result[$0])) \($0)" }
        .joined(separator: ", ") + ".")
  }

  private static let export = Command(
    words: ["export"], summary: "Print all records as a document",
    options: [
      Command.Option(
        "--clear-secrets",
        help: """
          Print the secrets of upstream keys as they are, not sealed. Keep the output safe.
          """)
    ] + Command.locationOptions,
    details: ["The document can be imported again, on this appliance or another."],
    examples: ["appliance export > records.json"]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .exportDocument, [("clear_secrets", .bool(call.has("--clear-secrets")))])
    call.printJSON(result["document"] ?? result)
  }
}

extension Invocation {
  /// Reads a JSON file, or standard input for `-`.
  func readDocument(_ path: String) throws(CommandError) -> JSONValue {
    let name = path == "-" ? "standard input" : path
    let bytes: [UInt8]?
    do {
      bytes =
        try path == "-"
        ? console.readInput(documentBytesMax) : readFile(path, bytesMax: documentBytesMax)
    } catch {
      throw .failed(error.message)
    }
    guard let bytes else { throw .failed("\(name) is larger than \(documentBytesMax) bytes.") }
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      let before = bytes.prefix(error.offset)
      let line = before.count { $0 == 0x0A } + 1
      let column = error.offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
      throw .failed("\(name):\(line):\(column): \(error.message)")
    }
  }
}

/// Far above 10,000 users and all of LiteLLM's prices.
private let documentBytesMax = 268_435_456
