"""Becomes the program that is named, which the kernel kills as soon as the process that asked for it is gone.

Usage: cradle.py PARENT PROGRAM [ARGUMENT…]. Run with -I -S, since it must be up at once.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("cradle: the process that asked for this is gone already")
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"cradle: {sys.argv[2]}: {error.strerror}")
