"""The checks in parts, each in an environment of its own: `nox -l` lists them."""

import nox

nox.options.sessions = ["tests", "docs", "lint"]
CONSTRAINTS = ["-c", "constraints.txt"]


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """All tests but those in a browser."""
    session.install(*CONSTRAINTS, "-e", ".[test]")
    session.run("python", "-m", "pytest", "-q", *session.posargs)


@nox.session(python=False)
def wheels(session: nox.Session) -> None:
    """The wheel on every Python that is found, and with the lowest versions that are declared."""
    session.run("bash", ".ci/wheels", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Programs in the pages, what programs make of them, and the site itself, in `site`."""
    session.install(*CONSTRAINTS, "-e", ".[docs]")
    session.run("python", "-m", "pytest", "-q", "tests/examples", "tests/test_reference.py")
    session.run("python", "docs/build_site.py", "site")


@nox.session
def lint(session: nox.Session) -> None:
    """Style and types."""
    session.install(*CONSTRAINTS, "-e", ".[test,browser,docs,jax]", "ruff", "mypy")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def bench(session: nox.Session) -> None:
    """Speed, as ratios against the peers in the same run."""
    session.install(*CONSTRAINTS, "-e", ".[test,bench]")
    session.run("python", "-m", "pytest", "-q", "-s", "-m", "bench", "tests/benchmarks")


@nox.session
def mutation(session: nox.Session) -> None:
    """Faults that are put into the source: each has to be found by some test."""
    session.install(*CONSTRAINTS, "-e", ".[test]")
    session.run("python", "tests/faults.py")
    session.run("python", "tests/mutation.py", "all")
