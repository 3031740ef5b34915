#!/usr/bin/env python3
"""A client that sends nothing, half a request, or what is no request at all.

Whatever is wrong gets a JSON error or a closed connection, never silence beyond the
daemon's time for a request; a good question is answered afterwards, and memory stays
bounded.
"""
import json
import os
import pathlib
import random
import socket
import sys
import threading
import time

from scene import articles, main

SEED = 1987
ANSWER_SECONDS = 20  # LIMIT_REQUEST_SECONDS and time for a slow machine
GROWTH_KB = 200 << 10
GOOD = b"GET /v1/search?q=everywhere HTTP/1.1\r\nHost: localhost\r\n\r\n"


def get(target, headers=b""):
    return b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n"


def post(body, path=b"/v1/search", headers=None, length=None):
    if headers is None:
        headers = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    return b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\n" \
        b"Content-Type: application/json\r\n" + headers + b"\r\n" + body


# name, bytes, statuses that are right
REQUESTS = [
    ("HTTP/0.9", b"GET /\r\n\r\n", (400, 501, 505)),
    ("no method", b"/v1/status\r\n\r\n", (400,)),
    ("HTTP/9.9", b"GET /v1/status HTTP/9.9\r\nHost: x\r\n\r\n", (400, 505, 501)),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 405, 505, 501)),
    ("TLS hello", bytes.fromhex("16030100c8010000c40303") + bytes(range(190)), (400,)),
    ("only NULs", bytes(500), (400,)),
    ("header without a colon", get(b"/v1/status", b"nonsense\r\n"), (400,)),
    ("blank before the colon", get(b"/v1/status", b"A : b\r\n"), (400,)),
    ("NUL in a header", get(b"/v1/status", b"A: b\0c\r\n"), (400,)),
    ("huge header", get(b"/v1/status", b"A: " + b"x" * (1 << 20) + b"\r\n"), (431,)),
    ("many headers", get(b"/v1/status", b"A: b\r\n" * 60000), (431,)),
    ("huge target", get(b"/v1/search?q=" + b"x" * (1 << 20)), (414, 431, 422)),
    ("huge body announced", post(b"", length=10**12), (413,)),
    ("absurd length", post(b"", length=10**30), (400, 413)),
    ("huge body", post(b'{"q":"' + b"x" * (3 << 20) + b'"}'), (413,)),
    ("length no number", post(b"{}", headers=b"Content-Length: two\r\n"), (400,)),
    ("length negative", post(b"{}", headers=b"Content-Length: -2\r\n"), (400,)),
    ("two lengths", post(b"{}", headers=b"Content-Length: 2\r\nContent-Length: 3\r\n"),
     (400,)),
    ("length and chunks", post(b"0\r\n\r\n", headers=b"Content-Length: 5\r\n"
                               b"Transfer-Encoding: chunked\r\n"), (400,)),
    ("bad chunk", post(b"zz\r\n{}\r\n0\r\n\r\n",
                       headers=b"Transfer-Encoding: chunked\r\n"), (400,)),
    ("huge chunk", post(b"ffffffffffff\r\n{}", headers=b"Transfer-Encoding: chunked\r\n"),
     (413, 400)),
    ("unknown coding", post(b"{}", headers=b"Transfer-Encoding: gzip\r\n"), (400, 501)),
    ("bad UTF-8", get(b"/v1/search?q=%ff%fe"), (400,)),
    ("raw bad UTF-8", get(b"/v1/search?q=\xff\xfe"), (400,)),
    ("overlong UTF-8", get(b"/v1/search?q=%c0%af"), (400,)),
    ("surrogate", get(b"/v1/search?q=%ed%a0%80"), (400,)),
    ("bad escape", get(b"/v1/search?q=%zz"), (400,)),
    ("cut escape", get(b"/v1/search?q=%e"), (400,)),
    ("NUL escape", get(b"/v1/search?q=a%00b"), (400,)),
    ("NUL in the target", get(b"/v1/search?q=a\0b"), (400,)),
    ("NUL in a key", get(b"/v1/articles/a%00b"), (400,)),
    ("bad UTF-8 in a key", get(b"/v1/articles/%ff"), (400,)),
    ("no such article", get(b"/v1/articles/a%3Anothing"), (404,)),
    ("no key", get(b"/v1/articles/"), (400, 404)),
    ("unknown path", get(b"/v2/search?q=a"), (404,)),
    ("dots in the path", get(b"/v1/../../etc/passwd"), (404, 400)),
    ("root", get(b"/"), (404,)),
    ("no parameter", get(b"/v1/search"), (400,)),
    ("unknown parameter", get(b"/v1/search?q=a&colour=red"), (400,)),
    ("a parameter twice", get(b"/v1/search?q=a&q=b"), (400,)),
    ("two questions", get(b"/v1/search?q=a&phrase=b"), (400,)),
    ("parameters of status", get(b"/v1/status?q=a"), (400,)),
    ("limit no number", get(b"/v1/search?q=a&limit=ten"), (400,)),
    ("limit huge", get(b"/v1/search?q=a&limit=99999999999999999999"), (400,)),
    ("deadline 0", get(b"/v1/search?q=a&deadline_ms=0"), (400,)),
    ("bad cursor", get(b"/v1/search?q=a&cursor=%22%22%22"), (400,)),
    ("broken query", get(b"/v1/search?q=%22a"), (400,)),
    ("deep query", get(b"/v1/search?q=" + b"(" * 5000 + b"a" + b")" * 5000), (422, 400)),
    ("long query", post(json.dumps({"q": "a " * 50000}).encode()), (422,)),
    ("many operands", post(json.dumps({"q": "a OR " * 6000 + "a"}).encode()), (422,)),
    ("DELETE", b"DELETE /v1/search?q=a HTTP/1.1\r\nHost: x\r\n\r\n", (405,)),
    ("GET of reload", get(b"/v1/reload"), (405,)),
    ("unknown method", b"BREW /v1/search HTTP/1.1\r\nHost: x\r\n\r\n", (400, 405, 501)),
    ("CONNECT", b"CONNECT localhost:80 HTTP/1.1\r\nHost: x\r\n\r\n",
     (400, 404, 405, 501)),
    ("no JSON", post(b"q=a"), (400,)),
    ("empty body", post(b""), (400,)),
    ("half JSON", post(b'{"q":"a'), (400,)),
    ("JSON array", post(b'["q"]'), (400,)),
    ("JSON null", post(b"null"), (400,)),
    ("JSON text", post(b'"q"'), (400,)),
    ("text behind JSON", post(b'{"q":"a"} {"q":"b"}'), (400,)),
    ("a name twice in JSON", post(b'{"q":"a","q":"b"}'), (400,)),
    ("an array as question", post(b'{"q":["a"]}'), (400,)),
    ("null as question", post(b'{"q":null}'), (400,)),
    ("bad UTF-8 in JSON", post(b'{"q":"\xff"}'), (400,)),
    ("half a surrogate in JSON", post(b'{"q":"\\ud800"}'), (400,)),
    ("NUL in JSON", post(b'{"q":"a\\u0000b"}'), (400,)),
    ("deep JSON", post(b'{"q":' + b"[" * 100000 + b"]" * 100000 + b"}"), (400,)),
    ("huge number", post(b'{"q":"a","limit":1e999}'), (400,)),
    ("a fraction as limit", post(b'{"q":"a","limit":1.5}'), (400,)),
    ("parameters twice over", post(b'{"q":"a"}', path=b"/v1/search?q=b"), (400,)),
]


