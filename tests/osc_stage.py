"""What the tests of OSC share: a server, here or in another process, and who speaks to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from fluidseries.osc.packets import read_packet, write_message
from fluidseries.osc.udp import Receiver


class Patch:
    """A program that sends to one port and hears answers on another, as Max and Pd do."""

    def __init__(self, to=None):
        self.ears = Receiver("127.0.0.1", 0)
        self.port = self.ears.address[1]
        self.to = to

    def send(self, address, *arguments):
        self.send_bytes(write_message(address, *arguments))

    def send_bytes(self, packet):
        self.ears.send(packet, self.to)

    def next(self, timeout=5.0):
        """The next message that comes, None if none does."""
        received = self.ears.next(timeout)
        return None if received is None else next(read_packet(received.packet))

    def until(self, end, timeout=90.0):
        """All messages up to the first whose address ends so."""
        came, limit = [], time.monotonic() + timeout
        while time.monotonic() < limit:
            message = self.next(0.2)
            if message is not None:
                came.append(message)
                if message.address.endswith(end):
                    return came
        raise AssertionError(f"no {end} came, only {came[-5:]}")

    def ask(self, model, request, *arguments):
        """What is answered to a request of a model, or of the program ("")."""
        base = f"/fluidseries/{model}/" if model else "/fluidseries/"
        self.send(base + request, "@ask", *arguments)
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            message = self.next(0.2)
            if message is None or message.arguments[:1] != ("@ask",):
                continue
            assert not message.address.endswith("/error"), message
            if message.address == base + request:
                return message.arguments[1:]
        raise AssertionError(f"no answer to {request}")

    def error(self, address, *arguments):
        """The text of the error that a request is answered with."""
        self.send(address, *arguments)
        return self.until("/error", 30.0)[-1].arguments[-1]

    def close(self):
        self.ears.close()


class Program:
    """`fluidseries serve` in another process, killed at the end of a `with` if it still runs."""

    def __init__(self, folder, *options):
        self.patch = Patch()
        command = [sys.executable, "-m", "fluidseries.cli", "serve", "--project", str(folder)]
        command += ["--port", "0", "--reply", str(self.patch.port), *map(str, options)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.log = Path(folder).with_suffix(".log").open("a+")
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=self.log, text=True, env=environment
        )
        for line in self.process.stderr:
            if line.startswith("listening"):
                self.patch.to = ("127.0.0.1", int(line.split()[-1]))
                return
            self.log.write(line)
        self.log.seek(0)
        raise AssertionError(f"serve ended: {self.log.read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.close()
        return code

    def close(self):
        self.process.stderr.close()
        self.log.close()
        self.patch.close()
