"""Squeezed scripts and style sheets: shorter, and the same to a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from microgradnn.explorer import assembly, document
from microgradnn.explorer.squeezing import SCRIPT, STYLE, squeezed

SCRIPTS = {
    "let a = [1, 2]; // one, two\nf()": "let a=[1,2];\nf()",
    "/** Says\n * what. */\nlet a;\n\n\nlet b;": "let a;let b;",
    "f({\n  a,\n  b: 1,\n})\ng()": "f({a,b:1})\ng()",
    "const a = (x) => x\n  .map(f)": "let a=x=>x\n.map(f)",
    "f(x)\nasync (x) => x, (x, y) => f((z) => z)": "f(x)\nasync x=>x,(x,y)=>f(z=>z)",
    "return (x) => (y) => x": "return x=>y=>x",
    "f() {\n  a.const = 1;\n}\ng() {\n  if (b) {\n    c();\n  }\n}": (
        "f(){a.const=1}\ng(){if(b){c()}}"
    ),
    'say("a // b, { c }") // d': 'say("a // b, { c }")',
    "say('it: \"', \"it's\") // it's": "say('it: \"',\"it's\")",
    r'say("\" // {  }")': r'say("\" // {  }")',
    "say(`a // ${b ? `, ${c}` : d}  /* e */`)": "say(`a // ${b ? `, ${c}` : d}  /* e */`)",
    "say(`a\n\n  // b\n`)": "say(`a\n\n  // b\n`)",
    r"x.replace(/[/*] , \/ =/g, y) /* z */": r"x.replace(/[/*] , \/ =/g,y)",
    "a = b / c; // d / e": "a=b/c;",
    "a = (b) / c + d[0] / e": "a=(b)/c+d[0]/e",
    "a + +b - -c - d": "a + +b - -c-d",
    "return x ? -1 : [2]": "return x?-1:[2]",
    "a in b": "a in b",
    "f(1.0, 10.05, x1.0, 2.0)": "f(1,10.05,x1.0,2)",
    "  const a = 1;\n  const b = [2];\n  const c = f(\n    3);\nconst d = 4;": (
        "let a=1,b=[2];let c=f(3);let d=4;"
    ),
    "const a = 1; // b;\nconst c = 2;": "let a=1;let c=2;",
}

STYLES = {
    "a :is(b, c) > d { e: f g; h: i }": "a :is(b,c)>d{e:f g;h:i}",
    "/* What\n * for. */\na {\n  b: calc(1px - 2px); /* c */\n}\n\nd { }": (
        "a{b:calc(1px - 2px);}d{}"
    ),
    '@media (a: 1px) and (b: 2px) { * { font: "A ; { B" } }': (
        '@media (a:1px) and (b:2px){*{font:"A ; { B"}}'
    ),
}


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_lose_what_says_nothing(text: str) -> None:
    assert squeezed(text, SCRIPT) == SCRIPTS[text]


@pytest.mark.parametrize("text", STYLES)
def test_style_sheets_lose_what_says_nothing(text: str) -> None:
    assert squeezed(text, STYLE) == STYLES[text]


FOLDER = Path(str(assembly.FOLDER))
MODULES = sorted(FOLDER.glob("*.js"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_are_written_so_that_squeezing_understands_them(path: Path) -> None:
    """Were the end of a string or pattern missed, quotes would be left over, or brackets."""
    text = path.read_text("utf-8")
    assert not re.search(r"\b(return|case|typeof|in|of) /", text)
    rest = SCRIPT.sub(lambda found: "" if found["kept"] else found[0], text)
    code = re.sub(r"//.*|/\*[\s\S]*?\*/", "", rest)
    assert not re.search("[\"'`\\\\]", code)
    for pair in ("()", "[]", "{}"):
        assert code.count(pair[0]) == code.count(pair[1]), pair


@pytest.mark.parametrize("name", document.STYLES)
def test_style_sheets_have_no_apostrophes(name: str) -> None:
    text = (FOLDER.parent / name).read_text("utf-8")
    assert "'" not in re.sub(r"/\*[\s\S]*?\*/", "", text)
