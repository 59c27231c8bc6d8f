import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Built-in prices: the format")
struct BuiltInPricesTests {
  @Test func readsALineOfEveryKind() throws {
    let entries = try BuiltInPrices.entries(
      parsing: """
        [gemini gemini/]
        pro in=1.25 out=10 in>200k=2.5 batch*0.5
          out:batch=6 x.us=1.1 max_out=65536
        ears second=0.0001 mode=audio_transcription

        [*]
        ours in=0
        """)
    #expect(entries.map(\.key) == ["gemini/pro", "gemini/ears", "ours"])
    let pro = entries[0]
    #expect(pro.provider == "gemini")
    #expect(pro.mode == "chat")
    #expect(pro.outputTokensMax == 65_536)
    let factor = try ExactDecimal("1.1")
    #expect(pro.multiplier(named: "us") == factor)
    func price(_ field: PriceField, _ tokens: Int64, _ tier: PriceTier) -> String? {
      pro.rate(field, inputTokens: tokens, tier: tier)?.price.description
    }
    #expect(price(.input, 0, .standard) == "0.00000125")
    #expect(price(.input, 200_001, .standard) == "0.0000025")
    #expect(price(.input, 200_001, .batch) == "0.00000125")
    #expect(price(.input, 0, .batch) == "0.000000625")
    #expect(price(.output, 0, .batch) == "0.000006")
    #expect(entries[1].mode == "audio_transcription")
    #expect(
      entries[1].rate(.inputSecond, inputTokens: 0, tier: .standard)?.price.description
        == "0.0001")
    #expect(entries[2].provider == nil)
  }

  @Test(arguments: [
    "m in", "m what=1", "m in=x", "m in=1e99", "m in>k=1", "m in>0k=1", "m in:soon=1",
    "m in:flex:flex=1", "m soon*2", "m flex*x in=1", "m in=0.0000000000000000001",
  ])
  func refusesWhatItCannotRead(_ line: String) {
    let error = #expect(throws: PriceError.self) { try BuiltInPrices.entries(parsing: line) }
    #expect(error?.model == "m")
  }
}
