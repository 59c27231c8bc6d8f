/// The form of our own tokens: `sk-ap-<public id>-<secret>`.
///
/// The public id (50 bits) may be shown and logged, the secret (200 bits) is shown once. Both are of
/// the lower-case base32 alphabet, so that a double click selects the parts and nothing needs
/// escaping.
package enum TokenFormat {
  package static let prefix = "sk-ap-"
  package static let publicIDLength = 10
  package static let secretLength = 40

  /// A new token.
  package static func make() -> (token: String, publicID: String) {
    let publicID = Random.id(publicIDLength)
    return ("\(prefix)\(publicID)-\(Random.id(secretLength))", publicID)
  }

  /// The public id of a token of this form; nil for any other, which may be a token all the same:
  /// tokens of any form can be imported.
  package static func publicID(of token: Span<UInt8>) -> String? {
    let idStart = prefix.utf8.count
    let secretStart = idStart + publicIDLength + 1
    guard token.count == secretStart + secretLength,
      token[secretStart - 1] == UInt8(ascii: "-")
    else { return nil }
    var index = 0
    for byte in prefix.utf8 {
      guard token[index] == byte else { return nil }
      index += 1
    }
    var publicID: [UInt8] = []
    for index in idStart..<(secretStart - 1) {
      guard Base32.contains(token[index]) else { return nil }
      publicID.append(token[index])
    }
    for index in secretStart..<token.count where !Base32.contains(token[index]) { return nil }
    return String(decoding: publicID, as: UTF8.self)
  }

  package static func publicID(of token: String) -> String? {
    publicID(of: Array(token.utf8).span)
  }
}
