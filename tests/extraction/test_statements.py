"""Statements as they are drafted: a text in; who said it, how, and the words said, out."""

from __future__ import annotations

from typing import Any

import pytest

from api.extraction import extract

Said = tuple[str | None, str | None, str]


def read(text: str) -> list[dict[str, Any]]:
    """Give the statements of a text, as in a fact sheet."""
    article = {"id": "a", "publisher": "Example", "text": text, "published_at": {"edtf": "2022-03-09"}}
    statements: list[dict[str, Any]] = extract(article)["statements"]
    for each in statements:
        for span in each["evidence"]:
            assert text[span["start"] :].startswith(span["exact"])
    return statements


def said(text: str) -> list[Said]:
    """Give who said what in a text: the speaker's wording, the cue, and the words said, joined by " ... "."""
    return [(named(each), each["cue"], " ... ".join(span["exact"] for span in each["evidence"])) for each in read(text)]


def named(statement: dict[str, Any], role: str = "speaker") -> str | None:
    """Give the words that name those who have a role."""
    return " + ".join(each["named_as"] for each in statement["actors"] if each["role"] == role) or None


@pytest.mark.parametrize(
    "text, expected",
    [
        # indirect
        ("The minister said that the bridge was unsafe.", ("The minister", "said", "the bridge was unsafe")),
        ("Jansen said the bridge was unsafe.", ("Jansen", "said", "the bridge was unsafe")),
        ("The bridge was unsafe, Jansen said.", ("Jansen", "said", "The bridge was unsafe")),
        ("The bridge was unsafe, said Maria Jansen.", ("Maria Jansen", "said", "The bridge was unsafe")),
        ("The bridge, Jansen said on Monday, was unsafe.", ("Jansen", "said", "The bridge ... was unsafe")),
        ("According to the police, two men fled.", ("the police", "According", "two men fled")),
        ("Two men fled, according to the police.", ("the police", "according", "Two men fled")),
        ("The report said the dam had leaked.", ("The report", "said", "the dam had leaked")),
        ("The survey shows that voters are tired.", ("The survey", "shows", "voters are tired")),
        ("Its warning that prices would rise was ignored.", ("Its", "warning", "prices would rise")),
        ("Brussels rejected the claim that it had paid.", ("Brussels", "rejected", "it had paid")),
        ("Residents believe that the plant is safe.", ("Residents", "believe", "the plant is safe")),
        ("They are confident that the vote will pass.", ("They", "confident", "the vote will pass")),
        ("The union threatened to strike.", ("The union", "threatened", "to strike")),
        ("The union called for higher wages.", ("The union", "called", "higher wages")),
        ("The judge criticized the police for the delay.", ("The judge", "criticized", "the police for the delay")),
        (
            "The pay is good, but it was not enough, Jansen said.",
            ("Jansen", "said", "The pay is good, but it was not enough"),
        ),
        ("The bridge is old, Jansen told the council.", ("Jansen", "told", "The bridge is old")),
        ("Jansen, 60, a doctor, said he was ill.", ("Jansen", "said", "he was ill")),
        ("The dam leaked, according to a report by the council.", ("the council", "according", "The dam leaked")),
        ("The council issued a statement that said the dam leaked.", ("The council", "said", "the dam leaked")),
        ("Voters were reminded of the leak by the mayor.", ("the mayor", "reminded", "the leak")),
        ("Jansen reminded voters of the leak.", ("Jansen", "reminded", "the leak")),
        ("Polls show that voters are tired.", ("Polls", "show", "voters are tired")),
        ("Jansen made it clear that he would stay.", ("Jansen", "clear", "he would stay")),
        ("Her answer was that the bridge was safe.", ("Her", "answer", "the bridge was safe")),
        ("Jansen compared the bridge to a ruin.", ("Jansen", "compared", "the bridge to a ruin")),
        ("Residents see the vote as a test.", ("Residents", "see", "the vote as a test")),
        # thought, wanted, felt
        ("Jansen is convinced that the bridge is safe.", ("Jansen", "convinced", "the bridge is safe")),
        ("Residents oppose building a bridge.", ("Residents", "oppose", "building a bridge")),
        ("The mayor backed the plan.", ("The mayor", "backed", "the plan")),
        ("They are willing to pay for it.", ("They", "willing", "to pay for it")),
        ("Jansen expressed outrage that the bridge was closed.", ("Jansen", "outrage", "the bridge was closed")),
        ("The mayor's support for the plan cost her votes.", ("The mayor", "support", "the plan")),
        ("After months of refusing to pay, Jansen resigned.", ("Jansen", "refusing", "to pay")),
        ("The company is said to have known of it.", (None, "said", "The company ... to have known of it")),
        # direct
        ('"They lied," Jansen griped.', ("Jansen", "griped", "They lied")),
        ('According to the mayor: "The bridge has to go."', ("the mayor", None, "The bridge has to go.")),
        (
            '"It is safe," tweeted council spokesman Piet Jan Jansen.',
            ("council spokesman Piet Jan Jansen", "tweeted", "It is safe"),
        ),
        ('"We will rebuild it," Jansen said.', ("Jansen", "said", "We will rebuild it")),
        ('"We will rebuild it," said Jansen.', ("Jansen", "said", "We will rebuild it")),
        ('Jansen said: "We will rebuild it."', ("Jansen", "said", "We will rebuild it.")),
        ("“Why now?” the mayor asked.", ("the mayor", "asked", "Why now?")),
        ("''We will rebuild it,'' Jansen said.", ("Jansen", "said", "We will rebuild it")),
        ("‘We will rebuild it,’ Jansen said.", ("Jansen", "said", "We will rebuild it")),
        (
            '"We will rebuild it," Jansen said. "It takes a year."',
            ("Jansen", "said", "We will rebuild it ... It takes a year."),
        ),
        ('"We will," Jansen said, "rebuild it."', ("Jansen", "said", "We will ... rebuild it.")),
        # mixed
        (
            "Jansen said the bridge was “a danger to everyone.”",
            ("Jansen", "said", "the bridge was “a danger to everyone.”"),
        ),
        ("Jansen called the bridge “a disgrace.”", ("Jansen", "called", "the bridge “a disgrace.”")),
        # nobody is named
        ("It was reported that the bridge was unsafe.", (None, "reported", "the bridge was unsafe")),
        ("The mayor was accused of lying.", (None, "accused", "The mayor ... lying")),
    ],
)
def test_who_said_what(text: str, expected: Said) -> None:
    assert said(text) == [expected]


