// Cluster: what lets nodes agree. Versions of records by a hybrid logical clock; gossip is an
// issue of its own. Pure: no clock, no socket and no randomness of its own. Called by Gateway
// (records carry a version) and by the shell that writes records. Not for: storage or transport.
