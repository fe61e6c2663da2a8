"""A program in JavaScript in a page whose policy forbids `eval`, and allows one script only."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import numpy as np

from microgradnn import losses, nn
from microgradnn.compiler import compile

from .conftest import until


def test_a_page_trains_a_network(browser: Any) -> None:
    model = nn.MLP(2, [8, 1], activation="tanh", rng=0)
    program = compile(model, losses.hinge_loss)
    rng = np.random.default_rng(0)
    X = np.c_[rng.standard_normal((50, 2)), np.sign(rng.standard_normal((50, 1)))]
    theta = program.read_params()
    script = program.to_javascript() + (
        f"const X = Float64Array.from({X.ravel().tolist()});\n"
        f"let theta = Float64Array.from({theta.tolist()});\n"
        "window.losses = Array.from({ length: 30 }, () => {\n"
        "  const { mean, gradient } = valueAndGrad(X, theta);\n"
        "  theta = theta.map((x, k) => x - 0.1 * gradient[k]);\n"
        "  return mean;\n"
        "});\n"
    )
    code = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{code}'"
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_content(
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<script type="module">{script}</script>'
    )
    until(page, "window.losses")
    wanted = []
    for _ in range(30):
        mean, gradient = program.value_and_grad(X, theta)
        theta = theta - 0.1 * gradient
        wanted.append(mean)
    np.testing.assert_allclose(page.evaluate("window.losses"), wanted, rtol=1e-10)
    page.close()
    assert complaints == []
