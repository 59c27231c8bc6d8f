import JSON
import Testing

@testable import Appliance

@Suite("appliance token")
struct TokenCommandsTests {
  @Test func printsTheTokenAlone() {
    let test = TestConsole(answers: [.tokenAdd: .success(["token": [:], "secret": "sk-ap-a-b"])])
    #expect(test.run("token add ada --label laptop --expires 2027-01-31") == .success)
    #expect(test.output == "sk-ap-a-b\n")
    #expect(test.errors.isEmpty)
    #expect(
      test.arguments == ["user": "ada", "label": "laptop", "expires_at_ms": 1_801_353_600_000])
  }

  @Test func takesOverASecret() {
    let test = TestConsole(input: "old-token\n")
    test.run("token add ada --secret-stdin")
    #expect(test.arguments?["secret"] == "old-token")
    #expect(test.output == "old-token\n")
  }

  @Test func asksForNoSecret() {
    let test = TestConsole(answers: [.tokenAdd: .success(["secret": "t"])])
    test.run("token add ada")
    #expect(test.arguments == ["user": "ada"])
  }

  @Test func setsAndRevokes() {
    let test = TestConsole()
    test.run("token set ada laptop --models m --level 1 --clear ips,expires-at")
    #expect(test.operation == .tokenSet)
    #expect(
      test.arguments == [
        "user": "ada", "label": "laptop", "level": 1, "models": ["m"], "ips": .null,
        "expires_at": .null,
      ])
    test.run("token revoke ada laptop --now")
    #expect(test.operation == .tokenSet)
    #expect(
      test.arguments == ["user": "ada", "label": "laptop", "status": "suspended", "now": true])
    test.run("token revoke ada laptop")
    #expect(test.arguments == ["user": "ada", "label": "laptop", "status": "suspended"])
  }

  @Test func listsAndRemoves() {
    let test = TestConsole()
    test.run("token list ada")
    #expect(test.arguments == ["user": "ada"])
    test.run("token remove ada laptop")
    #expect(test.operation == .tokenRemove)
    #expect(test.arguments == ["user": "ada", "label": "laptop"])
  }

  @Test func showsEveryRule() {
    let test = TestConsole(
      answers: [.tokenShow: .success(["token": ["label": "laptop", "limits": ["rpm": 1]]])])
    test.run("token show ada laptop")
    #expect(test.arguments == ["user": "ada", "label": "laptop"])
    #expect(test.output == "label: laptop\nlimits: {\"rpm\":1}\n")
  }
}
