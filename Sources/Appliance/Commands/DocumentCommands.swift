import Glibc
import JSON

/// `appliance import` and `export`, all records in one document, and `backup`, everything.
enum DocumentCommands {
  static let all: [Command] = [importFile, export, backup]

  private static let importFile = Command.operation(
    "import", "Add and change records from a document",
    operands: [Command.Operand(name: "FILE")],
    options: [
      Command.Option("--replace", help: "Remove the records that the document does not name.")
    ],
    details: [
      "FILE is JSON, or - for standard input: providers, keys, users, tokens, models, prices and "
        + "settings, with names in place of ids. Records and fields that it does not name stay as "
        + "they are; importing it twice changes nothing. All of it is done, or nothing.",
      "With --replace a section that is in FILE is all that there is of its kind: a provider that "
        + "goes takes its keys, a user its tokens and contributed keys, unless FILE names one of "
        + "those: then nothing is done. Sections that are not in FILE are left alone.",
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

extension DocumentCommands {
  private static let backup = Command.operation(
    "backup", "Copy the database into a new file",
    operands: [Command.Operand(name: "FILE")],
    details: [
      "The copy holds the records, with their secrets sealed, and the ledger, as they are at one "
        + "moment; requests go on meanwhile. To go back to it, stop the appliance, put the file in "
        + "the place of DATA/appliance.db, remove appliance.db-wal, appliance.db-shm and the "
        + "journal beside it, and start. Keep DATA/master.key apart from it: without that key no "
        + "secret in the copy can be read, and with it all can."
    ],
    examples: ["appliance backup /var/backups/appliance-1.db"]
  ) { call throws(CommandError) in
    let result = try call.perform(.backup, [("path", .string(try absolutePath(call.operand(0))))])
    call.printChange(
      result, "", "\(cellText(result["bytes"])) bytes in \(cellText(result["path"])).")
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

/// Where a running appliance, which may have another working folder, finds the file.
private func absolutePath(_ path: String) throws(CommandError) -> String {
  if path.hasPrefix("/") { return path }
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  guard getcwd(&buffer, buffer.count) != nil else {
    throw .failed("The working folder has no path; give FILE with its whole path.")
  }
  let folder = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: folder, as: UTF8.self) + "/" + path
}

/// Far above 10,000 users and all of LiteLLM's prices.
private let documentBytesMax = 268_435_456
