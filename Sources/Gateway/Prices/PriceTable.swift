/// The prices of all models, of one version.
///
/// Immutable: a change of prices makes another table. Looking a model up takes one hash of its
/// name for each prefix of the vendor.
package final class PriceTable: Sendable {
  /// Names the table in every receipt that was priced with it.
  package let version: String
  private let byKey: [String: PriceEntry]
  /// The entries behind each of `PriceVendor.knownPrefixes`, by what follows it.
  private let groups: [[String: PriceEntry]]
  /// Some of the operator's own entries are for one provider alone: their key begins with its name.
  private let hasOwnForProvider: Bool
  /// What has no price costs nothing, as the operator has set it.
  let takesUnpricedAsFree: Bool

  package static let empty = PriceTable(version: "none", entries: [])

  /// A later entry replaces an earlier one of its key.
  package init(version: String, entries: [PriceEntry]) {
    self.version = version
    var byKey: [String: PriceEntry] = [:]
    byKey.reserveCapacity(entries.count)
    for entry in entries { byKey[entry.key] = entry }
    let numbers = Dictionary(
      uniqueKeysWithValues: zip(PriceVendor.knownPrefixes, PriceVendor.knownPrefixes.indices))
    var groups = [[String: PriceEntry]](repeating: [:], count: numbers.count)
    var hasOwnForProvider = false
    for (key, entry) in byKey {
      guard let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")) else { continue }
      hasOwnForProvider = hasOwnForProvider || entry.isOwn
      let rest = key.utf8.index(after: slash)
      guard let number = numbers[String(key[..<rest])] else { continue }
      groups[number][String(key[rest...])] = entry
    }
    self.byKey = byKey
    self.groups = groups
    self.hasOwnForProvider = hasOwnForProvider
    takesUnpricedAsFree = false
  }

  private init(_ table: PriceTable, takesUnpricedAsFree: Bool) {
    version = table.version
    (byKey, groups) = (table.byKey, table.groups)
    hasOwnForProvider = table.hasOwnForProvider
    self.takesUnpricedAsFree = takesUnpricedAsFree
  }

  /// The same prices, by which what has none is free or is not.
  func taking(unpricedAsFree isFree: Bool) -> PriceTable {
    isFree == takesUnpricedAsFree ? self : PriceTable(self, takesUnpricedAsFree: isFree)
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
    let response = responseModel.map { Named(model: $0, bare: byKey[$0]) }
    let requested = requestedModel.map { Named(model: $0, bare: byKey[$0]) }
    if let response, let entry = ownEntry(vendor, response) { return entry }
    if let requested, let entry = ownEntry(vendor, requested) { return entry }
    if let response, let entry = entry(vendor, response) { return entry }
    if let requested { return entry(vendor, requested) }
    return nil
  }

  /// The entry of a model by the vendor's prefixes, without other spellings.
  package func exactEntry(vendor: PriceVendor, model: String) -> PriceEntry? {
    exactEntry(vendor, Named(model: model, bare: byKey[model]))
  }

  /// A model and what the table holds under its name alone.
  private struct Named {
    let model: String
    let bare: PriceEntry?
  }

  private func ownEntry(_ vendor: PriceVendor, _ named: Named) -> PriceEntry? {
    if hasOwnForProvider, let entry = byKey[vendor.ownPrefix + named.model], entry.isOwn {
      return entry
    }
    return named.bare.flatMap { $0.isOwn ? $0 : nil }
  }

  /// The entry of one model, as it is named and then without a trailing date.
  private func entry(_ vendor: PriceVendor, _ named: Named) -> PriceEntry? {
    if let entry = exactEntry(vendor, named) { return entry }
    guard vendor.stripsDates, let undated = ModelDate.stripped(from: named.model) else {
      return nil
    }
    return exactEntry(vendor: vendor, model: undated)
  }

  private func exactEntry(_ vendor: PriceVendor, _ named: Named) -> PriceEntry? {
    for place in vendor.places {
      switch place {
      case .bare:
        if let entry = named.bare, let provider = entry.provider,
          vendor.covers(provider: provider)
        {
          return entry
        }
      case .group(let number):
        if let entry = groups[number][named.model] { return entry }
      case .prefix(let prefix):
        if let entry = byKey[prefix + named.model] { return entry }
      }
    }
    return nil
  }
}

/// The date that some vendors append to a model's name.
package enum ModelDate {
  /// `d` stands for a digit.
  private static let patterns: [String] = ["-dddd-dd-dd", "-dddddddd"]

  /// `gpt-4o` of `gpt-4o-2024-08-06`, `claude-sonnet-4` of `claude-sonnet-4-20250514`; nil where
  /// there is no date.
  package static func stripped(from model: String) -> String? {
    guard let last = model.utf8.last, last &- UInt8(ascii: "0") < 10 else { return nil }
    for pattern in patterns {
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
