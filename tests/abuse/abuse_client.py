#!/usr/bin/env python3
"""The terminal client: exit codes, plain output in a pipe, --json as the daemon said it."""
import json
import os
import pty
import re
import socket
import sys
import threading

from scene import main, run

ARTICLES = [
    {"source": "a", "id": "1", "lang": "en", "date": "2022-03-29", "title": "Grain talks",
     "body": "The grain \x1b[35;7m deal \x1b[0m was signed in Istanbul."},
    {"source": "a", "id": "2", "lang": "en", "title": "Grain prices",
     "body": "Grain rose; the deal held."},
]


def client(scene, *args, **environment):
    env = {k: v for k, v in os.environ.items()
           if k not in ("DATELINE_SOCKET", "XDG_RUNTIME_DIR", "NO_COLOR")}
    return run([scene.client, *args], env={**env, **environment})


def exit_codes(scene, path):
    for args, status in (
            (["search", "grain"], 0),
            (["search", "grain", "deal"], 0),
            (["search", "zebra"], 1),
            (["search", "--phrase", "grain rose; the"], 0),
            (["search", "--phrase", "rose grain"], 1),
            (["search", "--any", "zebra", "deal"], 0),
            (["search", '"grain'], 2),
            (["search", "@nobody-of-this-name"], 2),
            (["search"], 2),
            (["search", "--no-such-option", "grain"], 2),
            (["search", "--limit", "x", "grain"], 2),
            (["count", "grain"], 0),
            (["count", "zebra"], 1),
            (["count", '"grain'], 2),
            (["show", "a:1"], 0),
            (["show", "a:3"], 1),
            (["show"], 2),
            (["explain", "grain"], 0),
            (["status"], 0),
            (["nonsense"], 2)):
        done = client(scene, *args, DATELINE_SOCKET=path)
        scene.equal(f"exit of {args} ({done.stderr.strip()})", done.returncode, status)
        if status == 2:
            scene.check(done.stderr and not done.stdout,
                        f"{args}: trouble belongs on stderr: {done}")
    # Options stand before or after the query.
    for args in (["search", "--limit", "1", "grain"], ["search", "grain", "--limit=1"]):
        done = client(scene, *args, "--json", "--socket", path)
        scene.equal(f"hits of {args}", len(json.loads(done.stdout)["hits"]), 1)


def no_daemon(scene):
    nowhere = str(scene.folder / "nobody")
    for args in (["search", "grain"], ["count", "grain"], ["show", "a:1"], ["status"],
                 ["explain", "grain"]):
        done = client(scene, *args, DATELINE_SOCKET=nowhere)
        scene.equal(f"{args} without a daemon", done.returncode, 2)
        scene.check(nowhere in done.stderr and "dateline-queryd" in done.stderr,
                    f"{args}: what to do is not said: {done.stderr!r}")
        scene.equal(f"{args}: output", done.stdout, "")
    done = client(scene, "search", "grain", DATELINE_SOCKET=nowhere,
                  XDG_RUNTIME_DIR=str(scene.folder))
    scene.check(nowhere in done.stderr, "DATELINE_SOCKET goes before XDG_RUNTIME_DIR")


def plain_in_a_pipe(scene, path):
    # Not even when an article brings escape codes of its own.
    for args in (["search", "deal"], ["show", "a:1"], ["count", "grain"], ["status"],
                 ["explain", "grain"], ["search", "zebra"]):
        done = client(scene, *args, DATELINE_SOCKET=path)
        scene.check("\x1b" not in done.stdout + done.stderr,
                    f"{args}: escape codes in a pipe: {done.stdout!r}")
    done = client(scene, "search", "deal", DATELINE_SOCKET=path)
    for piece in ("Grain talks", "Grain prices", "2022-03-29", "a:1"):
        scene.check(piece in done.stdout, f"search does not show {piece!r}")
    done = client(scene, "count", "grain", DATELINE_SOCKET=path)
    scene.equal("count's first line", done.stdout.split("\n")[0], "2")


def on_a_terminal(scene, path, **environment):
    """What search prints when its output is a terminal."""
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8",
           "DATELINE_SOCKET": path, **environment}
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(scene.client, [str(scene.client), "search", "deal"], env)
    text = b""
    try:
        while part := os.read(fd, 1 << 16):
            text += part
    except OSError:
        pass  # the end, as Linux tells it
    os.close(fd)
    scene.equal("exit on a terminal", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]),
                0)
    return text.decode()


def colours(scene, path):
    shown = on_a_terminal(scene, path)
    scene.check("\x1b[" in shown, f"no colour on a terminal: {shown!r}")
    scene.check("\x1b[35;7m" not in shown,
                f"an article's own escape codes reach the terminal: {shown!r}")
    scene.check("\x1b[" not in on_a_terminal(scene, path, NO_COLOR="1"),
                "NO_COLOR is not honoured")


class Recorder(threading.Thread):
    """Stands between one client and the daemon and keeps the body of the reply."""

    def __init__(self, path, daemon):
        super().__init__(daemon=True)
        self.path, self.daemon_path, self.body = str(path), str(daemon.socket), None
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.start()

    def run(self):
        client, _ = self.listener.accept()
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.connect(self.daemon_path)
        daemon.sendall(client.recv(1 << 16))
        reply = b""
        while b"\r\n\r\n" not in reply:
            reply += daemon.recv(1 << 16)
        head, _, body = reply.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
        while len(body) < length:
            body += daemon.recv(1 << 16)
        self.body = body.decode()
        client.sendall(head + b"\r\n\r\n" + body)
        for sock in (client, daemon, self.listener):
            sock.close()


def json_as_it_came(scene, daemon):
    for i, args in enumerate((["search", "grain deal"], ["search", "zebra"],
                              ["search", '"grain'], ["count", "grain"],
                              ["explain", "grain"], ["show", "a:1"], ["status"])):
        recorder = Recorder(scene.folder / f"between-{i}", daemon)
        done = client(scene, *args, "--json", "--socket", recorder.path)
        recorder.join(timeout=30)
        scene.equal(f"--json of {args}", done.stdout, recorder.body)
        scene.check(json.loads(done.stdout), f"{args}: no JSON")


def test(scene):
    scene.add(ARTICLES)
    with scene.daemon() as daemon:
        path = str(daemon.socket)
        exit_codes(scene, path)
        plain_in_a_pipe(scene, path)
        colours(scene, path)
        json_as_it_came(scene, daemon)
        scene.equal("exit of the daemon", daemon.stop(), 0)
    no_daemon(scene)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
