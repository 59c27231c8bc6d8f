import JSON

/// `appliance setting …`: what is set at run time and is the same on every node.
enum SettingCommands {
  static let all: [Command] = [list, set]

  private static let list = Command.operation(
    "setting list", "List the settings that are changed at run time"
  ) { call throws(CommandError) in
    call.printList(
      try call.perform(.settingList), "settings",
      [
        RecordColumn("NAME", "name"), RecordColumn("VALUE", "value"),
        RecordColumn("DEFAULT", "default"), RecordColumn("MEANING", "help"),
      ], hint: "There are no settings.")
  }

  private static let set = Command.operation(
    "setting set", "Change a setting, from now on and on every node",
    operands: [Command.Operand(name: "NAME"), Command.Operand(name: "VALUE", isOptional: true)],
    options: [Command.Option("--default", help: "Return to the default.")],
    examples: [
      "appliance setting set queue_wait 5",
      "appliance setting set queue_wait --default",
    ]
  ) { call throws(CommandError) in
    guard call.has("--default") != (call.operands.count == 2) else {
      throw .usage("Give a VALUE or --default.")
    }
    let value = call.operands.count == 2 ? settingValue(call.operand(1)) : .null
    let result = try call.perform(.settingSet, [("name", call.operandField(0)), ("value", value)])
    let now = cellText(result["setting"]?["value"])
    call.printChange(result, "setting", "\(call.operand(0)) is now \(now).")
  }

  /// Whole numbers and booleans as such, everything else as a text.
  private static func settingValue(_ text: String) -> JSONValue {
    if text == "true" || text == "false" { return .bool(text == "true") }
    if let number = Int64(text) { return .int(number) }
    return .string(text)
  }
}
