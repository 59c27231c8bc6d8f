// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in scripts/check and CI, never in a user's build with a newer compiler.
let warnings: [SwiftSetting] =
  Context.environment["APPLIANCE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]
// The compiler proves most accesses to be alone; what it cannot prove, the tests check as they run.
// In a release those checks are a tenth of the time of a request.
let unchecked = SwiftSetting.unsafeFlags(
  ["-enforce-exclusivity=unchecked"], .when(configuration: .release))
let strict: [SwiftSetting] =
  warnings + [
    unchecked,
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // `async` stays on its loop.
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
let pure = strict + [.strictMemorySafety()]

// The floors of the house: a target may name only targets of the floors below its own,
// or of its own floor to its right on floor 1. `scripts/check` turns on the compiler's import check.
let package = Package(
  name: "appliance",
  products: [.executable(name: "appliance", targets: ["Appliance"])],
  targets: [
    // 0: C
    .target(name: "CLinux"),
    .systemLibrary(name: "CProcessor"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

    // 1: pure
    .target(name: "JSON", swiftSettings: pure),
    .target(name: "HTTP", swiftSettings: pure),
    .target(name: "Log", swiftSettings: pure),
    .target(name: "Cluster", swiftSettings: pure),
    .target(name: "Locks", swiftSettings: pure),
    .target(name: "Providers", dependencies: ["JSON", "HTTP"], swiftSettings: pure),
    .target(
      name: "Gateway",
      dependencies: ["Providers", "HTTP", "JSON", "Cluster", "Locks", "CProcessor"],
      swiftSettings: pure),

    // 2: adapters
    .target(
      name: "Network", dependencies: ["CLinux", "COpenSSL", "Locks"], swiftSettings: strict),
    .target(name: "Vault", dependencies: ["COpenSSL", "Locks"], swiftSettings: strict),
    .target(
      name: "Store",
      dependencies: ["CSQLite", "CLinux", "Cluster", "Gateway", "Providers", "JSON", "Locks"],
      swiftSettings: strict),
    .target(name: "Fetch", dependencies: ["CCurl", "Locks"], swiftSettings: strict),

    // 3: shells
    .target(
      name: "Server",
      dependencies: [
        "Network", "Vault", "Store", "Fetch", "Gateway", "Providers", "HTTP", "JSON", "Cluster",
        "Log", "Locks",
      ], swiftSettings: strict),
    .target(
      name: "Simulator", dependencies: ["Network", "Providers", "HTTP", "JSON"],
      swiftSettings: strict),

    // 4: program
    .executableTarget(
      name: "Appliance",
      dependencies: [
        "Server", "Simulator", "Network", "Vault", "Store", "Fetch", "Gateway", "Providers", "HTTP",
        "JSON", "Cluster", "Log", "CLinux",
      ], swiftSettings: strict),

    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
    .testTarget(name: "HTTPTests", dependencies: ["HTTP"], swiftSettings: strict),
    .testTarget(name: "LogTests", dependencies: ["Log"], swiftSettings: strict),
    .testTarget(name: "ClusterTests", dependencies: ["Cluster"], swiftSettings: strict),
    .testTarget(name: "LocksTests", dependencies: ["Locks"], swiftSettings: strict),
    .testTarget(
      name: "ProvidersTests", dependencies: ["Providers", "HTTP", "JSON"], swiftSettings: strict),
    // Counts what tests of the hot path ask the allocator for.
    .target(name: "CountedMemory", path: "Tests/CountedMemory"),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "Gateway", "Providers", "HTTP", "JSON", "Cluster", "Locks", "CountedMemory",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "NetworkTests", dependencies: ["Network", "CLinux", "Locks"], swiftSettings: strict),
    .testTarget(name: "VaultTests", dependencies: ["Vault"], swiftSettings: strict),
    .testTarget(
      name: "StoreTests", dependencies: ["Store", "Cluster", "Gateway", "Providers", "JSON"],
      swiftSettings: strict),
    .testTarget(
      name: "FetchTests", dependencies: ["Fetch", "CCurl", "Locks"], swiftSettings: strict),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "Server", "Network", "Vault", "Store", "Fetch", "Gateway", "Providers", "HTTP", "JSON",
        "Cluster", "Log", "Locks",
      ], swiftSettings: strict),
    .testTarget(
      name: "SimulatorTests", dependencies: ["Simulator", "Network", "HTTP", "JSON"],
      swiftSettings: strict),
    .testTarget(
      name: "ApplianceTests", dependencies: ["Appliance", "JSON", "Locks"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
