/// Why a secret could not be made, read or opened.
///
/// No case carries a secret or a part of one.
package enum VaultError: Error, Equatable, Sendable {
  /// The file does not exist, but keys that it wrapped do: it must be restored, not made anew.
  case masterKeyMissing(path: String)
  /// Others than its owner may read the master key file.
  case masterKeyMode(path: String, mode: UInt32)
  /// The master key is no regular file.
  case masterKeyNotAFile(path: String)
  /// What `source` holds is not 32 bytes in hex or base64.
  case masterKeyMalformed(source: String, length: Int)
  /// A system call on the master key file failed.
  case file(path: String, call: String, code: Int32)
  /// The stored keys were wrapped by another master key.
  case wrongMasterKey(expected: String, given: String)
  /// A stored key does not open although the master key is the right one.
  case keyDamaged(id: String)
  /// The stored keys lack one that is needed.
  case keyAbsent(purpose: String)
  /// The text is not of the form that `Sealer.seal` makes.
  case notSealed
  /// The text was sealed with a data key that is not here.
  case unknownDataKey(id: String)
  /// The sealed text was changed, or moved to another record or field.
  case sealBroken
  /// A function of OpenSSL failed.
  case openSSL(call: String)
  /// More bytes than OpenSSL takes in one call.
  case tooLarge(limit: Int)

  /// What happened, then what to do about it.
  package var message: String {
    switch self {
    case .masterKeyMissing(let path):
      "The master key \(path) is missing, but the database holds keys that it wrapped. Restore the "
        + "file, or set \(MasterKey.environmentName)."
    case .masterKeyMode(let path, let mode):
      "The master key \(path) has mode \(octal(mode)): others than its owner may use it. "
        + "Run: chmod 600 \(path)"
    case .masterKeyNotAFile(let path):
      "The master key \(path) is not a regular file."
    case .masterKeyMalformed(let source, let length):
      "The master key in \(source) must be 32 bytes, as 64 hex digits or as 44 characters of "
        + "base64; found \(length) characters that are neither."
    case .file(let path, let call, let code):
      "The master key \(path) cannot be used: \(call): \(systemMessage(code))."
    case .wrongMasterKey(let expected, let given):
      "Wrong master key: the database was sealed with master key \(expected), this one is \(given). "
        + "Give the right one; nothing was changed."
    case .keyDamaged(let id):
      "The stored key \(id) is damaged: it does not open with its own master key. "
        + "Restore the database from a backup."
    case .keyAbsent(let purpose):
      "The database holds no \(purpose) key. Restore it from a backup."
    case .notSealed:
      "A secret in the database is not in sealed form."
    case .unknownDataKey(let id):
      "A secret was sealed with the data key \(id), which the database does not hold."
    case .sealBroken:
      "A sealed secret does not open: it was changed, or moved from another record."
    case .openSSL(let call):
      "OpenSSL failed in \(call)."
    case .tooLarge(let limit):
      "The secret is larger than \(limit) bytes."
    }
  }
}

private func octal(_ mode: UInt32) -> String {
  let digits = String(mode, radix: 8)
  return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}