def test_quotation_of_several_paragraphs_is_one_statement() -> None:
    text = '"The bridge is old," Jansen said. "It was built in haste.\n\n"It has to go."\n\nTraffic was light.'
    assert said(text) == [("Jansen", "said", "The bridge is old ... It was built in haste. ... It has to go.")]


def test_quotation_after_a_colon_and_a_new_line() -> None:
    assert said('The mayor wrote to the council:\n\n"The bridge has to go."') == [
        ("The mayor", "wrote", "The bridge has to go.")
    ]


def test_quotation_that_nobody_owns_has_no_speaker() -> None:
    (statement,) = read('Traffic was light on Monday.\n\n"The bridge has to go by summer."')
    assert named(statement) is None
    assert (statement["attribution"], statement["cue"]) == ("unattributed", None)
    assert statement["review"]["confidence"] < 0.5


def test_paragraph_that_is_a_quotation_goes_on_with_the_speaker_before_it() -> None:
    before = '"We will rebuild it," said Petra Jansen, the mayor.'
    first, second = read(f'{before}\n\n"It takes a year and a lot of money."')
    assert (named(second), second["cue"], second["attribution"]) == ("Petra Jansen", None, "direct")
    assert second["review"]["confidence"] < first["review"]["confidence"]


@pytest.mark.parametrize(
    "before",
    [
        '"We will rebuild it," said Petra Jansen. Paul Visser disagreed.',
        '"We will rebuild it," said Petra Jansen. "With what?" asked Paul Visser.',
        "Petra Jansen said it would be rebuilt.",
    ],
)
def test_paragraph_that_is_a_quotation_of_nobody_knows_whom(before: str) -> None:
    assert named(read(f'{before}\n\n"It takes a year and a lot of money."')[-1]) is None


def test_he_who_goes_on_is_not_somebody_whom_he_named() -> None:
    text = (
        "Vladimir Putin spoke on Monday. He was calm.\n\n"
        "“This is an attack by Putin,” the beekeeper said. “Even if prices rise, we will help,” he added."
    )
    assert [
        [(actor["actor"], actor["named_as"]) for actor in each["actors"] if actor["role"] == "speaker"]
        for each in read(text)
    ] == [[(None, "the beekeeper")], [(None, "he")]]


def test_others_who_are_contrasted_have_statements_of_their_own() -> None:
    assert said("Jansen said the bridge was old, while Visser said it was new.") == [
        ("Jansen", "said", "the bridge was old"),
        ("Visser", "said", "it was new"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Jansen faced criticism for the delay.",
        "The minister spoke on condition of anonymity.",
        "Jansen spoke on Monday.",
        "You support the plan.",
        "The army attacked the village.",
    ],
)
def test_no_statement(text: str) -> None:
    assert said(text) == []


