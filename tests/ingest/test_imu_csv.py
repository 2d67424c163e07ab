import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from ingest.errors import ImportFileError
from ingest.imports.imu_csv import COLUMNS, ImuCsvConfig, read_imu_csv

HEADER = ",".join(COLUMNS)


def rows(count, period_s=0.005, first_s=12.5):
    return [f"{first_s + n * period_s:.6f},{n},0.0,9.81,0.1,-0.2,0.3" for n in range(count)]


def save(tmp_path, lines, name="set.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n")
    return path


def blocks(items):
    return [item for item in items if isinstance(item, ImuBlock)]


def test_rows_become_blocks_from_zero_of_at_most_a_second(tmp_path):
    table = read_imu_csv(save(tmp_path, [HEADER, *rows(500)]))
    assert all(isinstance(item, ImuBlock) for item in table.items)
    assert max(block.t_s[-1] - block.t_s[0] for block in blocks(table.items)) <= 1.0
    t_s = np.concatenate([block.t_s for block in blocks(table.items)])
    np.testing.assert_allclose(t_s, np.arange(500) * 0.005, atol=1e-6)
    assert [block.first_index for block in blocks(table.items)] == [0, 200, 400]
    assert blocks(table.items)[0].specific_force_mps2[3].tolist() == [3, 0, 9.81]
    assert blocks(table.items)[0].gyro_radps[0].tolist() == [0.1, -0.2, 0.3]
    assert table.counts.sample_rate_hz == pytest.approx(200, rel=1e-6)
    assert table.counts.samples == 500


def test_missing_rows_become_a_gap(tmp_path):
    kept = rows(500)
    del kept[300:340], kept[100]
    table = read_imu_csv(save(tmp_path, [HEADER, *kept]))
    gaps = [item for item in table.items if isinstance(item, Gap)]
    assert [gap.missing for gap in gaps] == [1, 40]
    assert gaps[1].start_s == pytest.approx(299 * 0.005)
    assert gaps[1].end_s == pytest.approx(340 * 0.005)
    last = blocks(table.items)[-1]
    assert last.first_index + len(last) == 500
    assert table.counts.lost_samples == 41
    assert table.counts.sample_rate_hz == pytest.approx(200, rel=1e-4)


def test_columns_may_come_in_any_order_with_others_between_and_windows_line_ends(tmp_path):
    path = tmp_path / "set.csv"
    names = [*reversed(COLUMNS), "note"]
    lines = [",".join(names)]
    lines += [f"3,2,1,9.81,0,{n},{n * 0.01:.2f},hello" for n in range(200)]
    path.write_bytes("\r\n".join(lines).encode())
    block = blocks(read_imu_csv(path).items)[0]
    assert block.gyro_radps[0].tolist() == [1, 2, 3]
    assert block.specific_force_mps2[5].tolist() == [5, 0, 9.81]


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ([HEADER.replace("gy_radps,", "")], 1, "gy_radps"),
        ([HEADER], None, "no samples"),
        (["t_s;ax", "1;2"], 1, "columns are missing"),
        ([HEADER, *rows(300)[:100], "1,2,x,4,5,6,7", *rows(300)[100:]], 102, "az_mps2|ay_mps2 holds 'x'"),
        ([HEADER, *rows(50), "20.0,1,2,nan,4,5,6"], 52, "'nan'"),
        ([HEADER, *rows(50), "20.0,1,2,,4,5,6"], 52, "holds nothing"),
        ([HEADER, *rows(50), "20.0,1,2,3"], 52, "holds nothing"),
        ([HEADER, *rows(50), "20.0,1,2,inf,4,5,6"], 52, "'inf'"),
        ([HEADER, *rows(300), "12.6,1,2,3,4,5,6"], 302, "time does not increase"),
        ([HEADER, *rows(300), rows(300)[-1]], 302, "time does not increase"),
        ([HEADER, *rows(100)], None, "too short"),
        ([HEADER, *rows(1)], None, "too short"),
        ([HEADER, *rows(20), "1,2,3,4,5,6,7,8,9", *rows(3)], None, "not a table|holds|time"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, lines, line, what):
    path = save(tmp_path, lines)
    with pytest.raises(ImportFileError, match=what) as caught:
        read_imu_csv(path)
    if line is not None:
        assert caught.value.line == line
        assert f"line {line}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 400, b"\xff\xfe\x00" * 100, b"\n\n\n"])
def test_a_file_that_is_no_table_gives_one_clear_sentence(tmp_path, content):
    path = tmp_path / "set.csv"
    path.write_bytes(content)
    with pytest.raises(ImportFileError) as caught:
        read_imu_csv(path)
    assert "\n" not in str(caught.value)


def test_a_file_over_the_limit_is_refused(tmp_path):
    path = save(tmp_path, [HEADER, *rows(300)])
    with pytest.raises(ImportFileError, match="larger than"):
        read_imu_csv(path, ImuCsvConfig(max_bytes=1000))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImportFileError, match=r"none\.csv: cannot be read"):
        read_imu_csv(tmp_path / "none.csv")
