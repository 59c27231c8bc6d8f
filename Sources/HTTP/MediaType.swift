/// Reads the parameters of Content-Type and its kin (RFC 9110 § 8.3.1).
package enum MediaType {
  /// The value of a parameter, unquoted; nil if it is absent, repeated, or the list is malformed.
  ///
  /// The name is given in lower case and compared without regard to case.
  package static func parameter(
    _ name: StaticString, of value: ArraySlice<UInt8>
  ) -> [UInt8]? {
    let bytes = value.span
    let found = FieldParameters.read(bytes, from: bytes.index(of: UInt8(ascii: ";"), from: 0))?
      .filter { $0.isNamed(name) }
    return found?.count == 1 ? found?.first?.value : nil
  }
}
