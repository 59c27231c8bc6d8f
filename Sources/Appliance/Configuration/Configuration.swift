/// The settings of this node: the defaults, then the file, then the command line.
///
/// `configuration[Settings.workers]` is always a checked value.
struct Configuration: Sendable {
  /// Values of the settings' own types, by name; absent means the default.
  private var values: [String: any Sendable] = [:]

  /// Only defaults.
  init() {}

  /// Checks what a file holds; `fileName` stands before the line number of an error.
  init(parsing bytes: [UInt8], fileName: String) throws(ConfigurationError) {
    let file = try ConfigurationFile(parsing: bytes, fileName: fileName)
    for entry in file.entries {
      guard let setting = Settings.all.first(where: { $0.name == entry.name }) else {
        let nearest = nearestName(to: entry.name, among: Settings.all.map(\.name))
        throw ConfigurationError(
          file: fileName, line: entry.line,
          message: "there is no setting '\(entry.name)'"
            + (nearest.map { "; did you mean '\($0)'?" }
              ?? "; 'appliance config explain' lists them"))
      }
      do {
        values[entry.name] = try setting.checked(entry.value)
      } catch {
        throw ConfigurationError(file: fileName, line: entry.line, message: error.message)
      }
    }
  }

  /// Reads a file; one that cannot be read is an error too.
  init(readingFile path: String) throws(ConfigurationError) {
    let bytes: [UInt8]?
    do {
      bytes = try readFile(path, bytesMax: 1_048_576)
    } catch {
      throw ConfigurationError(file: "", line: nil, message: error.message)
    }
    guard let bytes else {
      throw ConfigurationError(
        file: path, line: nil, message: "this is too large for a configuration file")
    }
    try self.init(parsing: bytes, fileName: path)
  }

  subscript<Value>(setting: Setting<Value>) -> Value {
    values[setting.name] as? Value ?? setting.defaultValue
  }

  /// Sets a value from an option of the command line; the last one wins over the file.
  ///
  /// `texts` are the values of the option, in order; more than one only for a list.
  mutating func override(_ setting: any AnySetting, with texts: [String]) throws(SettingError) {
    guard let last = texts.last else { return }
    switch setting.kind {
    case .integer:
      guard let number = Int(last.filter { $0 != "_" }) else {
        throw SettingError(message: "\(setting.name) must be \(setting.accepts), not '\(last)'")
      }
      values[setting.name] = try setting.checked(.integer(number))
    case .text: values[setting.name] = try setting.checked(.text(last))
    case .texts: values[setting.name] = try setting.checked(.texts(texts))
    }
  }

  /// The control socket of the appliance that owns the data folder.
  var socketPath: String {
    let folder = self[Settings.data]
    return folder.hasSuffix("/") ? folder + "appliance.sock" : folder + "/appliance.sock"
  }
}
