import CCurl
import Testing

@testable import Fetch

@Suite("What libcurl's callbacks write down")
struct FetchTransferTests {
  func transfer(bytesMax: Int = 100) -> FetchTransfer {
    var request = FetchRequest("http://a/", way: .anywhere)
    request.responseBytesMax = bytesMax
    return FetchTransfer(request, isCancelled: nil, onBody: nil)
  }

  func line(_ text: String, _ transfer: FetchTransfer) -> Bool {
    Array(text.utf8).withUnsafeBytes { transfer.receive(headerLine: $0) }
  }

  @Test(arguments: [
    ("HTTP/1.1 204 No Content\r\n", 204), ("HTTP/1.1 200\r\n", 200), ("HTTP/2 503 \r\n", 503),
    ("HTTP/1.1\r\n", 0), ("HTTP/1.1 abc\r\n", 0), ("HTTP/1.1 99999999999999999999\r\n", 999),
  ])
  func readsAStatus(text: String, status: Int) throws {
    let transfer = transfer()
    #expect(line(text, transfer))
    #expect(try transfer.response(CURLE_OK, host: "a").status == status)
  }

  @Test func readsHeaders() throws {
    let transfer = transfer()
    for text in [
      "HTTP/1.1 200 OK\r\n", "A:b\r\n", "C: \t d\t \r\n", "no colon\r\n", ":\r\n", "\r\n",
    ] {
      #expect(line(text, transfer))
    }
    let response = try transfer.response(CURLE_OK, host: "a")
    #expect(response.headers.map { "\($0.name)=\($0.value)" } == ["A=b", "C=d", "="])
  }

  @Test func saysWhyItEnded() {
    let transfer = transfer(bytesMax: 3)
    let isTaken = [UInt8]([1, 2, 3, 4]).withUnsafeBytes { transfer.receive(body: $0) }
    #expect(!isTaken)
    #expect(throws: FetchError.tooLarge(host: "a", limit: 3)) {
      try transfer.response(CURLE_WRITE_ERROR, host: "a")
    }
  }
}
