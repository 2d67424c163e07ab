import inspect
from pathlib import Path

from ingest import errors


def test_the_tree_in_the_docstring_names_every_error():
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
    assert errors.__doc__ is not None
    for kind in kinds:
        assert issubclass(kind, errors.IngestError)
        assert kind.__name__ in errors.__doc__


def test_errors_carry_their_data():
    wire = errors.WireError("native", "data", "too short", b"\x01\xff")
    assert (wire.reason, wire.payload_hex) == ("too short", "01ff")
    line = errors.ImportFileError(Path("/somewhere/set.csv"), 7, "is odd")
    assert str(line) == "set.csv, line 7: is odd"
