#!/usr/bin/env python3
"""chalkgrad train on a terminal of its own: the bar, its width, Ctrl-C. Speaks TAP.
usage: train_terminal.py CHALKGRAD SOURCE"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

PROGRAM, SOURCE = sys.argv[1:3]
LESSON = os.path.join(SOURCE, "lessons", "06-xor.md")
LONG = ["--epochs", "100000000", "--format", "json"]
DEADLINE = 60


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def own_terminal():
    os.setsid()
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)


class Run:
    """The program with standard error and keys on a terminal, standard output in a pipe."""

    def __init__(self, arguments, columns):
        self.terminal, slave = pty.openpty()
        resize(self.terminal, columns)
        self.program = subprocess.Popen(
            [PROGRAM, "train", LESSON] + arguments, stdin=slave, stdout=subprocess.PIPE,
            stderr=slave, preexec_fn=own_terminal)
        os.close(slave)
        self.shown = ""

    def lines(self):
        """What stood in the line, each time that it was rewritten."""
        return [line.replace("\x1b[K", "") for line in self.shown.split("\r")
                if line.strip("\x1b[K\r\n ")]

    def read_until(self, wanted):
        """Reads the terminal until wanted() or its end; False where it took too long."""
        end = time.time() + DEADLINE
        while not wanted():
            if time.time() > end:
                return False
            if not select.select([self.terminal], [], [], 1)[0]:
                continue
            try:
                self.shown += os.read(self.terminal, 4096).decode()
            except OSError:  # closed on the other side
                return wanted()
        return True

    def read_for(self, seconds):
        end = time.time() + seconds
        self.read_until(lambda: time.time() > end)

    def press(self, key):
        os.write(self.terminal, key)

    def finish(self):
        """Status and standard output."""
        try:
            out, _ = self.program.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self.program.kill()
            out, _ = self.program.communicate()
        os.close(self.terminal)
        return self.program.returncode, out.decode()


def bar_and_interrupt():
    saved = tempfile.mktemp(suffix=".npz")
    run = Run(LONG + ["--save", saved], 100)
    enough = run.read_until(lambda: len(run.lines()) >= 4)
    line = run.lines()[-2] if enough else run.shown
    yield "a bar with its facts", re.fullmatch(
        r"\[#*\.*\] +\d+%  J [\d.e-]+  epoch \d+ of 100000000  [\d.]+[kM]? updates/s"
        r"  [\d:]+ left", line), line
    yield "not wider than the terminal", all(len(line) < 100 for line in run.lines()), line
    resize(run.terminal, 40)
    run.read_for(0.5)  # what was written for the wider one
    before = len(run.lines())
    run.read_until(lambda: len(run.lines()) >= before + 4)
    late = run.lines()[before + 2:-1]
    yield "narrower with it", late and all(len(line) < 40 for line in late), late
    yield "the loss stays", late and all(" J " in line for line in late), late
    run.press(b"\x03")
    run.read_until(lambda: False if run.program.poll() is None else True)
    status, out = run.finish()
    yield "Ctrl-C ends it with status 0", status == 0, status
    result = json.loads(out) if status == 0 else {}
    yield "and what there is comes out", (
        result.get("ended_by") == "interrupt" and 0 < result["epochs"] < 100000000 and
        result["loss_last"] < result["loss_first"] and len(result["predictions"]) == 4), out
    yield "and is saved", os.path.getsize(saved) > 100, saved
    os.unlink(saved)


def early_end():
    run = Run(["--epochs", "100000000", "--stop", "0.01", "--format", "json"], 80)
    status, out = run.finish()
    result = json.loads(out)
    yield "stop ends it", status == 0 and result["ended_by"] == "stop", out
    yield "where the loss is below", 0.0098 < result["loss_last"] < 0.01, out


def pipe():
    done = subprocess.run([PROGRAM, "train", LESSON, "--epochs", "300000"], capture_output=True,
                          timeout=DEADLINE)
    yield "no bar in a pipe", done.returncode == 0 and done.stderr == b"", done.stderr


def full_disk():
    for command in (["train"], ["train", "--format", "json"], ["check"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM] + command + [LESSON], stdout=full, stderr=subprocess.PIPE,
                                  timeout=DEADLINE)
        yield ("output that is lost is said, " + " ".join(command),
               done.returncode == 3 and b"No space left" in done.stderr, done.stderr)


def main():
    count = failed = 0
    for part in (bar_and_interrupt, early_end, pipe, full_disk):
        for name, good, shown in part():
            count += 1
            failed += not good
            print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
            if not good:
                print(f"# {shown!r}", flush=True)
    print(f"1..{count}")
    return failed > 0


sys.exit(main())
