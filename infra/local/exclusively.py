"""`exclusively.py FILE COMMAND…` runs a command while nobody else does with the same file.

The command takes the place of this process and keeps the lock, as do those that it starts: it is
free again when the last of them has ended, however that came about.
"""

import fcntl
import os
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while waiting is no error
file = os.open(sys.argv[1], os.O_RDONLY)
try:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another make makes the environment; this one waits for it", flush=True)
    fcntl.flock(file, fcntl.LOCK_EX)
os.set_inheritable(file, True)
os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 (the command is the caller's own)
