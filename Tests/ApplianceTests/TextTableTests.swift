import Testing

@testable import Appliance

@Suite("A table")
struct TextTableTests {
  @Test func alignsTextLeftAndNumbersRight() {
    var table = TextTable([.init("NAME"), .init("N", isNumeric: true), .init("LAST")])
    table.append(["a", "1", "x"])
    table.append(["longer", "100", ""])
    #expect(
      table.rendered(isStyled: false) == """
        NAME      N  LAST
        a         1  x
        longer  100  -

        """)
  }

  @Test func setsTheHeadingInBoldOnATerminal() {
    let table = TextTable([.init("A")])
    #expect(table.rendered(isStyled: true) == "\u{1B}[1mA\u{1B}[0m\n")
  }

  @Test func letsNoNameSteerTheTerminal() {
    #expect(printable("a\u{1B}[2Jb\n") == "a\u{FFFD}[2Jb\u{FFFD}")
    #expect(printable("é 你好") == "é 你好")
  }
}
