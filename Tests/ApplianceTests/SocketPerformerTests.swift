import Foundation
import Glibc
import JSON
import Testing

@testable import Appliance

@Suite("The control socket")
struct SocketPerformerTests {
  /// Answers one request on `FOLDER/appliance.sock` with `answer`, on a thread of its own.
  private func serve(in folder: String, _ answer: String) throws {
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(directory) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array("/proc/self/fd/\(directory)/appliance.sock".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(status == 0 && listen(listener, 8) == 0)
    let thread = Thread {
      // The first connection is the look whether somebody listens.
      for _ in 0..<2 {
        let peer = accept(listener, nil, nil)
        var bytes = [UInt8](repeating: 0, count: 65_536)
        if recv(peer, &bytes, bytes.count, 0) > 0 {
          let text =
            "HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\nConnection: close\r\n\r\n"
            + answer
          _ = send(peer, Array(text.utf8), text.utf8.count, Int32(MSG_NOSIGNAL))
        }
        close(peer)
      }
      close(listener)
    }
    thread.start()
  }

  private func configuration(_ name: String) throws -> Configuration {
    let folder = NSTemporaryDirectory() + "\(UUID().uuidString)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var configuration = Configuration()
    try configuration.override(Settings.data, with: [folder])
    return configuration
  }

  @Test(arguments: ["data", String(repeating: "long/", count: 30)])
  func isAskedWhenSomebodyListens(name: String) throws {
    let configuration = try configuration(name)
    try serve(in: configuration[Settings.data], #"{"result": {"users": []}}"#)
    let performer = try #require(try SocketPerformer.find(configuration))
    #expect(try performer.perform(.userList, [:]) == ["users": []])
  }

  @Test func isNotThereWhenNobodyListens() throws {
    let nobody = try SocketPerformer.find(try configuration("data"))
    #expect(nobody == nil)
    var nowhere = Configuration()
    try nowhere.override(Settings.data, with: ["/nowhere"])
    let none = try SocketPerformer.find(nowhere)
    #expect(none == nil)
  }

  @Test func bringsErrorsAlong() {
    let refusal = #"{"error": {"message": "There is no user 'x'.", "code": "not_found"}}"#
    #expect(throws: OperationError(code: "not_found", message: "There is no user 'x'.")) {
      try SocketPerformer.result(of: Array(refusal.utf8), status: 404)
    }
    #expect(
      throws: OperationError(code: "failed", message: "The appliance answered with status 500.")
    ) {
      try SocketPerformer.result(of: [], status: 500)
    }
  }
}
