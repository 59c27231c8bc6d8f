import Foundation
import Testing

@testable import Store

@Suite("Wrapped keys")
struct KeyStoreTests {
  static let keys = [
    StoredKey(id: "b", purpose: "seal", wrapped: "w1.x.y", createdAtMilliseconds: 1),
    StoredKey(id: "a", purpose: "digest", wrapped: "w1.x.z", createdAtMilliseconds: 2),
  ]

  @Test func comeBackOldestFirstAndAreReWrapped() throws {
    try withDatabase { database throws in
      try KeyStore.put(Self.keys.reversed(), in: database)
      #expect(try KeyStore.all(in: database) == Self.keys)
      let wrapped = Self.keys.map {
        StoredKey(id: $0.id, purpose: "x", wrapped: $0.wrapped + "2", createdAtMilliseconds: 9)
      }
      try KeyStore.put(wrapped, in: database)
      let found = try KeyStore.all(in: database)
      #expect(found.map(\.wrapped) == ["w1.x.y2", "w1.x.z2"])
      #expect(found.map(\.purpose) == ["seal", "digest"])
    }
  }

  @Test func arePeekedAtWithoutWritingAByte() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      #expect(try KeyStore.peek(path: path) == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      do {
        let database = try Database(path: path, .owner)
        try Migration.apply(to: database)
        try KeyStore.put(Self.keys, in: database)
        // The rows are in the log still, as after a crash.
        #expect(try KeyStore.peek(path: path) == Self.keys)
      }
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(try KeyStore.peek(path: path) == Self.keys)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["appliance.db"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test func anEmptyFileHasNone() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      #expect(try KeyStore.peek(path: path) == [])
      #expect(throws: StoreError.file(path: "\(path)/a", call: "access", code: ENOTDIR)) {
        try KeyStore.peek(path: "\(path)/a")
      }
    }
  }
}
