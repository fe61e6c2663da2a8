"""Scripts and style sheets without what browsers do not need: comments, line breaks, spaces."""

from __future__ import annotations

import re

_TEXT = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_INNER_TEMPLATE = r"`(?:\\.|[^`\\])*`"
_TEMPLATE = rf"`(?:\\.|\$\{{(?:[^`}}]|{_INNER_TEMPLATE})*\}}|[^`\\])*`"
# A slash divides where it follows a name, a number or a bracket that closes, and else opens one.
_PATTERN = r"(?<![\w)\]] )(?<![\w)\]])/(?![*/ ])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
_COMMENT = r"/\*[\s\S]*?\*/"
_SIGN = r"[\[\](){},;:?=<>&|!*]"

SCRIPT = re.compile(
    rf"(?P<kept>{_TEXT}|{_TEMPLATE}|{_PATTERN})|\s*(?://.*|{_COMMENT})"
    r"|(?<![\w.])(?P<const>const)(?= )|(?<![\w.])(?P<whole>\d+)\.0(?![\w.])"
    r"|(?<!async )(?<![\w)])\((?P<argument>\w+)\)(?= =>)"
    r"|(?<=[\w)\]]) (?P<operator>[-+/%]) (?=[\w(\[])"
    rf"|(?:[;,]\s*|\s+)(?=\}})|(?<=[\[({{,;])\s+|(?P<line>\n)\s*| +(?={_SIGN})|(?<={_SIGN}) +"
)
STYLE = re.compile(
    rf"(?P<kept>{_TEXT})|\s*{_COMMENT}|(?:;\s*|\s+)(?=\}})|(?<=[{{}},;])\s+|(?P<line>\n)\s*"
    r"| +(?=[{}>])|(?<=[}:>]) +"
)

# Lines each of which declares constants, so that one word is enough for all of them.
_DECLARED = r"const (?:(?!//).)*;"
_DECLARATIONS = re.compile(rf"^( *){_DECLARED}(?:\n\1{_DECLARED})+$", re.MULTILINE)


def squeezed(text: str, language: re.Pattern[str]) -> str:
    """A text in the language of `SCRIPT` or `STYLE`, as short as it can be with the same names.

    Strings, templates and regular expressions stay as they are, and a line break where it may end
    a statement. A template may stand within a template, but not a third within that; and no
    statement is empty, for a semicolon before a bracket that closes is left out.
    """

    if language is SCRIPT:
        text = _DECLARATIONS.sub(lambda lines: re.sub(r";\n *const ", ",\n", lines[0]), text)

    def kept(found: re.Match[str]) -> str:
        if found.lastgroup == "const":
            return "let"
        return found[found.lastgroup] if found.lastgroup else ""

    return language.sub(kept, text).strip()
