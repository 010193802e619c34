"""The clients: what their files say exists, and the programs open them where they are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fluidseries.osc.table import EVENTS, MODEL

from osc_stage import Program

CLIENTS = Path(__file__).parent.parent / "clients"
REQUESTS = {row.name for row in MODEL}
ANSWERS = REQUESTS | {event.name for event in EVENTS} | {"take", "snapshots/entry"}
MAX_OBJECTS = {
    "udpsend", "udpreceive", "route", "unpack", "prepend", "metro", "t", "f", "pack", "/", "print",
}  # fmt: skip
PD_OBJECTS = {
    "inlet", "outlet", "list", "t", "oscformat", "oscparse", "netsend", "netreceive", "loadbang",
    "route", "r", "s", "f", "pack", "unpack", "metro", "tgl", "hsl", "bng", "print", "fluidseries",
    "fluidseries-hear",
}  # fmt: skip


def max_boxes():
    patch = json.loads((CLIENTS / "max" / "fluidseries.maxpat").read_text())["patcher"]
    return [entry["box"] for entry in patch["boxes"]], patch["lines"]


def test_max_knows_every_object_and_the_server_every_request():
    boxes, _ = max_boxes()
    texts = [box["text"] for box in boxes if box["maxclass"] == "newobj"]
    assert {text.split()[0] for text in texts} <= MAX_OBJECTS
    addresses = re.findall(
        r"/fluidseries/wave/([\w/]+)", " ".join(b.get("text", "") for b in boxes)
    )
    assert len(addresses) > 25
    assert set(addresses) <= ANSWERS
    said = {b["text"].split()[0].removeprefix("/fluidseries/wave/") for b in boxes
            if b["maxclass"] == "message" and b["text"]}  # fmt: skip
    assert said <= REQUESTS


def test_max_cables_lead_from_outlets_to_inlets():
    boxes, lines = max_boxes()
    known = {box["id"]: box for box in boxes}
    assert len(known) == len(boxes)
    for line in lines:
        (source, outlet), (to, inlet) = (
            line["patchline"]["source"],
            line["patchline"]["destination"],
        )
        assert outlet < known[source]["numoutlets"], known[source]
        assert inlet < known[to]["numinlets"], known[to]
    for box in boxes:
        assert len(box["outlettype"]) == box["numoutlets"]
        if box["maxclass"] == "newobj" and box["text"].startswith("route "):
            assert box["numoutlets"] == len(box["text"].split())


@pytest.mark.parametrize("name", ["fluidseries", "fluidseries-hear", "fluidseries-help"])
def test_pd_patches_are_whole(name):
    lines = (CLIENTS / "puredata" / f"{name}.pd").read_text().rstrip("\n").split("\n")
    assert lines[0].startswith("#N canvas")
    objects = [line for line in lines[1:] if not line.startswith("#X connect")]
    assert all(line.startswith("#X ") and line.endswith(";") for line in lines[1:])
    for line in lines:
        if line.startswith("#X connect"):
            source, _, to, _ = map(int, line.rstrip(";").split()[2:])
            assert max(source, to) < len(objects)
    boxes = [line.rstrip(";").split()[4] for line in objects if line.startswith("#X obj")]
    assert set(boxes) <= PD_OBJECTS
    if name == "fluidseries-help":
        said = {line.rstrip(";").split()[4] for line in objects if line.startswith("#X msg")}
        assert said <= REQUESTS


TRY_PD = r"""#N canvas 0 0 450 300 12;
#X obj 10 10 loadbang;
#X obj 10 40 delay 300;
#X msg 10 70 new classifier \, recordStart up \, frame 0.5 1 \, frame 1 2 \, recordStop \, takes;
#X obj 10 130 fluidseries wave;
#X obj 10 160 print heard;
#X obj 200 10 fluidseries-hear;
#X obj 100 40 delay 1300;
#X msg 100 70 \; pd quit;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 2 0 3 0;
#X connect 3 0 4 0;
#X connect 0 0 6 0;
#X connect 6 0 7 0;
"""


def test_pd_speaks_with_the_server(tmp_path):
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed")
    program = Program(tmp_path / "p", "--quiet")
    port, reply = program.patch.to[1], program.patch.port
    # Pd hears where the test did.
    program.patch.ears.socket.close()
    for file in (CLIENTS / "puredata").glob("*.pd"):
        text = file.read_text().replace("6448", str(port)).replace("12000", str(reply))
        (tmp_path / file.name).write_text(text)
    (tmp_path / "try.pd").write_text(TRY_PD)
    command = ["pd", "-nogui", "-noaudio", "-stderr", "-open", str(tmp_path / "try.pd")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    program.stop()
    heard = [line for line in run.stderr.splitlines() if line.startswith("heard:")]
    assert heard[:2] == ["heard: new LSTMClassifier", "heard: recordStart up-1"]
    assert heard.count("heard: frame") == 2
    assert "heard: takes 1" in heard
    assert "couldn't create" not in run.stderr


def test_supercollider_methods_send_requests_that_exist():
    text = (CLIENTS / "supercollider" / "FluidSeries.sc").read_text()
    asked = set(re.findall(r"this\.ask\(\\(\w+)", text)) | set(re.findall(r"prRows\(\\(\w+)", text))
    assert len(asked) > 25
    assert asked <= REQUESTS
    for opening, closing in ("{}", "()", "[]"):
        assert text.count(opening) == text.count(closing)
    help_ = (CLIENTS / "supercollider" / "HelpSource/Classes/FluidSeries.schelp").read_text()
    documented = re.findall(r"^METHOD:: (\w+)", help_, re.MULTILINE)
    assert all(re.search(rf"(^\t\*?{name} \{{|[<>]{name}\b|^\t\*{name} )", text, re.MULTILINE)
               for name in documented)  # fmt: skip


def test_supercollider_compiles_the_class(tmp_path):
    if shutil.which("sclang") is None:
        pytest.skip("SuperCollider is not installed")
    folder = CLIENTS / "supercollider"
    (tmp_path / "conf.yaml").write_text(f"includePaths:\n    - {folder}\nexcludePaths: []\n")
    (tmp_path / "try.scd").write_text('("methods " ++ FluidSeries.methods.size).postln; 0.exit;\n')
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
                   "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}  # fmt: skip
    command = ["sclang", "-l", "conf.yaml", "try.scd"]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    if "compile" not in run.stdout:
        pytest.skip("sclang does not run without a screen here")
    assert "ERROR" not in run.stdout
    assert "methods 4" in run.stdout or "methods 5" in run.stdout
