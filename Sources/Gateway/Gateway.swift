// Gateway: the policy of a request, as plain synchronous functions over an immutable `Snapshot`.
//
// Records (`Record`, the `…Definition` types) are what an operator configures; `Snapshot` is their
// form for the hot path, and a change makes a new one that shares the rest. A request passes
// `Authentication` (whose token), `AccessControl` (may it), `Router` (which providers, in order)
// and `Admission` (what it will use), then `Failover` carries it over its plan, one attempt after
// the other. `Pricing` says what an answer cost and `Receipt` is the account of the whole.
// `ImportDocument`, `ImportPlan` and `ExportDocument` are the operator's form of the records.
//
// What is learned while serving (keys that cool, circuits, retry budgets) lives in each provider's
// `ProviderState`, shared by all loops and carried over from snapshot to snapshot.
//
// Called by Server and Store. Not for: I/O, clocks and chance (time and random bits are
// arguments), wire formats (Providers), sealing (Vault), storage (Store).
