// Server: the shells that join policy and adapters. What it is for: listeners, the life of a request
// (Exchange.swift tells it), upstream connections, relaying, the admin socket, and the records that
// an operator writes. What it is not for: deciding (that is Gateway), reading wire formats (that is
// Providers and HTTP), storing (that is Store). Called by the program, which wires and starts it.