def test_words_in_quotation_marks_are_no_statement() -> None:
    assert said('The so-called "bridge tax" is paid by drivers.') == []


def test_what_is_said_within_a_statement_is_no_other() -> None:
    assert said("Jansen said that experts believe the bridge is safe.") == [
        ("Jansen", "said", "experts believe the bridge is safe")
    ]


def test_what_was_not_said_is_no_statement() -> None:
    assert said("Jansen did not say that the bridge was safe.") == []


@pytest.mark.parametrize(
    "text, attribution, stance",
    [
        ("Jansen said that the bridge was safe.", "indirect", "assert"),
        ("Jansen denied that the bridge was safe.", "indirect", "deny"),
        ("Jansen does not believe that the bridge is safe.", "indirect", "deny"),
        ("Jansen warned that the bridge might fall.", "indirect", "warn"),
        ("Jansen promised to rebuild the bridge.", "indirect", "promise"),
        ("Jansen demanded that the bridge be closed.", "indirect", "demand"),
        ("Jansen praised the engineers for their work.", "indirect", "praise"),
        ("Jansen criticized the engineers for their work.", "indirect", "criticize"),
        ("Jansen hoped that the bridge would last.", "indirect", "hope"),
        ("Jansen asked whether the bridge would last.", "indirect", "ask"),
        ('"The bridge is safe," Jansen said.', "direct", "assert"),
        ('Jansen said the bridge was "perfectly safe" by now.', "mixed", "assert"),
        ("It was reported that the bridge was safe.", "unattributed", "assert"),
    ],
)
def test_how_it_was_said(text: str, attribution: str, stance: str) -> None:
    (statement,) = read(text)
    assert (statement["attribution"], statement["stance"]) == (attribution, stance)


def test_several_speakers() -> None:
    (statement,) = read("France and Germany said that the treaty would be signed.")
    assert [(each["actor"], each["named_as"]) for each in statement["actors"] if each["role"] == "speaker"] == [
        ("france", "France"),
        ("germany", "Germany"),
    ]


def test_whom_it_was_told_and_when() -> None:
    (statement,) = read("Jansen told reporters on Monday that Germany would help.")
    assert named(statement) == "Jansen"
    assert named(statement, "addressee") == "reporters"
    assert named(statement, "mentioned") == "Germany"
    assert statement["date"] == {"edtf": "2022-03-07", "text": "Monday"}


def test_label_that_names_a_known_actor() -> None:
    statements = read("Jansen: Bridge Will Be Rebuilt\n\nPetra Jansen, the mayor, opened the session.")
    assert [(named(each), each["evidence"][0]["exact"]) for each in statements] == [
        ("Jansen", "Bridge Will Be Rebuilt")
    ]


@pytest.mark.parametrize(
    "text, title",
    [
        ("The mayor warned that the bridge might fall.", "The mayor warned that the bridge might fall"),
        ('"It is safe," Petra Jansen said.', "Petra Jansen said: It is safe"),
        ("The union threatened to strike.", "The union threatened to strike"),
        ("Jansen asked whether it was safe.", "Jansen asked: whether it was safe"),
        ("The mayor fears that it might fall.", "The mayor feared that it might fall"),
        ("The mayor plans to close it.", "The mayor wanted to close it"),
        ("Residents opposed building it.", "Residents criticized building it"),
        ("The mayor backed the plan.", "The mayor supported the plan"),
        ("Her answer was that it was safe.", "she said that it was safe"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert [each["title"] for each in read(text)] == [title]


def test_label_that_is_a_document() -> None:
    assert said("Poll: Voters Tired Of Bridges\n\nThe session was short.") == [
        ("Poll", None, "Voters Tired Of Bridges")
    ]


def test_long_title_ends_with_a_whole_word() -> None:
    (statement,) = read(f"The mayor said that {'many ' * 200}bridges are old.")
    assert statement["title"].endswith(" many...")
    assert len(statement["title"]) < 300


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '" said Jansen',
        '"" Jansen said. """',
        "“”“” said ”“ ‘’ «",
        "''''''",
        "Jansen said, \"'It's \u201cdone,\" '' he added\u201d.",
        '"It is, said Jansen. “It was," he "said.',
        "Jansen said that",
        ": \u201c said",
        "He said: " * 50,
        '"Yes." ' * 200,
    ],
)
def test_odd_quotation_marks_are_survived(text: str) -> None:
    assert all(1 <= len(each["evidence"]) <= 50 for each in read(text))
