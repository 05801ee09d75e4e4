"""What is learned from homes is what makes them use more or less."""

from dataclasses import replace
import json

import numpy as np
import pytest

from custom_components.wattwise.analytics.similar_homes.expectation import expect_by
from custom_components.wattwise.analytics.similar_homes.expected_use import (
    ExpectedUse,
    HouseholdGroup,
    percentile,
)
from custom_components.wattwise.analytics.similar_homes.group_kinds import (
    APARTMENTS,
    is_apartment,
)
from custom_components.wattwise.analytics.similar_homes.home_features import (
    components,
    feature_values,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.model_file import (
    Provenance,
    facts_of,
    model_of,
)
from custom_components.wattwise.analytics.similar_homes.reference_model import (
    ReferenceModel,
)
from wattwise_dev.group_training.survey_file import Survey, SurveyHome
from wattwise_dev.group_training.training import TrainingError, train

from .made_up_survey import write_survey


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[SurveyHome, ...]:
    """Return homes to learn from and, behind the first 1200, strangers."""
    file = tmp_path_factory.mktemp("survey") / "homes.csv"
    write_survey(file, 1800)
    return Survey.read(file).homes


@pytest.fixture(scope="module")
def model(homes: tuple[SurveyHome, ...]) -> ReferenceModel:
    """Return what the first homes teach."""
    return train(homes[:1200], seed=1)


def said(
    model: ReferenceModel, homes: tuple[SurveyHome, ...], *questions: str
) -> list[ExpectedUse]:
    """Ask for homes by some of their answers."""
    return [
        expect_by(
            model,
            HouseholdProfile(
                **{name: getattr(home.profile, name) for name in questions}
            ),
            home.climate,
        )
        for home in homes
    ]


SIX = (
    "dwelling",
    "floor_area_m2",
    "occupants",
    "heating",
    "electric_heaters",
    "hot_water",
    "air_conditioning",
)


@pytest.mark.parametrize(
    "questions", [SIX, SIX[:4], ("floor_area_m2",), ("heating", "occupants"), ()]
)
def test_range_holds_whatever_is_skipped(
    model: ReferenceModel, homes: tuple[SurveyHome, ...], questions: tuple[str, ...]
) -> None:
    """Of homes never seen, eight of ten lie in the range, and places are spread evenly."""
    strangers = homes[1200:]
    answers = said(model, strangers, *questions)
    places = [
        percentile(answer, home.kwh or 0)
        for answer, home in zip(answers, strangers, strict=True)
    ]
    inside = np.mean([0.1 <= place <= 0.9 for place in places])
    assert 0.74 <= inside <= 0.86
    assert 0.45 <= np.mean(places) <= 0.55


def test_answers_narrow_the_range(
    model: ReferenceModel, homes: tuple[SurveyHome, ...]
) -> None:
    """Each answer makes the expectation better, and the range narrower."""
    strangers = homes[1200:]
    use = np.log([home.kwh or 0 for home in strangers])
    widths, errors = [], []
    for asked in range(0, len(SIX) + 1, 3):
        answers = said(model, strangers, *SIX[:asked])
        tails = [dict(answer.quantiles_kwh) for answer in answers]
        widths.append(np.mean([np.log(one[0.9] / one[0.1]) for one in tails]))
        errors.append(np.std(use - np.log([one[0.5] for one in tails])))
    assert widths == sorted(widths, reverse=True)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.4 < errors[0]


def test_skipping_is_least_squares_on_the_rest(
    model: ReferenceModel, homes: tuple[SurveyHome, ...]
) -> None:
    """The coefficients of a subset are those of a regression on its features alone."""
    rows = np.array(
        [
            model.standardised(
                feature_values(
                    model.features, components(home.profile, home.climate, model.places)
                )
            )
            for home in homes[:1200]
        ],
        dtype=np.float64,
    )
    known = tuple(
        at
        for at, asked in enumerate(model.questions)
        if asked <= {"heating", "climate"}
    )
    use = np.log([home.kwh or 0 for home in homes[:1200]])
    matrix = np.array(
        [[model.moments[max(a, b)][min(a, b)] for b in known] for a in known]
    ) + np.diag([model.penalties[at] for at in known])
    wanted = np.linalg.solve(matrix, [model.ln_kwh.moments[at] for at in known])
    fit = model.fit(known)
    np.testing.assert_allclose(fit.ln_kwh, wanted, atol=1e-9)
    # Weights are the only difference from plain least squares.
    off = use - model.ln_kwh.mean - rows[:, known] @ wanted
    assert abs(np.median(off)) < 0.05


def test_apartments_are_in_no_group_of_houses(
    model: ReferenceModel, homes: tuple[SurveyHome, ...]
) -> None:
    """Nobody's home is called what it is not."""
    for home in homes[:300]:
        dwelling = home.profile.dwelling
        assert dwelling is not None
        group = expect_by(model, home.profile, home.climate).group
        assert is_apartment(dwelling) == (group in APARTMENTS)


def test_heating_and_cooling_are_told_apart(
    model: ReferenceModel, homes: tuple[SurveyHome, ...]
) -> None:
    """Their parts are about what the survey says of homes never seen."""
    strangers = homes[1200:]
    answers = said(model, strangers, *SIX)
    for part, told in (("heating_kwh", 0.12), ("cooling_kwh", 0.12)):
        shares = np.array(
            [getattr(answer, part) / answer.median_kwh for answer in answers]
        )
        measured = np.array(
            [
                np.nan if (value := getattr(home, part)) is None else value / home.kwh
                for home in strangers
            ]
        )
        assert (shares >= 0).all()
        assert np.nanmean(np.abs(shares - measured)) < told
        assert np.nanmean(shares - measured) == pytest.approx(0, abs=0.04)


def test_groups_have_their_names(
    model: ReferenceModel, homes: tuple[SurveyHome, ...]
) -> None:
    """Every name is given once, and says what the homes are."""
    assert set(model.centers) == set(HouseholdGroup)
    answers = said(model, homes, *SIX)
    electric = [
        home.profile.heating == "electric"
        for home, answer in zip(homes, answers, strict=True)
        if answer.group is HouseholdGroup.LARGE_ELECTRIC_HOUSE
    ]
    assert np.mean(electric) > 0.5


def test_same_homes_same_model(homes: tuple[SurveyHome, ...]) -> None:
    """A seed stands for one model; what the file keeps is enough."""
    one, other = (train(homes[:600], seed=3) for _ in range(2))
    assert one == other
    provenance = Provenance("made up", "none", 600, "a test", 3)
    kept = model_of(json.loads(json.dumps(facts_of(one, provenance))))
    for home in homes[600:650]:
        before, after = (
            expect_by(each, home.profile, home.climate) for each in (one, kept)
        )
        assert after.median_kwh == pytest.approx(before.median_kwh, rel=1e-3)
        assert after.group == before.group


def test_homes_that_cannot_be_learned_from(homes: tuple[SurveyHome, ...]) -> None:
    """Too few homes are refused; those of which something is not known do not count."""
    with pytest.raises(TrainingError, match="300 complete homes are too few"):
        train(homes[:300], seed=1)
    nameless = [
        replace(home, profile=replace(home.profile, occupants=None)) for home in homes
    ]
    with pytest.raises(TrainingError, match="0 complete homes"):
        train(nameless, seed=1)


def test_empty_homes_do_not_bend_it(homes: tuple[SurveyHome, ...]) -> None:
    """A tenth of homes that hardly use anything changes the others' expectation little."""
    some = [
        replace(home, kwh=60.0) if number % 10 == 0 else home
        for number, home in enumerate(homes[:1200])
    ]
    plain, bent = train(homes[:1200], seed=1), train(some, seed=1)
    ratios = [
        other.median_kwh / one.median_kwh
        for one, other in zip(
            said(plain, homes[1200:1400], *SIX),
            said(bent, homes[1200:1400], *SIX),
            strict=True,
        )
    ]
    assert np.median(ratios) == pytest.approx(1, abs=0.15)
