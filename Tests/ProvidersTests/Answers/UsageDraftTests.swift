import Testing

@testable import Providers

@Suite("Usage drafts")
struct UsageDraftTests {
  @Test func figuresOfAnIterationAreItsOwn() {
    var draft = UsageDraft()
    draft.begin()
    draft.set(.input, 5)
    draft.beginIteration()
    draft.setIteration(type: "compaction")
    draft.setIteration(model: "m")
    draft.set(.input, 900)
    draft.set(.output, 4)
    let isKnown = draft.endIteration()
    #expect(isKnown)
    draft.set(.output, 6)
    #expect(draft.figures[.input] == 5)
    #expect(draft.figures[.output] == 6)
    #expect(draft.iterations.map(\.usage.inputTokens) == [900])
    #expect(draft.iterations.map(\.model) == ["m"])
  }

  @Test func anIterationOfANewKindIsTold() {
    var draft = UsageDraft()
    draft.begin()
    draft.beginIteration()
    draft.setIteration(type: "new")
    let isKnown = draft.endIteration()
    #expect(!isKnown)
    #expect(draft.iterations.isEmpty)
    #expect(draft.hasIterations)
  }

  @Test func modalitiesAddUp() {
    var draft = UsageDraft()
    draft.begin()
    let entries: [(name: String, count: Int64)] = [
      ("AUDIO", 3), ("audio", 4), ("IMAGE", 5), ("X", 9),
    ]
    for entry in entries {
      draft.beginModality()
      draft.setModality(count: entry.count)
      draft.setModality(name: entry.name)
      draft.endModality(audio: UsageFigure.promptAudio.rawValue)
    }
    #expect(draft.figures[.promptAudio] == 7)
    #expect(draft.figures[.promptImage] == 5)
  }

  @Test func theTierOfThePriceDependsOnTheFigures() {
    var draft = UsageDraft()
    draft.begin()
    draft.tier = "standard"
    draft.set(.prompt, 1)
    #expect(draft.priceTier == nil)
    draft.set(.input, 1)
    #expect(draft.priceTier == "standard")
    draft.trafficType = "ON_DEMAND"
    #expect(draft.priceTier == "ON_DEMAND")
    draft.geminiTier = "flex"
    #expect(draft.priceTier == "flex")
  }

  /// What a usage object that never ended had stated does not come up in the next.
  @Test func beginsAnew() {
    var draft = UsageDraft()
    draft.begin()
    draft.trafficType = "ON_DEMAND"
    draft.seconds = "4"
    draft.beginIteration()
    draft.begin()
    draft.set(.prompt, 1)
    #expect(draft.priceTier == nil)
    #expect(draft.seconds == nil)
    #expect(draft.figures[.prompt] == 1)
    draft.clear()
    #expect(draft.isEmpty)
  }
}
