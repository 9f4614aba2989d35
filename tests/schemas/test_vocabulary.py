"""The vocabularies are those of the design, complete, and every value says what it means."""

from __future__ import annotations

import inspect
from itertools import chain
from typing import Any

import pytest
from flask.testing import FlaskClient

from schemas import counts, fact_sheet, page, query, vocabulary
from schemas.base import Term
from schemas.vocabulary import MODES_OF, QUAD_OF, VOCABULARIES, Context, EventType, Mode, ProposalCategory, Quad, Sector

#: Every vocabulary that is public: the nouns' own, and those of parameters and answers.
PUBLIC = sorted(
    {
        member
        for module in (vocabulary, counts, fact_sheet, page, query)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Term) and member is not Term
    },
    key=lambda each: each.__name__,
)

#: PLOVER, February 2024: the types of each quad with their modes.
PLOVER = {
    "verbal_cooperation": {
        "agree": "",
        "consult": "visit third_party multilateral phone",
        "support": "",
        "concede": "",
    },
    "material_cooperation": {
        "cooperate": "",
        "aid": "",
        "retreat": "withdraw release disarm ceasefire access resign",
    },
    "verbal_conflict": {
        "request": "assist change yield meet",
        "reject": "assist change yield meet",
        "accuse": "disapprove investigate allege",
        "threaten": "restrict arrest relations expel territory violence",
    },
    "material_conflict": {
        "protest": "demo riot strike hunger boycott obstruct vandalize",
        "sanction": "convict expel withdraw discontinue",
        "mobilize": "troops weapons police militia",
        "coerce": "seize restrict censor curfew martial_law arrest deport withhold misinformation cyber",
        "assault": "abduct beat torture sexual targeted destroy primitive firearms explosives suicide_attack aerial "
        "drone heavy_weapons crowd_control unconventional",
    },
}
CONTEXTS = (
    "military intelligence executive legislative election political_institutions pro_democracy pro_autocracy economic "
    "legal reparations human_rights rights_freedoms repression human_security gender lgbt religion_ethnicity "
    "inequality diplomatic territory peacekeeping health asylum migration disasters natural_resource environment "
    "technology terrorism cbrn cyber misinformation crime corruption illegal_drugs trafficking"
)
CATEGORIES = (
    "arms_control hotline military_transparency troop_deployment force_withdrawal weapons_limit arms_transfer "
    "membership talks sanctions security_guarantee evacuation ceasefire humanitarian economic other"
)
SECTORS = "GOV MIL LEG JUD IGO NGO MED BUS CVL OPP REB COP SPY UAF EDU LAB REL"
#: The enumerations of design 1.
FIELDS = {
    "fact_kinds": "event proposal statement",
    "modalities": "actual ongoing planned possible denied",
    "proposal_statuses": "floated tabled accepted partly_accepted rejected withdrawn under_way done",
    "attributions": "direct indirect mixed unattributed",
    "stances": "assert deny warn promise demand praise criticize hope ask",
    "roles": "actor recipient participant host proposer addressee speaker attributed_to mentioned",
    "actor_kinds": "country person organization group",
    "quantity_qualifiers": "exact about at_least at_most estimated",
    "relation_types": "responds_to part_of follows corroborates contradicts differs_in_scope supersedes",
    "review_statuses": "pending approved rejected",
}


def values(terms: type[Term]) -> list[str]:
    return [term.value for term in terms]


@pytest.mark.parametrize("terms", PUBLIC, ids=lambda terms: terms.__name__)
def test_every_value_is_a_word_with_a_definition_of_one_line(terms: type[Term]) -> None:
    assert terms.__doc__
    assert terms.__doc__ != Term.__doc__
    assert len(values(terms)) == len(set(values(terms)))
    for term in terms:
        assert term.definition.strip() == term.definition
        assert term.definition
        assert "\n" not in term.definition
        assert not term.definition.endswith(".")


@pytest.mark.parametrize(
    "terms", [each for each in PUBLIC if not each.__name__.endswith("Field")], ids=lambda terms: terms.__name__
)
def test_no_two_values_mean_the_same(terms: type[Term]) -> None:
    definitions = [term.definition for term in terms]
    assert len(definitions) == len(set(definitions))


def test_types_modes_and_quads_are_those_of_plover() -> None:
    coded = {
        quad: {
            kind.value: " ".join(mode.value for mode in MODES_OF[kind]) for kind in EventType if QUAD_OF[kind] == quad
        }
        for quad in values(Quad)
    }
    assert coded == PLOVER


def test_every_type_has_its_quad_and_its_modes_and_every_mode_a_type() -> None:
    assert set(QUAD_OF) == set(MODES_OF) == set(EventType)
    assert set(chain.from_iterable(MODES_OF.values())) == set(Mode)


@pytest.mark.parametrize(
    "terms, wanted", [(Context, CONTEXTS), (ProposalCategory, CATEGORIES), (Sector, SECTORS)], ids=lambda each: None
)
def test_the_other_codes_are_those_of_the_design(terms: type[Term], wanted: str) -> None:
    assert " ".join(values(terms)) == wanted


@pytest.mark.parametrize("name, wanted", FIELDS.items())
def test_the_words_of_the_fields_are_those_of_the_design(name: str, wanted: str) -> None:
    assert values(VOCABULARIES[name]) == wanted.split()


def test_every_vocabulary_of_the_nouns_is_listed() -> None:
    here = {each for each in PUBLIC if each.__module__ == vocabulary.__name__}
    assert set(VOCABULARIES.values()) == here


def test_every_vocabulary_is_served_with_every_definition(client: FlaskClient) -> None:
    served: list[Any] = client.get("/v1/vocabularies").json["items"]
    assert [each["name"] for each in served] == list(VOCABULARIES)
    for each in served:
        assert each["description"]
        terms = VOCABULARIES[each["name"]]
        assert [(term["value"], term["definition"]) for term in each["terms"]] == [
            (term.value, term.definition) for term in terms
        ]
        assert client.get(f"/v1/vocabularies/{each['name']}").json == each


def test_a_word_is_its_value_wherever_text_is_expected() -> None:
    assert str(EventType.AID) == f"{EventType.AID}" == "aid"
    assert EventType.of("aid") is EventType.AID
    with pytest.raises(KeyError):
        EventType.of("Aid")
