/// The prices of all models, of one version.
///
/// Immutable: a change of prices makes another table. Looking a model up takes one hash of its
/// name for each prefix of the vendor.
package final class PriceTable: Sendable {
  /// Names the table in every receipt that was priced with it.
  package let version: String
  private let byKey: [String: PriceEntry]
  /// The entries behind each prefix of `PriceVendor.prefixes`, by what follows it.
  private let byPrefix: [String: [String: PriceEntry]]
  /// The operator's own entries, which hold for every vendor.
  private let own: [String: PriceEntry]
  /// Some of those are for one provider alone: their key begins with its name.
  private let hasOwnForProvider: Bool

  package static let empty = PriceTable(version: "none", entries: [])

  /// A later entry replaces an earlier one of its key.
  package init(version: String, entries: [PriceEntry]) {
    self.version = version
    var byKey: [String: PriceEntry] = [:]
    byKey.reserveCapacity(entries.count)
    for entry in entries { byKey[entry.key] = entry }
    var byPrefix: [String: [String: PriceEntry]] = [:]
    var own: [String: PriceEntry] = [:]
    for prefix in PriceVendor.prefixes { byPrefix[prefix] = [:] }
    for (key, entry) in byKey {
      if entry.provider == nil { own[key] = entry }
      guard let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")) else { continue }
      let rest = key.utf8.index(after: slash)
      byPrefix[String(key[..<rest])]?[String(key[rest...])] = entry
    }
    self.byKey = byKey
    self.byPrefix = byPrefix
    self.own = own
    hasOwnForProvider = own.keys.contains { $0.utf8.contains(UInt8(ascii: "/")) }
  }

  /// A table with these entries over those of this one.
  package func overlaid(with entries: [PriceEntry], version: String) -> PriceTable {
    PriceTable(version: version, entries: Array(byKey.values) + entries)
  }

  package var count: Int { byKey.count }

  /// All entries by key.
  package var entries: [PriceEntry] {
    byKey.values.sorted { $0.key < $1.key }
  }

  package func entry(key: String) -> PriceEntry? {
    byKey[key]
  }

  /// The entry that prices an answer.
  ///
  /// First the operator's own entries; then the model that the provider reports, then the one
  /// asked for, each as it is and then without a trailing date where the vendor has such names.
  package func entry(
    vendor: PriceVendor, responseModel: String?, requestedModel: String?
  ) -> PriceEntry? {
    let requestedModel = requestedModel == responseModel ? nil : requestedModel
    if !own.isEmpty {
      if let responseModel, let entry = ownEntry(vendor, responseModel) { return entry }
      if let requestedModel, let entry = ownEntry(vendor, requestedModel) { return entry }
    }
    if let responseModel, let entry = entry(vendor: vendor, model: responseModel) { return entry }
    if let requestedModel { return entry(vendor: vendor, model: requestedModel) }
    return nil
  }

  private func ownEntry(_ vendor: PriceVendor, _ model: String) -> PriceEntry? {
    if hasOwnForProvider, let entry = own[vendor.ownPrefix + model] { return entry }
    return own[model]
  }

  /// The entry of one model, as it is named and then without a trailing date.
  private func entry(vendor: PriceVendor, model: String) -> PriceEntry? {
    if let entry = exactEntry(vendor: vendor, model: model) { return entry }
    guard vendor.stripsDates, let undated = ModelDate.stripped(from: model) else { return nil }
    return exactEntry(vendor: vendor, model: undated)
  }

  /// The entry of a model by the vendor's prefixes, without other spellings.
  package func exactEntry(vendor: PriceVendor, model: String) -> PriceEntry? {
    for prefix in vendor.prefixes {
      if prefix.isEmpty {
        guard let entry = byKey[model], let provider = entry.provider,
          vendor.covers(provider: provider)
        else { continue }
        return entry
      }
      if let group = byPrefix[prefix] {
        if let entry = group[model] { return entry }
      } else if let entry = byKey[prefix + model] {
        return entry
      }
    }
    return nil
  }
}

/// The date that some vendors append to a model's name.
package enum ModelDate {
  /// `gpt-4o` of `gpt-4o-2024-08-06`, `claude-sonnet-4` of `claude-sonnet-4-20250514`; nil where
  /// there is no date.
  package static func stripped(from model: String) -> String? {
    for pattern in ["-dddd-dd-dd", "-dddddddd"] {
      let tail = model.utf8.suffix(pattern.utf8.count)
      let matches =
        tail.count == pattern.utf8.count && tail.count < model.utf8.count
        && zip(tail, pattern.utf8).allSatisfy { byte, mark in
          mark == UInt8(ascii: "d") ? byte &- UInt8(ascii: "0") < 10 : byte == mark
        }
      if matches { return String(model.utf8.dropLast(tail.count)) }
    }
    return nil
  }
}
