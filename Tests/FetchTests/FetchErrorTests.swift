import Testing

@testable import Fetch

@Suite("Errors of a fetch")
struct FetchErrorTests {
  /// Neither a header nor the query is in any of them, whatever goes wrong.
  @Test func showNoSecret() throws {
    let servers = [
      try StubServer(answer: "garbage"), try StubServer(answer: ""),
      try StubServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
    ]
    var urls = servers.map { "\($0.url)/canary?key=canary" }
    urls += [
      "http://nowhere.invalid/canary?key=canary", "http://u:canary@127.0.0.1/", "canary",
      "http://127.0.0.1:1/canary", "https://127.0.0.1:\(servers[0].port)/canary",
      "ftp://canary/", "file:///canary",
    ]
    for url in urls {
      var request = FetchRequest(url, way: .anywhere)
      request.headers = [("Authorization", "Bearer canary")]
      request.body = Array("canary".utf8)
      let error = #expect(throws: FetchError.self) { try Fetch.perform(request) }
      #expect(error?.message.contains("canary") == false)
      #expect(error.map { "\($0)".contains("canary") } == false)
    }
  }

  @Test(arguments: [
    (FetchError.badURL, "http:// or https://"),
    (.timedOut(host: "h"), "h did not answer in time"),
    (.tooLarge(host: "h", limit: 5), "larger than 5 bytes"),
    (.addressRefused(host: "h"), "may not be connected to"),
    (.tlsFailed(host: "h", words: "w"), "secure connection to h: w"),
  ])
  func sayWhatHappened(error: FetchError, words: String) {
    #expect(error.message.contains(words))
  }
}
