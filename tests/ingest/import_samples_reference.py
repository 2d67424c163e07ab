"""Synthetic files of other instruments: reps and bar paths, as each program writes them."""

from __future__ import annotations

import io
import json

import numpy as np

from tests.ingest.import_tables import rows, save

REPS = [(0.62, 0.66, 1.13, 0.61), (0.65, 0.69, 1.12, 0.58), (0.60, 0.63, 1.05, 0.59)]
"""Mean, mean propulsive, peak velocity (m/s) and range (m) of each rep of each set."""
LOADS_KG = [60.0, 62.5]


def vitruve(folder, weight="Weight (kg)", per_kg=1.0):
    header = (
        "Email,Athlete,Last Name,Exercise,Workout Date,Repetition Date,# Set,# Rep.,Type*,1RM (kg),"
        "Mean Propulsive Velocity (m/s),Mean Velocity (m/s),Peak Velocity (m/s),ROM (Range of Motion) (m),"
        + weight
    )
    lines = [header]
    for number, load_kg in enumerate(LOADS_KG, 1):
        for rep, (mean, propulsive, peak, reach) in enumerate(REPS, 1):
            values = f"{propulsive},{mean},{peak},{reach},{load_kg * per_kg:.3f}"
            lines.append(f"a@b,A,B,Barbell Row,15/06/2026,18:22:03,{number},{rep},concentric,68.4,{values}")
    return save(folder, "vitruve.csv", "\r\n".join(lines) + "\r\n")


def openbarbell_state():
    sets = {}
    for number, load_kg in enumerate(LOADS_KG, 1):
        key = f"0af6e755-3381-4a82-892f-{9 - number:012d}"
        sets[key] = {
            "setID": key,
            "exercise": "Squat",
            "weight": f"{load_kg / 0.45359237:.9f}",
            "metric": "lbs",
            "setNumber": float(number),
            "initialStartTime": f"2026-07-05T18:3{number}:51.252Z",
            "rpe": "8.0",
            "removed": False,
            "tags": [],
            "reps": [
                {
                    "isValid": True,
                    "removed": False,
                    "deviceName": "OB 3248",
                    "time": f"2026-07-05T18:3{number}:{50 + rep}.705Z",
                    "data": [
                        *(
                            "-3456.0",
                            f"{rep + 1}.0",
                            str(mean),
                            f"{1000 * reach:.1f}",
                            str(peak),
                            "87.0",
                            "8.68",
                        ),
                        *(
                            "1994202.0",
                            "0.0",
                            "-9999.0",
                            "5.0",
                            "10.0",
                            "-9876.0",
                            "1094.1",
                            "-6789.0",
                            "39.0",
                        ),
                    ],
                }
                for rep, (mean, _, peak, reach) in enumerate(REPS)
            ],
        }
    return sets


def openbarbell(folder):
    return save(folder, "state.json", json.dumps(openbarbell_state()))


def bar_points(rate_hz, duration_s=20.0):
    """Return times, across and up (m) of a slow up and down with a little sway."""
    t_s = np.arange(round(rate_hz * duration_s)) / rate_hz
    return t_s, 0.03 * np.sin(1.9 * t_s), 0.3 - 0.3 * np.cos(1.7 * t_s)


def wl_analysis(folder):
    t_s, across, up = bar_points(24.0)
    blocks = "".join(
        f'"{name}",\nvideo,average,min,time of min (ms),max,time of max (ms)\n1,0.45,-1.2,25650,1.0,8189\n,\n'
        for name in ("velocity (vertical, m/s)", "displacement (vertical, m)")
    )
    names = ("velocity (vertical, m/s)", "displacement (vertical, m)", "displacement (horizontal, m)")
    header = "Frame number,Time (s)," + ",".join(f'"{name}"' for name in names)
    written = [f"{t:.2f}" if t < 10 else f"{t:.0f}" for t in t_s]
    table = rows(
        header,
        [[str(n + 1) for n in range(len(t_s))], written, t_s * 0, up, across],
        formats=dict.fromkeys(range(5), ".2f"),
    )
    return save(folder, "SQ-1.txt", f"Weight (lbs):,111.13026281173174\n,\n{blocks}{table}")


def kinovea(folder):
    t_s, across, up = bar_points(30.0, 3.0)
    text = rows(
        "Time;Trajectory 1/0/X;Trajectory 1/0/Y;;;",
        [t_s, 100 * across, 100 * up, *[["" for _ in t_s]] * 3],
        ";",
        "\r\n",
        {0: ".3f", 1: ".5f", 2: ".5f"},
    )
    return save(folder, "path.csv", text + ";;;;;\r\n" * 20)


def kinovea_text(folder):
    t_s, across, up = bar_points(25.0, 4.0)
    text = io.StringIO()
    text.write("#Kinovea Trajectory data export\n#T X Y\n")
    for t, x, y in zip(t_s, 100 * across, 100 * up, strict=True):
        text.write(f"0:00:{int(t):02d}:{round(100 * (t % 1)):02d} {x:.2f} {y:.2f} \n")
    text.write("\n0:00:00:00 1.00 2.00 \n")
    return save(folder, "path.txt", text.getvalue())


def aruco(folder):
    t_s, across, up = bar_points(20.0)
    pixels = 465 - 247 * up
    columns = [
        [str(n) for n in range(len(t_s))],
        t_s,
        766 + 247 * across,
        pixels,
        t_s * 0 + 8.2,
        across,
        1.2 - up,
        t_s * 0,
        t_s * 0,
        np.zeros(len(t_s), dtype=int),
    ]
    header = ",Time,X_pix,Y_pix,R_pix,X_m,Y_m,Displacement,Velocity,Reps"
    return save(folder, "backsquat.csv", rows(header, columns, end="\r\n", formats={9: "d"}))
