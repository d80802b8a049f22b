from __future__ import annotations

from html.parser import HTMLParser

import pytest

from mixsuite.config.manifest import Manifest
from mixsuite.reporting.description import Row, Run
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.scorecard import (
    CLAIM,
    CLAIM_OF_STAND_IN,
    DOUBTFUL_VALUE,
    PRINTED_VALUE,
    build_scorecard,
    count_verdicts,
)
from mixsuite.reporting.scorecard_html import scorecard_html
from mixsuite.reporting.scorecard_markdown import scorecard_markdown
from mixsuite.reporting.verdicts import VERDICTS

EVIL = "<script>alert('x')</script> & | \"quoted\""


def claim(identity: str, stand_in: bool, *pair: str) -> dict:
    test = {"kind": "lower", "metric": "top1_error", "pairs": [pair]} if pair else None
    return {"id": identity, "text": identity, "where": "p. 1", "test": test, "stand_in": stand_in}


def manifest(**changes) -> Manifest:
    rows = [
        {"id": "vanilla", "label": "Vanilla", "block": "CIFAR-100", "printed": {"top1_error": "19.9"}},
        {
            "id": "dcutmix",
            "label": "DCutMix",
            "block": "CIFAR-100",
            "origin": "copied",
            "source": "another paper",
            "printed": {"top1_error": "16.9", "parameters": {"text": "1.7", "approximate": True}},
        },
        {"id": "never", "label": EVIL, "printed": {"top1_error": {"text": "1.0", "recalled": True}}},
    ]
    built = {
        "title": "T",
        "where": "Table 1",
        "kind": "table",
        "step": "tabulate_classification",
        "rows": rows,
        "claims": [claim("tested", True, "dcutmix", "vanilla"), claim("not-by-stand-ins", False, "dcutmix", "vanilla")],
    }
    absent = {
        "title": "A figure",
        "where": "Fig. 9",
        "kind": "figure",
        "rows": [{"id": "curve", "label": "Curve", "printed": {"loss": "0.79"}}],
        "claims": [claim("untested", True)],
    }
    artefacts = {"table1": built, "fig9": absent}
    return Manifest(key="jeong2021", title="P", authors="A", venue="V", artefacts=artefacts | changes)


def measured(stand_in: bool = False, seeds: int = 3):
    errors = {"vanilla": [20.0, 19.8, 19.9], "dcutmix": [17.0, 17.0, 16.6]}
    lines = []
    for row, values in errors.items():
        for seed, value in enumerate(values[:seeds]):
            shown = Row(id=row, label=row, stand_in=stand_in)
            found = {"best_top1_error": value, "top1_error": value + 0.5, "parameters": 1.7253}
            lines += measure("jeong2021_table1", shown, Run(seed, f"{row}{seed}"), found)
    return measurement_table(lines)


def verdicts(scorecard) -> dict[str, str]:
    return {f"{line.what}: {line.metric}": line.verdict for line in scorecard.itertuples()}


def test_a_line_per_printed_value_and_per_claim():
    scorecard = build_scorecard([manifest()], measured())
    assert scorecard["kind"].value_counts().to_dict() == {PRINTED_VALUE: 5, CLAIM: 3}
    assert set(scorecard["verdict"]) <= set(VERDICTS)
    assert scorecard["reason"].str.len().min() > 0


def test_verdicts_of_the_real_thing():
    found = verdicts(build_scorecard([manifest()], measured()))
    assert found["CIFAR-100, Vanilla: Top-1 error"] == "reproduced"
    assert found["CIFAR-100, DCutMix: Top-1 error"] == "reproduced"
    assert found["CIFAR-100, DCutMix: Parameters"] == "reproduced"
    assert found[f"{EVIL}: Top-1 error"] == found["Curve: Loss"] == "not run"
    assert found["tested: Top-1 error"] == found["not-by-stand-ins: Top-1 error"] == "reproduced"
    assert found["untested: "] == "not run"


def test_the_best_epoch_is_what_is_compared():
    line = build_scorecard([manifest()], measured()).iloc[0]
    assert (line["rebuilt_mean"], line["seeds"]) == (pytest.approx(19.9), 3)


def test_no_number_of_a_stand_in_is_compared():
    scorecard = build_scorecard([manifest()], measured(stand_in=True))
    values = scorecard[scorecard["kind"] == PRINTED_VALUE]
    assert set(values["verdict"]) == {"stand-in", "not run"}
    found = verdicts(scorecard)
    assert found["tested: Top-1 error"] == "reproduced"
    assert found["not-by-stand-ins: Top-1 error"] == "stand-in"


def test_two_seeds_are_too_few():
    found = verdicts(build_scorecard([manifest()], measured(seeds=2)))
    assert found["CIFAR-100, DCutMix: Top-1 error"] == found["tested: Top-1 error"] == "too few seeds"


def test_what_is_not_built_says_so():
    scorecard = build_scorecard([manifest()], measured())
    absent = scorecard[scorecard["artefact"] == "jeong2021_fig9"]
    assert set(absent["reason"]) == {"this version does not build the artefact"}


