/// The price of an image of one size and quality.
///
/// LiteLLM's table puts both before the model: `hd/1024-x-1792/dall-e-3`, `256-x-256/dall-e-2`.
struct ImagePrice {
  let entry: PriceEntry
  let pixels: Int64

  /// What DALL-E makes where a request does not say (OpenAI's API reference, images).
  private static let sizeDefault = "1024x1024"
  private static let qualityDefault = "standard"
  private static let edgePixelsMax: Int64 = 1_000_000

  static func find(_ call: PricedCall, _ table: PriceTable) -> ImagePrice? {
    guard let model = call.requestedModel,
      let size = Size(call.imageSize ?? sizeDefault)
    else { return nil }
    let quality = call.imageQuality ?? qualityDefault
    let named = "\(size.width)-x-\(size.height)/\(model)"
    let entry =
      table.exactEntry(vendor: call.vendor, model: "\(quality)/\(named)")
      ?? table.exactEntry(vendor: call.vendor, model: named)
    return entry.map { ImagePrice(entry: $0, pixels: size.width * size.height) }
  }

  /// `1024x1792`.
  private struct Size {
    let width: Int64
    let height: Int64

    init?(_ text: String) {
      let edges = text.utf8.split(separator: UInt8(ascii: "x"), omittingEmptySubsequences: false)
      guard edges.count == 2, let width = Int64(Substring(edges[0])),
        let height = Int64(Substring(edges[1])), (1...edgePixelsMax).contains(width),
        (1...edgePixelsMax).contains(height)
      else { return nil }
      self.width = width
      self.height = height
    }
  }
}
