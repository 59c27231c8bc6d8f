import Testing

@testable import Providers

@Suite("Values that are seldom there")
struct SeldomTests {
  private struct Holder: Equatable {
    @Seldom var text: String?
  }

  @Test func isWhatWasSet() {
    var holder = Holder()
    #expect(holder.text == nil)
    holder.text = "a"
    #expect(holder.text == "a")
    let copy = holder
    holder.text = "b"
    #expect(copy.text == "a" && holder.text == "b" && copy != holder)
    holder.text = nil
    #expect(holder.text == nil && holder == Holder())
    #expect(Holder(text: "c").text == "c")
  }

  /// What holds it is no larger than a pointer.
  @Test func isSmall() {
    #expect(MemoryLayout<Seldom<TextTally>>.size == MemoryLayout<Int>.size)
  }
}
