import Testing

@testable import HTTP

@Suite("Status texts")
struct StatusTextTests {
  @Test(arguments: [
    (200, "OK"), (429, "Too Many Requests"), (529, "Overloaded"), (299, "Success"),
    (399, "Redirection"), (499, "Client Error"), (599, "Server Error"), (150, "Status"),
  ])
  func wordsOfACode(_ status: Int, _ words: String) {
    #expect(statusText(status).description == words)
  }

  @Test func everyCodeHasPlainWords() {
    for status in 100...999 {
      let words = statusText(status).description
      #expect(!words.isEmpty && words.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }
  }
}
