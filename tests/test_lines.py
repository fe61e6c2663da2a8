"""The lines of programs, as errors and nodes name them."""

import sys
from types import FrameType

import microgradnn as mg
from microgradnn.lines import is_of_package, line_at, line_of_user


def test_a_line_is_named_by_file_number_and_text() -> None:
    frame = sys._getframe()
    named = line_at(frame)
    assert named == f"{__file__}:{frame.f_lineno - 1}: named = line_at(frame)"


def test_a_line_without_a_file_has_no_text() -> None:
    frames: list[FrameType] = []
    exec("frames.append(sys._getframe())", {"frames": frames, "sys": sys})
    assert line_at(frames[0]) == "<string>:1: "


def test_what_is_of_the_package() -> None:
    seen = []

    def forward(x: float) -> float:
        here = sys._getframe()
        assert here.f_back
        seen.append([is_of_package(here), is_of_package(here.f_back)])
        return x

    mg.numerical_gradient(forward, [1.0], 1e-3)
    assert seen == [[False, True]] * 2


def test_the_line_of_the_user_is_the_first_outside_of_the_package() -> None:
    frame = sys._getframe()
    named = line_of_user()
    assert named == f"{__file__}:{frame.f_lineno - 1}: named = line_of_user()"
    with mg.debug():  # through several functions of the package
        node = mg.softmax([mg.Value(1.0), mg.Value(2.0)])[0]
    assert node.made_at == f"{__file__}:{frame.f_lineno - 1}: {node.made_at.split(': ', 1)[1]}"
    assert node.made_at.endswith("node = mg.softmax([mg.Value(1.0), mg.Value(2.0)])[0]")
