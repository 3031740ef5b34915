"""A program on certain processors, and what it took."""
import os
import pathlib
import subprocess
import sys
import threading
import time


class Process:
    """The most anonymous memory it had, its times, its output."""

    def __init__(self, command, processors, stdin=None):
        started = time.monotonic()
        self.child = subprocess.Popen(
            [str(c) for c in command], text=True, stdout=subprocess.PIPE, stdin=stdin,
            preexec_fn=lambda: os.sched_setaffinity(0, processors))
        self.peak_kb = 0
        watcher = threading.Thread(target=self.watch)
        watcher.start()
        self.out = self.child.stdout.read()
        _, status, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - started
        self.processor_seconds = usage.ru_utime + usage.ru_stime
        watcher.join()
        if self.child.returncode:
            sys.exit(f"{command[0]}: exit {self.child.returncode}")

    def watch(self):
        status = pathlib.Path(f"/proc/{self.child.pid}/status")
        while self.child.returncode is None:
            try:
                for line in status.read_text().split("\n"):
                    if line.startswith("RssAnon:"):
                        self.peak_kb = max(self.peak_kb, int(line.split()[1]))
            except OSError:
                return
            time.sleep(0.005)


def fastest(runs):
    return min(runs, key=lambda run: run.seconds)
