#!/usr/bin/env python3
"""An index that cannot be written is searched and checked all the same."""
import os
import shutil
import subprocess
import sys

from scene import articles, main, run


def bind_read_only(folder):
    """Whether the system let us mount `folder` onto itself, read-only."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    if run(["mount", "--bind", folder, folder]).returncode != 0:
        return False
    if run(["mount", "-o", "remount,bind,ro", folder]).returncode != 0:
        run(["umount", folder])
        return False
    return True


def writable(folder):
    try:
        (folder / "try").touch()
        (folder / "try").unlink()
        return True
    except OSError:
        return False


def ask_everything(scene):
    done = scene.index_check()
    scene.equal(f"check ({done.stderr.strip()})", done.returncode, 0)
    scene.equal("articles", scene.info().get("articles"), 30)
    with scene.daemon() as daemon:
        reply = daemon.get("/v1/search", {"q": "everywhere", "hits": 1})
        scene.equal("total", reply.get("total"), 30)
        scene.equal("an article", daemon.request("GET", "/v1/articles/a%3A3")[0], 200)
        scene.equal("reload", daemon.post("/v1/reload").get("changed"), False)
        scene.equal("exit of the daemon", daemon.stop(), 0)


def test(scene):
    scene.add(articles(0, 30))
    subprocess.run(["chmod", "-R", "a-w", scene.index], check=True)
    mounted = False
    try:
        if writable(scene.index):  # root may write whatever the mode says
            mounted = bind_read_only(scene.index)
        ask_everything(scene)
        if writable(scene.index):
            return ("modes do not bind this user and it may not mount: searched, but "
                    "not with a file system that refuses writes")
        done = run(scene.add_command(scene.write(articles(100, 1))))
        scene.equal(f"exit of add ({done.stderr.strip()})", done.returncode, 4)
        scene.equal("lines of add's complaint", done.stderr.count("\n"), 1)
    finally:
        if mounted:
            run(["umount", scene.index])
        subprocess.run(["chmod", "-R", "u+w", scene.index], check=True)
    return None


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
