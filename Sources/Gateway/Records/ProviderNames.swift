/// Providers by name, to be found by bytes of a longer text: no text is made to look one up.
///
/// Open addressing with at least as many free places as names. Names are the operator's, so that
/// nobody else chooses where they fall.
struct ProviderNames: Sendable {
  /// A power of two of them.
  private let places: [Provider?]

  init(_ providers: some Collection<Provider>) {
    var count = 2
    while count < providers.count * 2 { count *= 2 }
    var places: [Provider?] = Array(repeating: nil, count: count)
    for provider in providers {
      var place = Self.place(of: provider.name.utf8.span, among: count)
      while places[place] != nil { place = (place + 1) & (count - 1) }
      places[place] = provider
    }
    self.places = places
  }

  /// The provider of a name.
  func find(_ name: Span<UInt8>) -> Provider? {
    var place = Self.place(of: name, among: places.count)
    while let provider = places[place] {
      if Self.equal(provider.name.utf8.span, name) { return provider }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  private static func place(of name: Span<UInt8>, among count: Int) -> Int {
    Int(truncatingIfNeeded: StableHash.of(name)) & (count - 1)
  }

  private static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }
}
