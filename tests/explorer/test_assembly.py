"""The modules of the page's script: small, each after those it imports, every name once."""

import re
from pathlib import Path

import pytest

from microgradnn.explorer import assembly


def together(**modules: str) -> str:
    made = {f"{name}.js": text for name, text in modules.items()}
    return assembly.assembled([next(iter(made))], made)


def test_modules_stand_after_those_that_they_import_and_once() -> None:
    one = 'import { b } from "./two.js";\nimport {\n  c,\n} from "./three.js";\nb(c);\n'
    two = 'import { c } from "./three.js";\nexport const b = (x) => x + c;\n'
    three = "// Not for readers of the page.\nexport function c() {\n  return 1;\n}\n"
    assert together(one=one, two=two, three=three).split("\n") == [
        *("function c(){return 1}", "let b=x=>x+c;b(c);")
    ]


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"one": 'import "./two.js";\n', "two": 'import "./one.js";\n'}, "import each other: one"),
        (
            {"one": 'import "./two.js";\nlet a = 1;\n', "two": "const a = 2;\n"},
            r"a is declared in two\.js and in one\.js",
        ),
        (
            {"one": 'import "./two.js";\nlet b = 0, a = 1;\n', "two": "const c = 2, a = 3;\n"},
            r"a is declared in two\.js and in one\.js",
        ),
        (
            {"one": 'import { a, b } from "./two.js";\n', "two": "const a = 1;\nexport let b;\n"},
            r"one\.js imports a, which two\.js lacks",
        ),
    ],
)
def test_what_browsers_would_refuse_is_refused(modules: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        together(**modules)


def test_indented_names_are_no_declarations_of_the_module() -> None:
    function = "function {}() {{\n  const x = 1;\n}}\n"
    assert together(one='import "./two.js";\n' + function.format("a"), two=function.format("b"))


FOLDERS = [Path(str(folder)) for folder in assembly.FOLDERS]
MODULES = sorted(path for folder in FOLDERS for path in folder.glob("*.js"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_are_short_and_say_what_they_are_for(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) < 300
    assert re.fullmatch(r"// [A-Z].*\.", lines[0])
    assert max(map(len, lines)) <= 110


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_what_is_imported_is_used(path: Path) -> None:
    text = path.read_text("utf-8")
    for names, _ in assembly._IMPORT.findall(text):
        for name in re.findall(r"\w+", names):
            assert len(re.findall(rf"\b{name}\b", text)) > 1, name