class Talk:
    """One connection, spoken to in bytes."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(str(path))
        self.got = b""
        self.closed = False

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it answered before it had read everything: that is its right

    def send_end(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def receive(self):
        """False at the end."""
        try:
            part = self.sock.recv(1 << 16)
        except ConnectionResetError:
            part = b""
        self.got += part
        self.closed = not part
        return bool(part)

    def response(self):
        """Status, headers, body; (None, ...) when it closed without a word."""
        while b"\r\n\r\n" not in self.got:
            if not self.receive():
                return None, b"", self.got
        head, _, rest = self.got.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        length = [int(line.split(b":")[1]) for line in lines
                  if line.lower().startswith(b"content-length:")]
        while len(rest) < length[0]:
            if not self.receive():
                break
            rest = self.got.partition(b"\r\n\r\n")[2]
        self.got = rest[length[0]:]
        return int(lines[0].split()[1]), head, rest[:length[0]]

    def close(self):
        self.sock.close()


def ask(path, data, end=False):
    talk = Talk(path)
    try:
        talk.send(data)
        if end:
            talk.send_end()
        return talk.response()
    finally:
        talk.close()


def expect_error(scene, name, status, body):
    try:
        error = json.loads(body)["error"]
        good = isinstance(error["code"], str) and error["message"]
    except (ValueError, KeyError, TypeError):
        good = False
    scene.check(good, f"{name}: {status}, but no JSON error: {body[:200]!r}")


def expect_alive(scene, path, after):
    status, _, body = ask(path, GOOD)
    scene.check(status == 200 and json.loads(body)["total"] == 50,
                f"after {after}: {status} {body[:100]!r}")


def send_requests(scene, path):
    for name, data, statuses in REQUESTS:
        try:
            status, head, body = ask(path, data)
        except socket.timeout:
            scene.check(False, f"{name}: no answer within {ANSWER_SECONDS} s")
            continue
        scene.check(status in statuses, f"{name}: {status}, not {statuses}: "
                    f"{body[:120]!r}")
        if status and status >= 400:
            expect_error(scene, name, status, body)
            scene.check(b"application/json" in head, f"{name}: {head!r}")
        if status == 405:
            scene.check(b"\r\nallow:" in head.lower(), f"{name}: no Allow: {head!r}")
        expect_alive(scene, path, name)


def send_random(scene, path):
    rng = random.Random(SEED)
    for i in range(60):
        data = rng.randbytes(rng.choice((1, 7, 100, 5000, 100000)))
        if i % 3 == 0:  # damage a good request instead
            damaged = bytearray(GOOD)
            for _ in range(3):
                damaged[rng.randrange(len(GOOD))] = rng.randrange(256)
            data = bytes(damaged)
        status, _, body = ask(path, data, end=True)
        if status and status >= 400:
            expect_error(scene, f"random bytes {i}", status, body)
    expect_alive(scene, path, "random bytes")


def send_nothing_and_halves(scene, path):
    for cut in (0, 1, 3, 10, 40, len(GOOD) - 2, len(GOOD) - 1):
        status, _, body = ask(path, GOOD[:cut], end=True)
        if status:
            scene.check(cut > 0, f"nothing was sent and answered: {body!r}")
            expect_error(scene, f"{cut} bytes of a request", status, body)
    half = post(b'{"q":"everywhere"}')
    status, _, body = ask(path, half[:-3], end=True)
    if status:
        expect_error(scene, "half a body", status, body)
    for _ in range(100):  # asks and goes away
        talk = Talk(path)
        talk.send(GOOD)
        talk.close()
    idle = [Talk(path) for _ in range(200)]
    expect_alive(scene, path, "200 silent connections")
    for talk in idle:
        talk.close()


def send_well_formed(scene, path):
    body = b'{"q":"everywhere","limit":3}'
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, c) for c in body) + b"0\r\n\r\n"
    for name, data in (
            ("chunked", post(chunks, headers=b"Transfer-Encoding: chunked\r\n")),
            ("POST", post(body)),
            ("100-continue", post(body, headers=b"Expect: 100-continue\r\n"
                                  b"Content-Length: %d\r\n" % len(body)))):
        talk = Talk(path)
        talk.send(data)
        if name == "100-continue":
            while not talk.got.startswith(b"HTTP/1.1 200"):
                if b"HTTP/1.1 100" in talk.got and b"\r\n\r\n" in talk.got:
                    talk.got = talk.got.partition(b"\r\n\r\n")[2]
                if not talk.got.startswith(b"HTTP/1.1 200") and not talk.receive():
                    break
        status, _, answer = talk.response()
        scene.check(status == 200 and len(json.loads(answer)["hits"]) == 3,
                    f"{name}: {status} {answer[:200]!r}")
        talk.close()
    talk = Talk(path)
    for byte in GOOD:  # in as many pieces as there are bytes
        talk.send(bytes([byte]))
    scene.equal("one byte at a time", talk.response()[0], 200)
    talk.close()


def send_pipeline(scene, path):
    talk = Talk(path)
    sender = threading.Thread(target=talk.send, args=(
        b"".join(get(b"/v1/search?limit=0&q=n%d" % (i % 60)) for i in range(100)),))
    sender.start()
    for i in range(100):
        status, _, body = talk.response()
        if not scene.check(status == 200, f"pipelined {i}: {status} {body!r}"):
            break
        scene.equal(f"pipelined {i}: what it answers",
                    json.loads(body)["query"]["typed"], f"n{i % 60}")
    sender.join()
    # A bad one in the middle: those before it are answered, it is, and that is all.
    talk.close()
    talk = Talk(path)
    talk.send(GOOD * 3 + b"\x01\x02 nonsense\r\n\r\n" + GOOD)
    answered = [talk.response()[0] for _ in range(4)]
    scene.equal("three good ones and a bad one", answered, [200, 200, 200, 400])
    scene.equal("after the bad one", talk.response()[0], None)
    talk.close()


def send_slowly(path, begin, results):
    """Something begun, then a byte now and then, for ever: it must not be allowed to."""
    talk = Talk(path)
    start = time.monotonic()
    talk.send(begin)
    talk.sock.settimeout(0.5)
    while time.monotonic() - start < 2 * ANSWER_SECONDS:
        try:
            talk.sock.sendall(b"1")
            if not talk.receive():
                break
        except socket.timeout:
            continue
        except (BrokenPipeError, ConnectionResetError):
            break
    results.append((time.monotonic() - start, talk.got.partition(b"\r\n\r\n")[2]))
    talk.close()


def rss_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def test(scene):
    # AddressSanitizer keeps freed memory for a while; that is not the daemon's.
    os.environ["ASAN_OPTIONS"] = ":".join(
        filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=8"]))
    scene.add(articles(0, 50))
    with scene.daemon() as daemon:
        path = daemon.socket
        slow = []
        loris = [threading.Thread(target=send_slowly, args=(path, begin, slow))
                 for begin in (b"GET /v1/search?q=", b"GET /v1/status HTTP/1.1\r\nA: ",
                               post(b"", length=1000))]
        for thread in loris:
            thread.start()
        expect_alive(scene, path, "the start")
        send_well_formed(scene, path)
        before = rss_kb(daemon.process.pid)
        send_requests(scene, path)
        send_random(scene, path)
        send_nothing_and_halves(scene, path)
        send_pipeline(scene, path)
        for thread in loris:
            thread.join()
        scene.equal("slow senders", len(slow), len(loris))
        for seconds, said in slow:
            scene.check(5 < seconds < ANSWER_SECONDS,
                        f"a slow sender was cut off after {seconds:.1f} s: {said!r}")
            if said:
                expect_error(scene, "a slow sender", "cut off", said)
        growth = rss_kb(daemon.process.pid) - before
        scene.check(growth < GROWTH_KB, f"memory grew by {growth} KB")
        expect_alive(scene, path, "all of it")
        print(len(REQUESTS), "requests; memory grew by", growth, "KB; slow senders cut "
              "off after", ", ".join(f"{s:.1f} s" for s, _ in slow))
        scene.equal("exit of the daemon", daemon.stop(), 0)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
