"""Events: what a sentence tells of who did what to whom, and how real it says that it is."""

from __future__ import annotations

from typing import Any

import pytest

from api.extraction import extract
from schemas.vocabulary import MODES_OF, Context, EventType, Modality

Fact = dict[str, Any]


def events(text: str) -> list[Fact]:
    """Read the events of a text published on a Tuesday."""
    sheet = extract({"publisher": "Example", "text": text, "published_at": {"edtf": "2023-05-16"}})
    found: list[Fact] = sheet["events"]
    return found


def only(text: str) -> Fact:
    """Read the one event of a text."""
    found = events(text)
    assert len(found) == 1, [each["title"] for each in found]
    return found[0]


def by_role(fact: Fact) -> dict[str, list[str]]:
    """Give the words that name those who take part, by role."""
    roles: dict[str, list[str]] = {}
    for part in fact["actors"]:
        roles.setdefault(part["role"], []).append(part["named_as"])
    return roles


TYPES = [
    ("Kenya and Uganda signed a trade agreement.", "support", []),
    ("Portugal agreed to send doctors to Mozambique.", "agree", []),
    ("Brazil offered to host the next round of talks.", "agree", []),
    ("Chile invited Peru to a meeting in June.", "agree", []),
    ("The Spanish foreign minister met the king of Morocco in Rabat.", "consult", []),
    ("The president of Ghana visited Togo on Monday.", "consult", ["visit"]),
    ("The Canadian prime minister telephoned the president of Mexico.", "consult", ["phone"]),
    ("Norway praised Sweden for its decision.", "support", []),
    ("Japan apologized to South Korea.", "concede", []),
    ("Serbia lifted the curfew.", "concede", []),
    ("Rwanda extradited two suspects to Belgium.", "cooperate", []),
    ("Denmark delivered 20 howitzers to Ukraine.", "aid", []),
    ("France granted asylum to three pilots from Iran.", "aid", []),
    ("Ethiopia withdrew its troops from Tigray.", "retreat", ["withdraw"]),
    ("The rebels freed 12 hostages on Sunday.", "retreat", ["release"]),
    ("India urged Nepal to reopen the border.", "request", ["yield"]),
    ("The opposition in Zambia demanded early elections.", "request", ["change"]),
    ("Turkey asked Germany for a loan.", "request", ["assist"]),
    ("Cuba refused to meet the envoy of the United States.", "reject", ["meet"]),
    ("Poland rejected the demand of Hungary.", "reject", ["yield"]),
    ("Colombia accused Venezuela of arming the rebels.", "accuse", ["allege"]),
    ("Amnesty International criticized Egypt.", "accuse", ["disapprove"]),
    ("North Korea threatened to attack Japan.", "threaten", ["violence"]),
    ("Saudi Arabia threatened to cut off aid to Lebanon.", "threaten", ["relations"]),
    ("Thousands of students marched through Santiago.", "protest", ["demo"]),
    ("Farmers blocked the roads to Brussels.", "protest", ["obstruct"]),
    ("Italy expelled two Russian diplomats.", "sanction", ["expel"]),
    ("Japan suspended aid to Myanmar.", "sanction", ["discontinue"]),
    ("Algeria sent two warships to the strait.", "mobilize", ["weapons"]),
    ("Greece deployed 4,000 soldiers on the island.", "mobilize", ["troops"]),
    ("The European Union imposed sanctions on Belarus.", "coerce", ["restrict"]),
    ("Police in Minsk arrested the opposition leader.", "coerce", ["arrest"]),
    ("The army declared martial law in the province.", "coerce", ["martial_law"]),
    ("Hackers from Iran attacked the hospital in Tirana.", "assault", []),
    ("Azerbaijan shelled two villages in Armenia.", "assault", ["heavy_weapons"]),
    ("Gunmen kidnapped four nuns in Nigeria.", "assault", ["abduct"]),
    ("The president of Chad spoke by telephone with the king of Jordan.", "consult", ["phone"]),
    ("Ghana sent a letter to Benin.", "consult", ["phone"]),
    ("Ireland recognized Estonia.", "support", []),
    ("Libya and Malta resumed trade.", "cooperate", []),
    ("Fiji and Samoa held joint naval exercises.", "cooperate", []),
    ("Poland announced a cease-fire.", "retreat", ["ceasefire"]),
    ("Students in Peru staged a sit-in.", "protest", ["demo"]),
    ("Guards in Libya raped two prisoners.", "assault", ["sexual"]),
    ("Kenya wants Uganda to open the border.", "request", ["yield"]),
    ("Gabon sent inspectors to Togo.", "accuse", ["investigate"]),
    ("Hungary barred observers from the court.", "reject", ["yield"]),
    ("Prisoners in Syria refused food.", "protest", ["hunger"]),
    ("Finland put its troops on high alert.", "mobilize", ["troops"]),
    ("Latvia walked out of talks with Belarus.", "sanction", ["withdraw"]),
    ("Austria sealed off the province of Tyrol.", "coerce", ["restrict"]),
    ("Hackers attacked a website of Denmark.", "coerce", ["cyber"]),
    ("Serb forces were engaged in ethnic cleansing against Albanians.", "assault", []),
]


