/// The fields of a `multipart/form-data` body (RFC 7578), read on the simulator's own account.
///
/// It knows what the SDKs send: no nesting, no coding. Nil for any other content type.
struct MultipartFields {
  struct Field: Equatable {
    let name: String
    let fileName: String?
    let content: [UInt8]
  }

  private(set) var fields: [Field] = []

  init?(body: [UInt8], contentType: String) {
    guard contentType.lowercased().hasPrefix("multipart/form-data"),
      let range = contentType.lowercased().firstRange(of: "boundary=")
    else { return nil }
    let boundary = contentType[range.upperBound...].prefix { $0 != ";" }
      .filter { $0 != "\"" && $0 != " " }
    let delimiter = Array("--\(boundary)".utf8)
    guard !boundary.isEmpty else { return nil }
    var rest = body[...]
    guard let first = rest.firstRange(of: delimiter) else { return }
    rest = rest[first.upperBound...]
    while rest.starts(with: [0x0D, 0x0A]) {
      rest = rest.dropFirst(2)
      guard let headEnd = rest.firstRange(of: [0x0D, 0x0A, 0x0D, 0x0A]),
        let end = rest[headEnd.upperBound...].firstRange(of: [0x0D, 0x0A] + delimiter)
      else { return }
      let head = String(decoding: rest[..<headEnd.lowerBound], as: UTF8.self)
      let content = Array(rest[headEnd.upperBound..<end.lowerBound])
      if let name = Self.parameter("name", in: head) {
        let fileName = Self.parameter("filename", in: head)
        fields.append(Field(name: name, fileName: fileName, content: content))
      }
      rest = rest[end.upperBound...]
    }
  }

  /// The text of a field that is no file.
  func text(_ name: String) -> String? {
    guard let field = fields.first(where: { $0.name == name && $0.fileName == nil }) else {
      return nil
    }
    return String(decoding: field.content, as: UTF8.self)
  }

  /// The bytes of all files together.
  var fileBytes: Int { fields.reduce(0) { $0 + ($1.fileName == nil ? 0 : $1.content.count) } }

  private static func parameter(_ name: String, in head: String) -> String? {
    guard let range = head.firstRange(of: " \(name)=") else { return nil }
    let value = head[range.upperBound...]
    if value.first == "\"" { return String(value.dropFirst().prefix { $0 != "\"" }) }
    return String(value.prefix { $0 != ";" && $0 != "\r\n" })
  }
}
