/// `appliance.conf.sample` and `appliance config explain`, made from the table of settings.
enum ConfigurationSample {
  /// The whole sample file: every setting, commented out, at its default.
  static var text: String {
    var out = """
      # appliance.conf: what differs from node to node. Everything else is a record of the
      # appliance (appliance setting list) and needs no restart.
      #
      # Each setting is shown with its default. The form is a subset of TOML: name = value.
      # An option of `appliance serve` goes before this file: --request-bytes-max 1048576.

      """
    for setting in Settings.all {
      out += "\n"
      for line in wrapped(setting.help, columns: 90) { out += "# \(line)\n" }
      out += "# Accepts \(setting.accepts).\n"
      out += "# \(setting.name) = \(setting.defaultText)\n"
    }
    return out
  }

  /// One setting in a paragraph.
  static func explanation(of setting: any AnySetting, in configuration: Configuration) -> String {
    var out = "\(setting.name)\n"
    for line in wrapped(setting.help, columns: 76) { out += "    \(line)\n" }
    out += "    Accepts: \(setting.accepts).\n    Default: \(setting.defaultText)\n"
    let current = setting.written(in: configuration)
    if current != setting.defaultText { out += "    Here:    \(current)\n" }
    return out
  }
}

/// Cuts a text into lines of at most `columns` characters, between words.
func wrapped(_ text: String, columns: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
    if !line.isEmpty && line.count + 1 + word.count > columns {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? "\(word)" : " \(word)"
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}
