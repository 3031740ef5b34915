"""The three programs, as tests use them: start, ask, stop."""
import http.client
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.parse

START_SECONDS = 30


class ProgramFailed(Exception):
    pass


def run(command, **options):
    """The finished process; its output is text."""
    return subprocess.run([str(c) for c in command], text=True,
                          capture_output=True, **options)


def add_articles(binaries, index, paths, engine=None, source=None, extra=()):
    command = [binaries / "indexer/dateline-index", "add", "--index", index]
    if engine:
        command += ["--engine", engine]
    if source:
        command += ["--source", source]
    done = run([*command, *extra, *paths])
    if done.returncode != 0:
        raise ProgramFailed(f"add: exit {done.returncode}: {done.stderr}")
    return done


def delete_articles(binaries, index, keys, extra=()):
    done = run([binaries / "indexer/dateline-index", "delete", "--index", index,
                *extra, *keys])
    if done.returncode != 0:
        raise ProgramFailed(f"delete: exit {done.returncode}: {done.stderr}")


def merge(binaries, index):
    done = run([binaries / "indexer/dateline-index", "merge", "--index", index])
    if done.returncode != 0:
        raise ProgramFailed(f"merge: exit {done.returncode}: {done.stderr}")


def names(binaries, index, words):
    """`dateline-index` with these words, behind which the index is named."""
    done = run([binaries / "indexer/dateline-index", *words, "--index", index])
    if done.returncode != 0:
        raise ProgramFailed(f"{words}: exit {done.returncode}: {done.stderr}")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """A running dateline-queryd. Use stop(), or `with`."""

    def __init__(self, binaries, index, folder, extra=()):
        self.socket = pathlib.Path(folder) / "s"
        self.log = open(pathlib.Path(folder) / "daemon.log", "ab")
        self.process = subprocess.Popen(
            [str(binaries / "queryd/dateline-queryd"), "--index", str(index),
             "--socket", str(self.socket), *extra],
            stderr=self.log, stdout=self.log,
            env={**os.environ, "LANG": "C"})
        self.wait_until_ready()

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                self.get("/v1/status", {})
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # not there yet, or gone again: poll() tells
        log = pathlib.Path(self.log.name).read_text(errors="replace")
        raise ProgramFailed(f"the daemon did not start:\n{log}")

    def request(self, method, target, body=None):
        connection = UnixConnection(self.socket)
        connection.request(method, target, body)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text

    def get_text(self, path, params):
        target = path
        if params:
            target += "?" + urllib.parse.urlencode(params)
        return self.request("GET", target)[1]

    def get(self, path, params):
        return json.loads(self.get_text(path, params))

    def lines(self, path, params):
        """Of a view that comes a line each."""
        return [json.loads(line) for line in self.get_text(path, params).splitlines()]

    def post(self, path, body=None):
        return json.loads(self.request("POST", path, body)[1])

    def stop(self):
        """The exit status after SIGTERM."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # a fault, but nothing may stay behind
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
