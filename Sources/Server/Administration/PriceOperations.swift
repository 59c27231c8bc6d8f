import Gateway
import JSON

extension Administration {
  /// The operator's prices, or those of one model.
  func priceList(_ arguments: Arguments) -> JSONValue {
    var members = ExportDocument.document(snapshot, secrets: .omitted)["prices"]?.object ?? []
    if let model = arguments["model"]?.string { members.removeAll { $0.name != model } }
    return .object([.init("prices", .object(members))])
  }

  func priceSet(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let model = try arguments.text("model")
    guard let fields = arguments["fields"]?.object else {
      throw OperationFailure(code: "invalid", message: "'fields' must be an object.")
    }
    var price = priceOfRecord(model) ?? .object([])
    for field in fields { price[field.name] = field.value.isNull ? JSONValue?.none : field.value }
    try apply(.object([.init("prices", .object([.init(model, price)]))]))
    return .object([.init("price", priceOfRecord(model) ?? price)])
  }

  /// Takes over a table in LiteLLM's form; what is no price entry is skipped and named.
  func priceImport(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    guard let prices = arguments["prices"]?.object else {
      throw OperationFailure(code: "invalid", message: "'prices' must be an object keyed by model.")
    }
    var good: [JSONValue.Member] = []
    var skipped: [JSONValue] = []
    for member in prices where member.name != PriceImport.explanation {
      do throws(PriceError) {
        _ = try PriceImport.entry(model: member.name, member.value)
        good.append(member)
      } catch {
        skipped.append(.string(member.name))
      }
    }
    try apply(.object([.init("prices", .object(good))]))
    return .object([
      .init("imported", .int(Int64(good.count))), .init("skipped", .array(skipped)),
    ])
  }

  private func priceOfRecord(_ model: String) -> JSONValue? {
    guard let id = snapshot.id(of: RecordName(kind: .price, name: model)) else { return nil }
    return snapshot.record(.price, id: id)?.value?["price"]
  }
}
