package import HTTP
package import Providers

/// A provider key that a client brings in `x-upstream-key`, for that request alone.
///
/// Never stored, logged or sent anywhere but to the route's provider, in the place of one of ours.
package struct OwnKey: Sendable {
  package let secret: ClearSecret
  /// A keyed digest in hexadecimal: what the key is known by.
  package let fingerprint: String

  /// More than any provider's key; the longest are tokens of cloud identities.
  package static let bytesMax = 4_096
  static let idPrefix = "own/"
  /// What receipts call it where they name the key on which an id lives.
  static let name = "the client's own"

  package init(secret: ClearSecret, fingerprint: String) {
    self.secret = secret
    self.fingerprint = fingerprint
  }

  /// By which ids that its provider hands out are kept with it.
  package var id: String { Self.idPrefix + fingerprint }

  /// What the ledger calls it: whose it is, and enough to tell one from another.
  package var label: String { "user:" + fingerprint.prefix(8) }

  /// Whether an id of a key is that of one which a client brought.
  package static func isOne(_ keyID: String) -> Bool { keyID.hasPrefix(idPrefix) }

  /// The secret of the header; nil where there is no such header.
  ///
  /// - Throws: `.malformed` for what cannot be one key: more than one, empty, too long, not visible
  ///   ASCII, or in the form of a token of ours, which no provider must ever see.
  package static func read(_ fields: HeaderFields) throws(Refusal) -> ClearSecret? {
    guard let range = fields.firstRange("x-upstream-key") else { return nil }
    guard fields.count(of: "x-upstream-key") == 1 else {
      throw .malformed("x-upstream-key was sent more than once. Send one key.")
    }
    let bytes = Array(fields.bytes[range])
    guard (1...bytesMax).contains(bytes.count), UpstreamRequest.isUsable(keySecret: bytes) else {
      throw .malformed(
        "x-upstream-key cannot be a key: 1 to \(bytesMax) visible ASCII characters without spaces.")
    }
    guard !bytes.starts(with: "sk-ap-".utf8) else { throw isToken }
    return ClearSecret(bytes)
  }

  /// The refusal of a token of ours in the header.
  package static var isToken: Refusal {
    .malformed("x-upstream-key holds a token of this appliance. Put the provider's key there.")
  }
}
