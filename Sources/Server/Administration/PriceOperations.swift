import Gateway
import JSON

extension Administration {
  /// The operator's prices, or the one of a model, which may be built in.
  func priceList(_ arguments: Arguments) -> JSONValue {
    let snapshot = snapshot
    var members: [JSONValue.Member] = []
    var isBuiltIn = false
    if let model = arguments["model"]?.string {
      if let price = priceOfRecord(model) {
        members = [.init(model, price)]
      } else if let entry = snapshot.basePrices.entry(key: model) {
        members = [.init(model, entry.fields)]
        isBuiltIn = true
      }
    } else {
      members = ExportDocument.members(.price, snapshot)
    }
    return .object([
      .init("prices", .object(members)), .init("built_in", .bool(isBuiltIn)),
      .init("price_version", .string(snapshot.prices.version)),
    ])
  }

  /// Removes a price; says whether a built-in one holds from then on.
  func priceRemove(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let model = try arguments.text("model")
    let isBuiltIn = snapshot.basePrices.entry(key: model) != nil
    guard priceOfRecord(model) != nil || !isBuiltIn else {
      throw OperationFailure(
        code: "conflict",
        message: "The price of '\(model)' is built in, and there is none of yours to remove.")
    }
    var result = try remove(.price, arguments)
    result["built_in"] = .bool(isBuiltIn)
    return result
  }

  /// Sets fields of a model's price; what is not given stays, in a price that is built in too.
  func priceSet(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let model = try arguments.text("model")
    guard let fields = arguments["fields"]?.object else {
      throw OperationFailure(code: "invalid", message: "'fields' must be an object.")
    }
    var price =
      priceOfRecord(model) ?? snapshot.basePrices.entry(key: model)?.fields ?? .object([])
    for field in fields { price[field.name] = field.value.isNull ? JSONValue?.none : field.value }
    try apply(.object([.init("prices", .object([.init(model, price)]))]))
    return .object([.init("price", priceOfRecord(model) ?? price)])
  }

  /// Takes over a table in LiteLLM's form.
  ///
  /// What is no price entry is skipped and named; of a model that stands there twice the last entry
  /// holds, as in other readers of the same file, and it is named too.
  func priceImport(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    guard let prices = arguments["prices"]?.object else {
      throw OperationFailure(code: "invalid", message: "'prices' must be an object keyed by model.")
    }
    var good: [JSONValue.Member] = []
    var places: [String: Int] = [:]
    var skipped: [JSONValue] = []
    var repeated: [JSONValue] = []
    var warnings: [JSONValue] = []
    var fieldNames = PriceNames()
    for member in prices where member.name != PriceImport.explanation {
      do throws(PriceError) {
        _ = try PriceImport.entry(model: member.name, member.value, &fieldNames)
      } catch {
        skipped.append(.string(member.name))
        warnings.append(.string("Skipped: \(error.message)"))
        continue
      }
      if let place = places[member.name] {
        good[place] = member
        repeated.append(.string(member.name))
        warnings.append(
          .string("The table names '\(member.name)' more than once: its last entry holds."))
      } else {
        places[member.name] = good.count
        good.append(member)
      }
    }
    let entries = good
    try write { snapshot in
      ImportPlan.prices(entries, on: snapshot).writes
    }
    return .object([
      .init("imported", .int(Int64(good.count))), .init("skipped", .array(skipped)),
      .init("repeated", .array(repeated)), .init("warnings", .array(warnings)),
      .init("price_version", .string(snapshot.prices.version)),
    ])
  }

  private func priceOfRecord(_ model: String) -> JSONValue? {
    guard let id = snapshot.id(of: RecordName(kind: .price, name: model)) else { return nil }
    return snapshot.record(.price, id: id)?.value?["price"]
  }
}