@pytest.mark.parametrize("text, kind, modes", TYPES)
def test_a_verb_tells_the_type_and_the_mode(text: str, kind: str, modes: list[str]) -> None:
    fact = only(text)
    assert (fact["type"], fact["modes"]) == (kind, modes)


LIGHT = [
    ("Egypt and Sudan held talks in Cairo.", "consult"),
    ("Pakistan carried out an attack on a camp in Afghanistan.", "assault"),
    ("Turkey launched air strikes on villages in Syria.", "assault"),
    ("Israel and Hamas reached an agreement.", "agree"),
    ("The police in Lima launched a crackdown on protesters.", "coerce"),
    ("Austria opened an investigation into the bank.", "accuse"),
    ("Doctors in Kenya began a strike.", "protest"),
]


@pytest.mark.parametrize("text, kind", LIGHT)
def test_a_light_verb_takes_the_type_of_its_noun(text: str, kind: str) -> None:
    assert only(text)["type"] == kind


PARTS = [
    ("Denmark attacked Norway.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Norway was attacked by Denmark.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark’s invasion of Norway began.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Talks between Denmark and Norway began.", {"participant": ["Denmark", "Norway"]}),
    ("Denmark met with Norway and Iceland.", {"participant": ["Denmark", "Norway", "Iceland"]}),
    ("Denmark and Norway agreed to meet.", {"participant": ["Denmark", "Norway"]}),
    ("The prime minister of Iceland visited Norway.", {"host": ["Norway"]}),
    ("Denmark sent troops to Norway.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark called on Norway to withdraw.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark threatened to bomb Norway.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark said that Norway must leave Iceland.", {}),
    ("Iceland said that Denmark had attacked Norway.", {"attributed_to": ["Iceland"], "actor": ["Denmark"]}),
    ("Denmark said that it would help Norway.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Soldiers from Denmark killed three farmers.", {"recipient": ["three farmers"]}),
    ("Denmark supplied Norway with missiles.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark trained 200 Norwegian soldiers.", {"actor": ["Denmark"], "recipient": ["Norwegian soldiers"]}),
    ("Denmark extradited a banker to Norway.", {"participant": ["Denmark", "Norway"]}),
    ("Denmark recalled its ambassador from Norway.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark fired rockets at Norway.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark discussed the war in Mali with Norway.", {"participant": ["Denmark", "Norway"]}),
    ("Denmark rejected an offer from Norway for talks.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark will use force if Norway builds the dam.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark and Norway signed a treaty.", {"participant": ["Denmark", "Norway"]}),
    ("Danish and Norwegian soldiers exchanged fire.", {"participant": ["Danish", "Norwegian soldiers"]}),
    ("The king of Denmark received the president of Norway.", {}),
    ("Denmark said that Norway must respect the law.", {"actor": ["Denmark"], "recipient": ["Norway"]}),
    ("Denmark banned the newspaper of Norway for criticizing the war.", {"actor": ["Denmark"]}),
    ("A member of parliament, Ola Berg, criticized Norway.", {"actor": ["A member of parliament, Ola Berg"]}),
]


