import JSON
import Testing

@testable import Appliance

@Suite("Options that limit")
struct LimitOptionsTests {
  @Test func limitsBecomeFields() {
    let test = TestConsole()
    test.run(
      "user add ada --limits rpm=60,tpm=1000 --model-limits ft:gpt-4*:rpm=5,concurrent=1"
        + " --model-limits o3:rpd=9")
    #expect(test.arguments?["limits"]?.text == #"{"rpm":60,"tpm":1000}"#, "\(test.errors)")
    #expect(
      test.arguments?["model_limits"]?.text
        == #"[{"model":"ft:gpt-4*","rpm":5,"concurrent":1},{"model":"o3","rpd":9}]"#)
    test.run("token add ada --limits concurrent=2")
    #expect(test.arguments?["limits"]?.text == #"{"concurrent":2}"#)
  }

  @Test func anEmptyTextRemovesThem() {
    let test = TestConsole()
    test.run(["user", "set", "ada", "--limits", "", "--model-limits", ""])
    #expect(test.arguments?["limits"] == .null && test.arguments?["model_limits"] == .null)
  }

  @Test(arguments: ["rpm", "rpm=", "rpm=x", "rpm=-1", "=5", "rpm=1,", "rpm=1=2"])
  func whatIsNoLimitIsRefused(text: String) {
    let test = TestConsole()
    #expect(test.run(["user", "set", "ada", "--limits", text]) == .usage)
    #expect(test.run(["user", "set", "ada", "--model-limits", "m:\(text)"]) == .usage)
    #expect(test.run(["user", "set", "ada", "--model-limits", text]) == .usage)
    #expect(test.operation == nil)
  }
}
