// Network: sockets on an event loop. What it is for: one thread, one epoll set, Swift tasks pinned
// to it; plain and TLS streams that suspend only on EAGAIN; listeners, name resolution, connecting.
// What it is not for: HTTP, policy, anything that knows what the bytes mean.
// Called by the shells (Server, Simulator) and wired by the program.
