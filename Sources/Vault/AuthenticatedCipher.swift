import COpenSSL

/// AES-256-GCM with a fresh random nonce for each message (NIST SP 800-38D).
///
/// A box is nonce, ciphertext and tag in one. One key may make 2^32 boxes before two nonces could
/// meet with a chance that matters: far more than an operator ever writes secrets.
enum AuthenticatedCipher {
  static let nonceBytes = 12
  static let tagBytes = 16

  static func seal(
    _ plaintext: UnsafeRawBufferPointer, key: Secret, associated: [UInt8]
  ) throws(VaultError) -> [UInt8] {
    guard let count = CInt(exactly: plaintext.count), count <= CInt.max - 64 else {
      throw .tooLarge(limit: Int(CInt.max) - 64)
    }
    let context = try CipherContext(key: key, nonce: Random.bytes(nonceBytes), encrypts: true)
    try context.addAssociated(associated)
    return try context.sealed(plaintext)
  }

  /// - Throws: `VaultError.sealBroken` when key, associated data or any byte of the box is not what
  ///   it was when the box was made.
  static func open(
    _ box: [UInt8], key: Secret, associated: [UInt8]
  ) throws(VaultError) -> [UInt8] {
    guard box.count >= nonceBytes + tagBytes, CInt(exactly: box.count) != nil else {
      throw .sealBroken
    }
    let context = try CipherContext(
      key: key, nonce: Array(box.prefix(nonceBytes)), encrypts: false)
    try context.addAssociated(associated)
    return try context.opened(
      Array(box[nonceBytes..<(box.count - tagBytes)]), tag: Array(box.suffix(tagBytes)))
  }

  /// Fields one after another, each behind its length, so that no two lists give the same bytes.
  static func associated(_ fields: String...) -> [UInt8] {
    var out: [UInt8] = []
    for field in fields {
      let bytes = Array(field.utf8)
      let count = UInt64(bytes.count)
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        out.append(UInt8(truncatingIfNeeded: count >> shift))
      }
      out += bytes
    }
    return out
  }
}

/// One use of AES-256-GCM; OpenSSL wipes the key when it is freed.
private struct CipherContext: ~Copyable {
  private let context: OpaquePointer
  private let nonce: [UInt8]

  init(key: Secret, nonce: [UInt8], encrypts: Bool) throws(VaultError) {
    precondition(key.count == 32 && nonce.count == AuthenticatedCipher.nonceBytes)
    guard let context = EVP_CIPHER_CTX_new() else { throw .openSSL(call: "EVP_CIPHER_CTX_new") }
    let status = key.withBytes { bytes in
      EVP_CipherInit_ex(
        context, EVP_aes_256_gcm(), nil, bytes.bindMemory(to: UInt8.self).baseAddress, nonce,
        encrypts ? 1 : 0)
    }
    guard status == 1 else {
      EVP_CIPHER_CTX_free(context)
      throw .openSSL(call: "EVP_CipherInit_ex")
    }
    self.context = context
    self.nonce = nonce
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  borrowing func addAssociated(_ bytes: [UInt8]) throws(VaultError) {
    var written: CInt = 0
    guard let count = CInt(exactly: bytes.count) else { throw .tooLarge(limit: Int(CInt.max)) }
    guard EVP_CipherUpdate(context, nil, &written, bytes, count) == 1 else {
      throw .openSSL(call: "EVP_CipherUpdate")
    }
  }

  borrowing func sealed(_ plaintext: UnsafeRawBufferPointer) throws(VaultError) -> [UInt8] {
    var ciphertext = try update(plaintext.bindMemory(to: UInt8.self).baseAddress, plaintext.count)
    guard finish() else { throw .openSSL(call: "EVP_CipherFinal_ex") }
    var tag = [UInt8](repeating: 0, count: AuthenticatedCipher.tagBytes)
    let status = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(tag.count), &tag)
    guard status == 1 else { throw .openSSL(call: "EVP_CTRL_AEAD_GET_TAG") }
    ciphertext.insert(contentsOf: nonce, at: 0)
    return ciphertext + tag
  }

  borrowing func opened(_ ciphertext: [UInt8], tag: [UInt8]) throws(VaultError) -> [UInt8] {
    var plaintext = try ciphertext.span.withUnsafeBufferPointer { bytes throws(VaultError) in
      try update(bytes.baseAddress, bytes.count)
    }
    var tag = tag
    let status = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag)
    guard status == 1, finish() else {
      wipe(&plaintext)
      throw .sealBroken
    }
    return plaintext
  }

  private borrowing func update(
    _ start: UnsafePointer<UInt8>?, _ count: Int
  ) throws(VaultError) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return output }
    var written: CInt = 0
    guard EVP_CipherUpdate(context, &output, &written, start, CInt(count)) == 1,
      written == CInt(count)
    else { throw .openSSL(call: "EVP_CipherUpdate") }
    return output
  }

  /// GCM writes nothing here: it makes the tag, or compares it.
  private borrowing func finish() -> Bool {
    var unused = [UInt8](repeating: 0, count: 16)
    var written: CInt = 0
    return EVP_CipherFinal_ex(context, &unused, &written) == 1
  }
}