@pytest.mark.parametrize("text, expected", PARTS)
def test_the_sides_have_their_parts(text: str, expected: dict[str, list[str]]) -> None:
    found = [by_role(each) for each in events(text)]
    assert not expected or any(expected.items() <= each.items() for each in found), found


MODALITIES = [
    ("Denmark attacked Norway.", "actual"),
    ("Denmark has attacked Norway.", "actual"),
    ("Denmark is attacking Norway.", "ongoing"),
    ("Denmark began to attack Norway.", "ongoing"),
    ("Denmark will attack Norway.", "planned"),
    ("Denmark plans to attack Norway.", "planned"),
    ("Denmark could attack Norway.", "possible"),
    ("Denmark is likely to attack Norway.", "possible"),
    ("Denmark did not attack Norway.", "denied"),
    ("Denmark denied that it had attacked Norway.", "denied"),
    ("Denmark denied attacking Norway.", "denied"),
    ("Denmark has no plans to attack Norway.", "denied"),
    ("Iceland said that Denmark would attack Norway.", "planned"),
]


@pytest.mark.parametrize("text, expected", MODALITIES)
def test_the_words_around_an_act_tell_how_real_it_is(text: str, expected: str) -> None:
    fact = only(text)
    assert (fact["type"], fact["modality"]) == ("assault", expected)


HABITS = [
    ("Spain will send medicine to Morocco.", "agree"),
    ("Spain said it would not send medicine to Morocco.", "reject"),
    ("Spain announced that it would withdraw its soldiers from Mali.", "concede"),
    ("Spain is ready to help Morocco.", "agree"),
    ("Spain is ready to bomb Morocco.", "threaten"),
    ("Spain will bomb Morocco if it does not yield.", "threaten"),
    ("Spain said that Morocco must release the sailors.", "request"),
    ("Spain did not agree to the plan.", "reject"),
    ("Spain plans to share intelligence with Morocco.", "agree"),
    ("Spain would send doctors to Morocco if they were asked for.", "agree"),
    ("Spain warned that it would bomb Morocco.", "threaten"),
    ("Spain pledged $40 million in aid to Morocco.", "agree"),
]


@pytest.mark.parametrize("text, kind", HABITS)
def test_what_is_to_come_is_coded_by_the_habits_of_plover(text: str, kind: str) -> None:
    assert only(text)["type"] == kind


IDLE = [
    "The minister likes to fish.",
    "Germany won the match against France.",
    "The company sold more cars than last year.",
    "A storm hit the coast.",
    "We condemn this.",
    "Would Denmark attack Norway?",
    "If Denmark attacks Norway, nobody wins.",
    "The price of bread rose in Egypt.",
    "She visited her mother.",
    "The report offers a glimpse of life in Chad.",
    "Guests from Chad are welcome to stay.",
    "He said that he must rest.",
]


@pytest.mark.parametrize("text", IDLE)
def test_what_is_no_political_act_is_no_event(text: str) -> None:
    assert events(text) == []


def test_evidence_is_the_clause_and_stands_in_the_text() -> None:
    text = "The weather was fine, but Denmark attacked Norway on Monday, which surprised nobody in Iceland."
    fact = only(text)
    assert [each["exact"] for each in fact["evidence"]] == ["Denmark attacked Norway on Monday"]
    assert all(text[each["start"] :].startswith(each["exact"]) for each in fact["evidence"])


def test_what_is_only_asked_for_is_no_event_of_its_own() -> None:
    assert [each["type"] for each in events("Norway urged Denmark to free the prisoners.")] == ["request"]


