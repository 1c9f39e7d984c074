"""A file at 300 lines is asking a question; at 400 it must be answered."""

from __future__ import annotations

from statistics import median, quantiles

from tests.architecture.sources import (
    function_length,
    functions,
    is_migration,
    is_test,
    line_count,
    python_files,
)

FILE_LINES_MAX = 400
TEST_FILE_LINES_MAX = 600
FILE_LINES_MEDIAN_MAX = 120
# Where everyone else's swamp begins: growth has to go to features/.
SESSION_LINES_MAX = 250
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_P90_MAX = 25

SOURCES = [path for path in python_files() if not is_migration(path)]


def test_no_file_is_longer_than_it_may_be() -> None:
    too_long = {
        str(path): line_count(path)
        for path in SOURCES
        if line_count(path) > (TEST_FILE_LINES_MAX if is_test(path) else FILE_LINES_MAX)
    }
    assert not too_long


def test_the_session_leaves_its_growth_to_features() -> None:
    sessions = [path for path in SOURCES if path.as_posix() == "sipworker/call/session.py"]
    assert [line_count(path) <= SESSION_LINES_MAX for path in sessions] == [True]


def test_most_files_are_short() -> None:
    assert median(line_count(path) for path in SOURCES if not is_test(path)) <= FILE_LINES_MEDIAN_MAX


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {
        f"{path}:{function.lineno} {function.name}": function_length(function)
        for path in SOURCES
        for function in functions(path)
        if function_length(function) > FUNCTION_LINES_MAX
    }
    assert not too_long


def test_nine_functions_of_ten_are_short() -> None:
    lengths = [
        function_length(function) for path in SOURCES if not is_test(path) for function in functions(path)
    ]
    assert quantiles(lengths, n=10)[-1] <= FUNCTION_LINES_P90_MAX
