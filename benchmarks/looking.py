"""Browsers that look at a map: so many connections, each path asked once by whichever is free; knows only HTTP.

`looking.py ADDRESS CONNECTIONS`, paths as JSON on standard input; writes the milliseconds of each, in their order.
"""

import json
import sys
import threading
import time
from http.client import HTTPConnection
from itertools import count


def main() -> None:
    address, connections = sys.argv[1], int(sys.argv[2])
    paths: list[str] = json.load(sys.stdin)
    took = [0.0] * len(paths)
    turn = count()
    lock = threading.Lock()

    def look() -> None:
        connection = HTTPConnection(address)
        while True:
            with lock:
                n = next(turn)
            if n >= len(paths):
                return
            began = time.perf_counter()
            connection.request("GET", paths[n])
            answer = connection.getresponse()
            body = answer.read()
            took[n] = (time.perf_counter() - began) * 1000
            if answer.status != 200:
                raise SystemExit(f"{paths[n]} answers {answer.status}: {body[:200]!r}")

    browsers = [threading.Thread(target=look) for _ in range(connections)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    json.dump(took, sys.stdout)


if __name__ == "__main__":
    main()