def test_two_verbs_tell_two_events_of_one_subject() -> None:
    found = events("Denmark invaded and annexed Iceland.")
    assert [(each["type"], by_role(each)) for each in found] == [
        ("assault", {"actor": ["Denmark"], "recipient": ["Iceland"]}),
        ("coerce", {"actor": ["Denmark"], "recipient": ["Iceland"]}),
    ]


def test_a_mention_in_passing_is_not_told_again() -> None:
    found = events("Denmark attacked Norway in May. Since Denmark’s attack on Norway, prices have risen.")
    assert [each["title"] for each in found] == ["Denmark attacked Norway in May"]


def test_the_title_names_who_is_meant_and_is_not_cut_within_a_word() -> None:
    assert only("Denmark’s invasion of Norway began in May.")["title"] == "Denmark attacked Norway"
    long = "Denmark condemned " + ", ".join(f"the ministers of state number {each}" for each in range(40)) + "."
    title = events(long)[0]["title"]
    assert len(title) <= 162
    assert title.removesuffix(" …").split()[-1].strip(",") in long.replace(",", "").split()


def test_a_date_of_the_clause_belongs_to_the_event() -> None:
    assert only("Denmark attacked Norway on Monday.")["date"] == {"edtf": "2023-05-15", "text": "Monday"}


DATED = [
    ("On Monday Denmark attacked Norway.", "2023-05-15"),
    ("Denmark’s siege of Oslo began on Monday.", "2023-05-15"),
    ("Denmark struck the port of Oslo on Monday, killing ten sailors.", "2023-05-15"),
    ("Iceland said on Monday that Denmark had attacked Norway.", None),
    ("On Monday, Iceland said that Denmark had attacked Norway.", None),
    ("Denmark attacked Norway with guns built in 1987.", None),
    ("Denmark arrested ten men who had fled in 2014.", None),
    ("Denmark will attack Norway after 2030.", None),
]


@pytest.mark.parametrize("text, expected", DATED)
def test_a_date_of_something_else_is_not_that_of_the_event(text: str, expected: str | None) -> None:
    dates = {(each["date"] or {}).get("edtf") for each in events(text) if each["type"] in ("assault", "coerce")}
    assert dates == {expected}


TITLES = [
    ("Denmark said it was reducing its aid to Norway.", "Denmark was reducing its aid to Norway"),
    ("Last week, Denmark attacked Norway.", "Denmark attacked Norway"),
    ("We met Ola Berg, who was arrested in Oslo.", "Ola Berg was arrested in Oslo"),
    ("When Denmark invaded Norway, Iceland slept.", "Denmark invaded Norway"),
    ("The Danes fled after they had attacked Norway.", ""),
]


@pytest.mark.parametrize("text, expected", TITLES)
def test_a_title_begins_with_who_it_is_about(text: str, expected: str) -> None:
    titles = [each["title"] for each in events(text)]
    assert expected in titles if expected else not any(each.startswith("When") for each in titles)


def test_the_title_does_not_take_people_for_their_country() -> None:
    found = events("Americans captured in Mali were released by Niger.")
    assert [each["title"].split()[0] for each in found] == ["Americans", "Americans"]


def test_a_sentence_without_a_verb_is_read_too() -> None:
    assert only("On Monday, an attack by Denmark on Norway.")["date"] == {"edtf": "2023-05-15", "text": "Monday"}


def test_nobody_who_did_it_denies_it() -> None:
    assert only("No soldier of Denmark was killed on Monday.")["modality"] == "denied"


def test_every_value_is_a_word_of_the_vocabulary() -> None:
    for text, _, _ in TYPES:
        for fact in events(text):
            kind = EventType(fact["type"])
            assert set(fact["modes"]) <= {each.value for each in MODES_OF[kind]}
            assert set(fact["contexts"]) <= {each.value for each in Context}
            assert fact["modality"] in {each.value for each in Modality}


def test_contexts_follow_from_the_words() -> None:
    assert "economic" in only("Japan imposed tariffs and trade sanctions on Canada.")["contexts"]
    assert "military" in only("Greece deployed 4,000 soldiers on the island.")["contexts"]
