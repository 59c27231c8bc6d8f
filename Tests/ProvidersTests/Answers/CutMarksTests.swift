import Testing

@testable import Providers

/// Offsets as in `{"a":1,"b":null,"c":2}`: names at 1, 7 and 16, commas at 6 and 15.
@Suite("Cut marks")
struct CutMarksTests {
  @Test func aLaterMemberGoesWithTheCommaBeforeIt() {
    var marks = CutMarks()
    marks.name = 1
    marks.hasKept = true
    marks.comma = 6
    marks.name = 7
    let cut1 = marks.cutMember(endingAt: 15)
    #expect(cut1 == 6..<15)
    let cut2 = marks.cutBefore(name: 16)
    #expect(cut2 == nil)
    let cut3 = marks.cutAtEnd()
    #expect(cut3 == nil)
  }

  @Test func aFirstMemberGoesWithTheCommaAfterIt() {
    var marks = CutMarks()
    marks.name = 1
    let cut4 = marks.cutMember(endingAt: 9)
    #expect(cut4 == nil)
    let cut5 = marks.cutBefore(name: 12)
    #expect(cut5 == 1..<12)
    let cut6 = marks.cutBefore(name: 20)
    #expect(cut6 == nil)
    let cut7 = marks.cutAtEnd()
    #expect(cut7 == nil)
  }

  @Test func anOnlyMemberGoesAlone() {
    var marks = CutMarks()
    marks.name = 1
    let cut8 = marks.cutMember(endingAt: 13)
    #expect(cut8 == nil)
    let cut9 = marks.cutAtEnd()
    #expect(cut9 == 1..<13)
    let cut10 = marks.cutAtEnd()
    #expect(cut10 == nil)
  }
}
