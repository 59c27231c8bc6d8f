package import HTTP
package import Providers

/// The level that a request itself asks for, in the header `x-appliance-level`.
package enum RequestedLevel {
  /// Reads the header; it only ever lowers what the user and the token may use.
  ///
  /// - Returns: Nil where the request has none.
  /// - Throws: `Refusal.malformed` for what is no level, and for two headers.
  package static func read(_ fields: HeaderFields) throws(Refusal) -> Int? {
    guard let place = fields.firstRange("x-appliance-level") else { return nil }
    let digits = fields.bytes[place]
    guard fields.count(of: "x-appliance-level") == 1, (1...7).contains(digits.count),
      digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { throw malformed }
    let level = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard Level.range.contains(level) else { throw malformed }
    return level
  }

  private static var malformed: Refusal {
    .malformed(
      "The header 'x-appliance-level' must be one whole number from \(Level.range.lowerBound) to "
        + "\(Level.range.upperBound).")
  }
}