def test_nothing_measured_leaves_everything_not_run():
    assert set(build_scorecard([manifest()], measurement_table([]))["verdict"]) == {"not run"}


def test_origin_says_what_is_doubtful():
    origins = build_scorecard([manifest()], measured())["origin"].tolist()
    assert origins[1] == "copied from another paper"
    assert origins[2] == "copied from another paper; read off by eye"
    assert origins[3] == "own; recalled, unverified"


def test_inferred_values_are_counted_apart_and_say_so():
    inferred = {"text": "learned", "value": 1.0, "inferred": True, "source": "Theorem 3.1"}
    table = {
        "title": "T",
        "where": "Poster",
        "kind": "table",
        "step": "tabulate_summary",
        "rows": [{"id": "erm", "label": "ERM", "printed": {"learned": inferred}}],
    }
    shown = Row(id="erm", label="ERM")
    lines = [each for seed in range(3) for each in measure("jeong2021_s", shown, Run(seed, "r"), {"learned": 1.0})]
    scorecard = build_scorecard([manifest(s=table)], measurement_table(lines))
    line = scorecard[scorecard["metric"] == "Feature learned"].iloc[0]
    assert line["origin"] == "own; inferred from Theorem 3.1"
    assert line["reason"] == "'learned' (inferred from Theorem 3.1) means 1, found in 3 of 3 seeds"
    assert count_verdicts(scorecard).loc["reproduced"].tolist() == [0, 1, 0, 0]


def test_count_per_verdict():
    counts = count_verdicts(build_scorecard([manifest()], measured(stand_in=True)))
    assert counts.index.tolist() == list(VERDICTS)
    assert counts.columns.tolist() == [PRINTED_VALUE, DOUBTFUL_VALUE, CLAIM, CLAIM_OF_STAND_IN]
    assert counts.loc["reproduced"].tolist() == [0, 0, 0, 1]
    assert counts.loc["stand-in"].tolist() == [3, 0, 0, 1]
    assert counts.loc["not run"].tolist() == [1, 1, 1, 0]
    assert counts.to_numpy().sum() == 8


class Reader(HTMLParser):
    """Collects the score card's lines, tags that could act, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.verdicts: list[str] = []
        self.scripts = 0
        self.addresses: list[str] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.scripts += tag == "script"
        self.addresses += [named[name] for name in ("src", "href") if name in named]
        if tag == "tr" and "data-verdict" in named:
            self.lines.append([])
            self.verdicts.append(named["data-verdict"])
        if tag == "td" and self.lines:
            self.lines[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "td"

    def handle_data(self, data):
        if self.inside:
            self.lines[-1][-1] += data


@pytest.fixture
def page():
    return scorecard_html(
        build_scorecard([manifest()], measured(stand_in=True)), [manifest()], "demo", "digits & <small>"
    )


def test_page_has_every_line_and_loads_nothing(page):
    reader = Reader()
    reader.feed(page)
    assert len(reader.lines) == 8
    assert reader.addresses == []
    assert "http" not in page
    assert reader.verdicts[4] == "reproduced"
    assert reader.lines[4][7] == "reproduced (stand-in)"
    assert reader.lines[0][4:7] == ["19.9", "19.9 ± 0.1", "3"]


def test_page_escapes_everything(page):
    reader = Reader()
    reader.feed(page)
    assert reader.scripts == 1
    assert reader.lines[3][2] == EVIL
    assert "digits &amp; &lt;small&gt;" in page


def test_page_names_the_papers_above_the_lines(page):
    assert "<b>jeong2021</b> A: P. V." in page.partition('<table id="lines">')[0]


def test_page_sorts_by_numbers(page):
    assert 'data-value="19.9"' in page
    # Absent numbers have no value, and sort last.
    assert 'data-value=""' in page
    assert 'data-value="nan"' not in page


def test_page_states_the_rule_and_the_counts(page):
    assert "95 % prediction interval" in page
    assert "never compared with a printed one" in page
    for verdict in VERDICTS:
        assert f"<option>{verdict}</option>" in page


def test_markdown_has_a_table_per_kind_of_line():
    text = scorecard_markdown(build_scorecard([manifest()], measured()), [manifest()], "demo", "digits")
    assert text.startswith("# Score card, scale demo: digits\n")
    assert "## jeong2021\n\nA: P. V.\n" in text
    assert "### jeong2021: printed values\n" in text
    assert "### jeong2021: claims\n" in text
    assert "\\<script\\>" in text
    assert "<script>" not in text
    lines = [line for line in text.splitlines() if line.startswith("| jeong2021")]
    assert len(lines) == 8
    # Cell borders alone: escaped bars belong to texts.
    assert {line.replace("\\|", "").count("|") for line in lines} == {11}


def test_equal_inputs_give_equal_pages(page):
    assert (
        scorecard_html(build_scorecard([manifest()], measured(stand_in=True)), [manifest()], "demo", "digits & <small>")
        == page
    )
