import Gateway
import JSON

extension Administration {
  func settingList() -> JSONValue {
    .object([.init("settings", .array(RuntimeSettings.all.map(view)))])
  }

  func settingSet(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let name = try arguments.text("name")
    guard let setting = RuntimeSettings.setting(named: name) else {
      let known = RuntimeSettings.all.map(\.name).joined(separator: ", ")
      throw OperationFailure(
        code: "not_found", message: "There is no setting '\(name)'. There are: \(known).")
    }
    if let value = arguments["value"], !value.isNull {
      try apply(.object([.init("settings", .object([.init(name, value)]))]))
    } else {
      try write { snapshot throws(OperationFailure) in
        guard let id = snapshot.id(of: RecordName(kind: .setting, name: name)) else { return [] }
        return try removal(of: .setting, id: id, from: snapshot)
      }
    }
    return .object([.init("setting", view(setting))])
  }

  private func view(_ setting: RuntimeSettings.Setting) -> JSONValue {
    .object([
      .init("name", .string(setting.name)), .init("value", setting.value(snapshot.settings)),
      .init("default", setting.defaultValue), .init("help", .string(setting.help)),
    ])
  }
}
