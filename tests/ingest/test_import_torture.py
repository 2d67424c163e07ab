"""Damaged files: each is imported, or refused with one sentence; nothing else ever happens."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from ingest.errors import ImportFileError
from ingest.imports.importer import import_file
from tests.ingest import import_samples, import_samples_b

N_MUTANTS = 200
"""Of each format."""
MAX_RSS_MB = 500
LINES, BYTES = 260, 20_000
"""So much of a sample is tortured: over two seconds of most, which is enough to be imported."""

SAMPLES = import_samples.SAMPLES | import_samples_b.SAMPLES
FORMATS = sorted({import_samples.format_of(name).split(" ")[0] for name in SAMPLES})
ABSURD = [
    "1e308", "-1e308", "1e-320", "nan", "inf", "-inf", "", " ", "abc", "0", "-0.0", "99999999999999999999",
    "1e20", "-1", "1.2.3", "0x1F", "NaN", "null", "2026-07-05T10:14:03", "١٢٣", "1" * 400, "\x00", '"', "1e5",
    "1E+9",
]  # fmt: skip


def short(name, folder):
    """Write a sample and cut it where that leaves it whole."""
    path = SAMPLES[name](folder)
    data = path.read_bytes()
    if b"\0" in data[:4000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return path, data[:BYTES] if "fit" not in name else data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16")
        return path, "".join(text.splitlines(keepends=True)[:LINES]).encode("utf-16")
    return path, b"".join(data.splitlines(keepends=True)[:LINES])


def mutate(data, rng):
    """Damage a file in one to three of many ways."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(data, rng)
    return data


def truncated(data, rng):
    return data[: rng.randrange(len(data) + 1)]


def beheaded(data, rng):
    return data[rng.randrange(min(len(data), 400) + 1) :]


def flipped_bits(data, rng):
    if not data:
        return data
    out = bytearray(data)
    for _ in range(rng.choice((1, 3, 30, 300))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def zeros(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes(rng.choice((1, 7, 5000))) + data[at + rng.choice((0, 100)) :]


def re_encoded(data, rng):
    text = data.decode("latin-1")
    return text.encode(rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8", "utf-8-sig")))


def noise(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice((1, 50, 3000))) + data[at:]


def lines_of(data):
    return data.splitlines(keepends=True)


def shuffled_lines(data, rng):
    lines = lines_of(data)
    head, rest = lines[:12], lines[12:]
    if rng.random() < 0.3:
        rng.shuffle(rest)
    else:
        for _ in range(rng.choice((1, 20))):
            if len(rest) > 2:
                at = rng.randrange(len(rest) - 1)
                rest[at], rest[at + 1] = rest[at + 1], rest[at]
    return b"".join(head + rest)


def doubled_lines(data, rng):
    lines = lines_of(data)
    return b"".join(
        line for line in lines for _ in range(rng.choice((1, 1, 1, 2, 40)) if rng.random() < 0.1 else 1)
    )


def lost_lines(data, rng):
    share = rng.choice((0.01, 0.3, 0.9))
    return b"".join(line for line in lines_of(data) if rng.random() > share)


def restarted(data, rng):
    lines = lines_of(data)
    at = rng.randrange(len(lines) + 1)
    return b"".join(lines + lines[at:] + (lines if rng.random() < 0.5 else []))


def absurd_fields(data, rng):
    lines = lines_of(data)
    delimiter = max((b",", b";", b"\t"), key=data.count)
    places = (
        range(len(lines)) if rng.random() < 0.2 else [rng.randrange(max(len(lines), 1)) for _ in range(5)]
    )
    column = rng.randrange(12)
    value = rng.choice(ABSURD).encode()
    for place in places:
        if place < len(lines):
            fields = lines[place].split(delimiter)
            fields[column % len(fields)] = value
            lines[place] = delimiter.join(fields)
    return b"".join(lines)


def swapped_columns(data, rng):
    delimiter = max((b",", b";", b"\t"), key=data.count)
    one, other = rng.randrange(12), rng.randrange(12)
    out = []
    for line in lines_of(data):
        fields = line.split(delimiter)
        if max(one, other) < len(fields):
            fields[one], fields[other] = fields[other], fields[one]
        out.append(delimiter.join(fields))
    return b"".join(out)


def lost_column(data, rng):
    delimiter = max((b",", b";", b"\t"), key=data.count)
    column = rng.randrange(8)
    return b"".join(
        delimiter.join(fields[:column] + fields[column + 1 :])
        for fields in (line.split(delimiter) for line in lines_of(data))
    )


def other_delimiter(data, rng):
    return data.replace(
        rng.choice((b",", b";", b"\t", b".", b'"', b"\n")), rng.choice((b",", b";", b"", b"\r", b" "))
    )


def long_line(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice((b"x", b"9", b",", b"[", b'"', b"{")) * 200_000 + data[at:]


MUTATIONS = (
    truncated, beheaded, flipped_bits, flipped_bits, zeros, re_encoded, noise, shuffled_lines, doubled_lines,
    lost_lines, restarted, absurd_fields, absurd_fields, absurd_fields, swapped_columns, lost_column,
    other_delimiter, long_line,
)  # fmt: skip


def check_import(path):
    """Import a file or see it refused; return whether it was imported."""
    before, file, why = path.read_bytes(), None, None
    try:
        file = import_file(path)
    except ImportFileError as error:
        why = error
    assert path.read_bytes() == before
    if file is None:
        assert why is not None
        assert "\n" not in str(why)
        assert len(why.what) > 8
        return False
    if file.stream is None:
        return True
    last_s = -1.0
    for item in file.stream.items:
        if isinstance(item, Gap):
            assert item.end_s > item.start_s >= last_s
            continue
        assert isinstance(item, ImuBlock)  # finite and in order: its own constructor sees to that
        assert item.t_s[0] > last_s
        last_s = float(item.t_s[-1])
        if file.format.name != "imu-csv":  # strict: what it says counts
            assert np.abs(item.specific_force_mps2).max() <= 4000
    assert file.stream.counts.samples >= 2
    return True


def torture(name_of_format, n_mutants, folder, seed=0):
    """Import mutants of all samples of a format; return how many were imported."""
    names = [name for name in SAMPLES if import_samples.format_of(name).split(" ")[0] == name_of_format]
    rng = random.Random(f"{seed} {name_of_format}")
    imported = 0
    for place, name in enumerate(names):
        inside = folder / str(place)
        inside.mkdir()
        path, data = short(name, inside)
        for n in range(place, n_mutants, len(names)):
            mutant = mutate(data, rng)
            path.write_bytes(mutant)
            try:
                imported += check_import(path)
            except BaseException as error:
                kept = folder.parent / f"mutant-{name_of_format}-{n}{path.suffix}"
                kept.write_bytes(mutant)
                error.add_note(f"mutant {n} of {name}: {kept}")
                raise
    return imported


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_are_imported_or_refused_in_one_sentence(tmp_path, name):
    imported = torture(name, N_MUTANTS, tmp_path)
    assert imported < N_MUTANTS  # some are beyond hope


@pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark of memory is read from /proc")
def test_damaged_files_need_little_memory(tmp_path):
    code = (
        "import sys, pathlib, tempfile\n"
        "from tests.ingest.test_import_torture import FORMATS, torture\n"
        "for name in FORMATS:\n"
        "    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:\n"
        "        torture(name, 12, pathlib.Path(folder), seed=1)\n"
        # The high-water mark of this program; ru_maxrss would remember that of the one that started it.
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(status.split('VmHWM:')[1].split()[0]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MAX_RSS_MB
