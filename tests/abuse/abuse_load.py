#!/usr/bin/env python3
"""Eight clients ask without pause while generations are committed beneath them: five with
new articles, then a deletion, a merge, and a purge where there is such a thing.

Not one request fails; on a connection generations only rise; the answer to a fixed query
is always that of the generation it names; the daemon adopts by itself and on reload.
"""
import http.client
import json
import sys
import threading
import time
import urllib.parse

from scene import UnixConnection, articles, main, run

CLIENTS = 8
GENERATIONS = 5
PER_GENERATION = 40
ADOPT_SECONDS = 20
QUERIES = ["everywhere", '"everywhere"', "grain OR oil", "story NEAR/3 n1",
           "everywhere date:2012", "bridge -ship"]


class Client(threading.Thread):
    def __init__(self, path, number):
        super().__init__(daemon=True)
        self.path, self.number = path, number
        self.stop = False
        self.asked = 0
        self.faults = []
        self.totals = {}  # generation -> total of "everywhere"

    def run(self):
        try:
            self.ask_until_stopped()
        except (OSError, http.client.HTTPException, ValueError, KeyError) as e:
            self.faults.append(f"client {self.number}, request {self.asked}: {e!r}")

    def ask_until_stopped(self):
        connection = UnixConnection(self.path)
        last = 0
        while not self.stop:
            query = QUERIES[(self.asked + self.number) % len(QUERIES)]
            connection.request("GET", "/v1/search?" + urllib.parse.urlencode(
                {"q": query, "hits": 1}))
            response = connection.getresponse()
            reply = json.loads(response.read())
            self.asked += 1
            if response.status != 200:
                self.faults.append(f"{query}: {response.status} {reply}")
                continue
            generation = reply["generation"]
            if generation < last:
                self.faults.append(f"generation {generation} after {last}")
            last = generation
            if query == "everywhere":
                seen = self.totals.setdefault(generation, reply["total"])
                if seen != reply["total"]:
                    self.faults.append(f"generation {generation}: {reply['total']}, "
                                       f"before {seen}")


def wait_for(daemon, generation):
    end = time.monotonic() + ADOPT_SECONDS
    while time.monotonic() < end:
        if daemon.get("/v1/status", {})["generation"] == generation:
            return True
        time.sleep(0.05)
    return False


def change(scene, daemon, expected, command, articles_now):
    """Another generation, by a command that is no `add`."""
    done = run([scene.indexer, *command, "--index", scene.index])
    scene.equal(f"exit of {command} ({done.stderr.strip()})", done.returncode, 0)
    generation = scene.info()["generation"]
    expected[generation] = articles_now
    reply = daemon.post("/v1/reload")
    scene.equal(f"reload's generation after {command}", reply.get("generation"), generation)
    time.sleep(0.2)


def test(scene):
    expected = {}  # generation -> articles that say "everywhere"
    scene.add(articles(0, PER_GENERATION))
    first = scene.info()["generation"]
    expected[first] = PER_GENERATION
    with scene.daemon() as daemon:
        clients = [Client(daemon.socket, n) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        for step in range(1, GENERATIONS + 1):
            scene.add(articles(step * PER_GENERATION, PER_GENERATION))
            generation = scene.info()["generation"]
            scene.equal("generation", generation, first + step)
            expected[generation] = (step + 1) * PER_GENERATION
            if step % 2:  # by itself, and when it is told to
                scene.check(wait_for(daemon, generation),
                            f"generation {generation} is not adopted within "
                            f"{ADOPT_SECONDS} s")
            else:
                reply = daemon.post("/v1/reload")
                scene.equal("reload's generation", reply.get("generation"),
                            generation)
                scene.equal("status' generation",
                            daemon.get("/v1/status", {})["generation"], generation)
            time.sleep(0.2)
        whole = (GENERATIONS + 1) * PER_GENERATION
        change(scene, daemon, expected, ["delete", "a:7", "a:90"], whole - 2)
        change(scene, daemon, expected, ["merge"], whole - 2)
        if scene.engine == "native":
            change(scene, daemon, expected, ["delete", "--purge", "a:7", "a:8"], whole - 3)
        again = daemon.post("/v1/reload")
        scene.equal("changed, when nothing did", again.get("changed"), False)
        for client in clients:
            client.stop = True
        for client in clients:
            client.join(timeout=30)
            scene.check(not client.is_alive(), f"client {client.number} hangs")
            scene.equal(f"faults of client {client.number}", client.faults[:3], [])
            scene.check(client.asked > 20, f"only {client.asked} requests asked")
            for generation, total in client.totals.items():
                scene.equal(f"total of generation {generation}", total,
                            expected.get(generation))
        print(sum(c.asked for c in clients), "requests,",
              len({g for c in clients for g in c.totals}), "generations seen")
        scene.equal("exit of the daemon", daemon.stop(), 0)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
