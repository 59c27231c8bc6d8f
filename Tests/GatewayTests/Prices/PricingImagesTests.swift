import Providers
import Testing

@testable import Gateway

@Suite("Image prices")
struct PricingImagesTests {
  static let table = PriceTable(
    version: "test",
    entries: [
      PriceEntry(
        key: "256-x-256/dall-e-2", provider: "openai",
        rates: [PriceEntryTests.rate(.inputPixel, 3)]),
      PriceEntry(
        key: "hd/1024-x-1792/dall-e-3", provider: "openai",
        rates: [PriceEntryTests.rate(.inputPixel, 2)]),
      PriceEntry(
        key: "standard/1024-x-1024/dall-e-3", provider: "openai",
        rates: [PriceEntryTests.rate(.inputPixel, 1)]),
      PriceEntry(
        key: "low/1024-x-1024/gpt-image-1", provider: "openai",
        rates: [PriceEntryTests.rate(.perInputImage, 11)]),
      PriceEntry(
        key: "dall-e-3", provider: "openai", rates: [PriceEntryTests.rate(.perInputImage, 40)]),
      PriceEntry(
        key: "painter", provider: "openai", rates: [PriceEntryTests.rate(.perOutputImage, 7)]),
    ])

  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    var size: String?
    var quality: String?
    var count = 1
    let nanoUSD: Int64?
    var reason: UnpricedReason?
    var testDescription: String { "\(count) × \(model) \(size ?? "-") \(quality ?? "-")" }
  }

  static let cases: [Case] = [
    Case(model: "dall-e-2", size: "256x256", nanoUSD: 3 * 65_536),
    Case(model: "dall-e-2", size: "256x256", count: 2, nanoUSD: 6 * 65_536),
    Case(model: "dall-e-3", size: "1024x1792", quality: "hd", nanoUSD: 2 * 1_835_008),
    Case(model: "dall-e-3", nanoUSD: 1_048_576),
    Case(model: "dall-e-3", size: "1024x1024", quality: "standard", nanoUSD: 1_048_576),
    Case(model: "dall-e-3", size: "512x512", nanoUSD: nil, reason: .noImagePrice),
    Case(model: "dall-e-3", size: "auto", nanoUSD: nil, reason: .noImagePrice),
    Case(model: "dall-e-3", size: "-1x9", nanoUSD: nil, reason: .noImagePrice),
    Case(
      model: "dall-e-3", size: "99999999999x9", nanoUSD: nil, reason: .noImagePrice),
    Case(model: "gpt-image-1", quality: "low", count: 3, nanoUSD: 33),
    Case(model: "painter", size: "7x7", count: 2, nanoUSD: 14),
    Case(model: "unknown", nanoUSD: nil, reason: .noPrice),
    Case(model: "dall-e-3", count: 0, nanoUSD: nil, reason: .noUsage),
  ]

  @Test(arguments: cases)
  func areFoundBySizeAndQuality(_ example: Case) throws {
    var call = PricedCall(
      endpoint: .imagesGenerations, requestedModel: example.model,
      vendor: try #require(PriceVendor.named("openai")))
    call.imageSize = example.size
    call.imageQuality = example.quality
    var facts = AnswerFacts()
    facts.imageCount = example.count
    let cost = Pricing.cost(facts, of: call, table: Self.table)
    #expect(cost.nanoUSD == example.nanoUSD)
    #expect(cost.reason == example.reason)
  }
}
