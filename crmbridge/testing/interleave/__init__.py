"""The daemon's jobs and both emulated vendors in one process, interleaved in orders from a seed.

`wire` has the vendors without sockets, `house` a company at home with them, `baton` threads that
take turns, `engine` the daemon's jobs on those threads, and `invariants` what must hold at rest.
"""
