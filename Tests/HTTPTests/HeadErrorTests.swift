import Testing

@testable import HTTP

@Suite("Refusals of heads")
struct HeadErrorTests {
  @Test(arguments: [
    (HeadError.badRequest("x"), 400), (.bodyTooLarge, 413), (.targetTooLong(limitBytes: 1), 414),
    (.expectationFailed, 417), (.tooLarge(limitBytes: 1), 431), (.tooManyFields(limit: 1), 431),
    (.notImplemented("x"), 501), (.unsupportedVersion, 505),
  ])
  func haveAStatusAndWords(_ error: HeadError, _ status: Int) {
    #expect(error.status == status)
    #expect(!error.message.isEmpty)
  }
}
