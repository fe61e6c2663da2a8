"""Formulas as MathML, for pages: what our LaTeX says, in the language that browsers know."""

from __future__ import annotations

import re
from html import escape

_TOKEN = re.compile(
    r"\0[^\0]*\0"  # a place to be filled
    r"|\\(?:text|operatorname|begin|end)\{[^}]*\}|\\[a-zA-Z]+|\\\\"  # a command
    r"|[0-9.]+|[a-zA-Z]+|\s+|.",
    re.DOTALL,
)
_SIGNS = {"-": "−", "'": "′", r"\cdot": "·", r"\bmod": "mod", r"\le": "≤", r"\ge": "≥"}
_LETTERS = {r"\sigma": "σ", r"\pi": "π", r"\infty": "∞"}
_FENCES = {r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉"}
_ROOMY = {",", "<", ">", "≤", "≥", "("}  # after these a negative number needs no parentheses
_APPLY = "<mo>&#x2061;</mo>"  # of a function to what follows
_TALL = re.compile("<m(frac|sqrt|table)>")  # what parentheses grow with
_SPACE = '<mspace width="0.2em"/>'


def mathml(latex: str) -> str:
    r"""The inside of a `math` element that says what the LaTeX says.

    It knows the LaTeX that `writing.latex` writes. What stands between two zero characters is a
    place to be filled: it becomes `{…}`, or `{…!}` where a negative number needs parentheses.

    >>> mathml(r"1 - y^{2}")
    '<mn>1</mn><mo>−</mo><msup><mi>y</mi><mn>2</mn></msup>'
    """
    return "".join(_Reader(latex).row())


class _Reader:
    """Reads LaTeX from left to right; each method takes what it is named after."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = [x for x in _TOKEN.findall(latex) if not x.isspace()]
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def row(self) -> list[str]:
        """Items up to where the group around them ends."""
        items: list[str] = []
        is_roomy = True
        while self.peek() not in ("", "}", "&", r"\\", r"\right", r"\end{cases}"):
            sign = _SIGNS.get(self.peek(), self.peek())
            if items[-1:] == [_APPLY] and sign != r"\left":
                items.append(_SPACE)
            items += self.raised(self.item(is_roomy))
            is_roomy = sign in _ROOMY
        return items

    def raised(self, items: list[str]) -> list[str]:
        """The items, the last with the index or the exponent that follows it."""
        for mark, element in (("_", "msub"), ("^", "msup")):
            if self.peek() == mark:
                self.take()
                script = _one(self.item(True))
                at = -2 if items[-1] == _APPLY else -1  # \log_{2}: it is the name that has it
                base = re.sub(r"^\{(\w+)\}$", r"{\1!}", items[at])
                if mark == "_" or script != "<mn>1</mn>":
                    items[at] = f"<{element}>{base}{script}</{element}>"
        return items

    def item(self, is_roomy: bool) -> list[str]:
        token = self.take()
        if token.startswith("\0"):
            return [f"{{{token.strip(chr(0))}{'' if is_roomy else '!'}}}"]
        if token == "{":
            return self.group()
        if token == r"\frac":
            return [f"<mfrac>{_one(self.item(True))}{_one(self.item(True))}</mfrac>"]
        if token == r"\sqrt":
            return [f"<msqrt>{_one(self.item(True))}</msqrt>"]
        if token == r"\left":
            return self.enclosed()
        if token == r"\begin{cases}":
            return [self.cases()]
        command, _, words = token.partition("{")
        words = escape(words.removesuffix("}").replace(" ", "\xa0"))
        if command == r"\text":
            return [f"<mtext>{words}</mtext>"]
        if command == r"\operatorname":
            return [f"<mi>{words}</mi>", _APPLY]
        return self.symbol(token)

    def symbol(self, token: str) -> list[str]:
        if token in _LETTERS or token.isalpha():
            applied = [_APPLY] if self.peek() == r"\left" else []
            return [f"<mi>{_LETTERS.get(token, token)}</mi>", *applied]
        if token[0].isdigit():
            return [f"<mn>{token}</mn>"]
        if token.startswith("\\") and token not in _SIGNS:  # \log, \sin and the like
            return [f"<mi>{token[1:]}</mi>", _APPLY]
        return [f"<mo>{escape(_SIGNS.get(token, token))}</mo>"]

    def group(self) -> list[str]:
        items = self.row()
        self.take()
        return items

    def enclosed(self) -> list[str]:
        """What stands between \\left and \\right, with its parentheses or bars."""
        left = self.fence()
        items = self.row()
        self.take()
        right = self.fence()
        inside = "".join(items)
        mo = "<mo>" if _TALL.search(inside) else '<mo stretchy="false">'
        return [f"<mrow>{mo}{left}</mo>{inside}{mo}{right}</mo></mrow>"]

    def fence(self) -> str:
        token = self.take()
        return _FENCES.get(token, token)

    def cases(self) -> str:
        rows = []
        while self.peek() != r"\end{cases}":
            value = "".join(self.row())
            self.take()
            condition = "".join(self.row())
            rows.append(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>")
            if self.peek() == r"\\":
                self.take()
        self.take()
        return f"<mrow><mo>{{</mo><mtable>{''.join(rows)}</mtable></mrow>"


def _one(items: list[str]) -> str:
    """One element of several."""
    return items[0] if len(items) == 1 else f"<mrow>{''.join(items)}</mrow>"
